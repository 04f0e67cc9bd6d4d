import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test.for([
  [['--foo'], '--foo is not an option of this command.'],
  [['-x'], '-x is not an option of this command.'],
  [['300'], '300 is not an option of this command.'],
  [['--interval', '3'], '--interval 3 is not a whole number of seconds from 5 to 300.'],
  [['--users', 'a'], '--users a is not a list of whole numbers.'],
] as const)('npm run cost -- %j is refused with the usage, without a stack trace', ([args, message]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['infra/cost/main.ts', ...args], {
    encoding: 'utf8',
  });

  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.split('\n\n')).toEqual([
    message,
    expect.stringMatching(/^Computes the monthly cost/),
    expect.stringMatching(/^npm run cost -- /),
    expect.stringMatching(/^ {2}--interval/),
  ]);
});
