import { describeOldNocoDbContract, describeRecordSourceContract } from './contract.ts';
import { openReal } from './real-target.ts';

describeRecordSourceContract('NocoDB on SQLite', () => openReal({ database: 'sqlite' }));
describeRecordSourceContract('NocoDB on PostgreSQL', () => openReal({ database: 'postgres' }));
describeRecordSourceContract('NocoDB with DB_QUERY_LIMIT_MAX=100', () =>
  openReal({ database: 'sqlite', env: { DB_QUERY_LIMIT_MAX: '100' } }),
);
describeOldNocoDbContract('NocoDB 0.262.5 on PostgreSQL', () =>
  openReal({ database: 'postgres', release: 'old' }),
);
