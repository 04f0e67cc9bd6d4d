import { StartError } from '../../../infra/local/errors/start-error.ts';
import type { RunCommand } from '../../../infra/local/process/run-command.ts';

/** The requirement of DynamoDB Local. */
const OLDEST = 17;

const COMPILERS = ['javac', 'jar'] as const;
const TOOLS = [...COMPILERS, 'mvn'] as const;

/**
 * Finds the JDK and Maven, which LocalStack's Java programs need.
 *
 * @returns the home folder of `java`
 * @throws {StartError} if one of them is missing
 */
export async function findJdk(run: RunCommand): Promise<string> {
  const faults: string[] = [];
  const { code, output } = await run({ file: 'java', args: ['-XshowSettings:properties', '-version'] });
  const home = property(output, 'java.home');
  const version = property(output, 'java.specification.version');
  if (code !== 0 || home === undefined) faults.push('java is missing');
  else if (Number(version) < OLDEST) faults.push(`java is version ${version}`);
  for (const file of TOOLS) {
    const answer = await run({ file, args: ['-version'] });
    if (answer.code === 127) faults.push(`${file} is missing`);
  }
  if (faults.length === 0 && home !== undefined) return home;
  throw new StartError(
    `LocalStack needs a JDK of version ${OLDEST} or newer and Maven, and ${faults.join(', ')}`,
    'Install them (Debian, Ubuntu: apt install default-jdk-headless maven; macOS: brew install openjdk maven).',
  );
}

function property(output: string, name: string): string | undefined {
  return new RegExp(`^\\s*${name.replaceAll('.', '\\.')} = (.+)$`, 'm').exec(output)?.[1];
}
