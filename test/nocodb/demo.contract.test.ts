import { describeOldNocoDbContract, describeRecordSourceContract } from './contract.ts';
import { openDemo } from './demo-target.ts';

describeRecordSourceContract('demo NocoDB as on SQLite', () => openDemo({ dialect: 'sqlite' }));
describeRecordSourceContract('demo NocoDB as on PostgreSQL', () => openDemo({ dialect: 'postgres' }));
describeRecordSourceContract('demo NocoDB with pages of 100', () => openDemo({ pageCap: 100 }));
describeOldNocoDbContract('demo NocoDB as 0.262.5', () => openDemo({ profile: 'old' }));
