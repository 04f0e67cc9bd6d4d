import { expect, test } from 'vitest';
import { StartError } from '../../../infra/local/errors/start-error.ts';
import type { RunCommand } from '../../../infra/local/process/run-command.ts';
import { installLocalStack } from '../../localstack/install.ts';
import { findJdk } from '../../localstack/libraries/jdk.ts';

const JAVA_17 =
  '    java.home = /usr/lib/jvm/17\n    java.specification.version = 17\nopenjdk version "17.0.15"';

/** A machine on which these commands print this; every other command is unknown. */
function machineWith(outputs: Readonly<Record<string, string>>): RunCommand {
  return async ({ file }) => {
    const output = outputs[file];
    return output === undefined ? { code: 127, output: `${file}: command not found` } : { code: 0, output };
  };
}

test('the folder of the Java on the PATH is found', async () => {
  const run = machineWith({ java: JAVA_17, javac: '', jar: '', mvn: '' });

  expect(await findJdk(run)).toBe('/usr/lib/jvm/17');
});

test.each([
  ['nothing', {}, 'java is missing, javac is missing, jar is missing, mvn is missing'],
  ['a runtime only', { java: JAVA_17, mvn: '' }, 'javac is missing, jar is missing'],
  ['no Maven', { java: JAVA_17, javac: '', jar: '' }, 'mvn is missing'],
  [
    'an old Java',
    { java: JAVA_17.replaceAll('17', '11'), javac: '', jar: '', mvn: '' },
    'java is version 11',
  ],
])('where there is %s, one line says what is missing and how to get it', async (_what, outputs, fault) => {
  const failure = findJdk(machineWith(outputs));

  await expect(failure).rejects.toThrow(StartError);
  await expect(failure).rejects.toThrow(
    `LocalStack needs a JDK of version 17 or newer and Maven, and ${fault}. Install them`,
  );
  await expect(failure).rejects.not.toThrow(/\n/);
});

test('where there is no Python 3.13, one line says so', async () => {
  const run = machineWith({ java: JAVA_17, javac: '', jar: '', mvn: '', python3: 'Python 3.11.2' });

  const failure = installLocalStack('/nowhere', { run, report: () => {} });

  await expect(failure).rejects.toThrow(
    /^LocalStack 4\.14\.0 needs Python 3\.13, and there is none on the PATH \(python3 is 3\.11\)\. Install it/,
  );
  await expect(failure).rejects.not.toThrow(/\n/);
});
