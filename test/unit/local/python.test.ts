import { expect, test } from 'vitest';
import { findPython } from '../../../infra/local/emulator/python.ts';
import { StartError } from '../../../infra/local/errors/start-error.ts';
import type { RunCommand } from '../../../infra/local/process/run-command.ts';

/** A machine on which these names print these versions; every other name is unknown. */
function machineWith(versions: Record<string, string>, withoutVenv: readonly string[] = []): RunCommand {
  return async ({ file, args }) => {
    const output = versions[file];
    if (args.includes('-c') && withoutVenv.includes(file)) {
      return { code: 1, output: "ModuleNotFoundError: No module named 'ensurepip'" };
    }
    return output === undefined ? { code: 127, output: `${file}: command not found` } : { code: 0, output };
  };
}

test('the newest named Python is taken before whatever python3 happens to be', async () => {
  const run = machineWith({ python3: 'Python 3.11.2\n', 'python3.12': 'Python 3.12.1\n' });

  expect(await findPython(run)).toBe('python3.12');
});

test('a name that is on the PATH but answers with an error is passed over', async () => {
  const pyenv: RunCommand = async ({ file }) =>
    file === 'python3'
      ? { code: 0, output: 'Python 3.10.0' }
      : { code: 127, output: `pyenv: ${file}: command not found` };

  expect(await findPython(pyenv)).toBe('python3');
});

test.each(['Python 3.10.13', 'Python 3.14.0rc1'])('%s is new enough', async (version) => {
  expect(await findPython(machineWith({ python3: version }))).toBe('python3');
});

test('without a Python that is new enough, one line names what there is and a hint', async () => {
  const run = machineWith({ python3: 'Python 3.9.2', python: 'Python 2.7.18' });

  const failure = findPython(run);

  await expect(failure).rejects.toThrow(StartError);
  await expect(failure).rejects.toThrow(
    /needs Python 3\.10 or newer.*python3 is 3\.9, python is 2\.7.*apt install python3.*AWS_ENDPOINT_URL/,
  );
  await expect(failure).rejects.not.toThrow(/\n/);
});

test('a Python that cannot make virtual environments is passed over for one that can', async () => {
  const run = machineWith({ 'python3.13': 'Python 3.13.1', python3: 'Python 3.11.2' }, ['python3.13']);

  expect(await findPython(run)).toBe('python3');
});

test('when none can make virtual environments, one line names the package that is missing', async () => {
  const failure = findPython(machineWith({ python3: 'Python 3.11.2' }, ['python3']));

  await expect(failure).rejects.toThrow(
    /^python3 cannot make virtual environments.*apt install python3-venv/,
  );
});
