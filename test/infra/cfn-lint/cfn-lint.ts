import { join } from 'node:path';
import { CACHE } from '../../../infra/local/emulator/emulator.ts';
import { findPython } from '../../../infra/local/emulator/python.ts';
import { installOnce } from '../../../infra/local/emulator/python-environment.ts';
import { runCommand } from '../../../infra/local/process/run-command.ts';

/** The version that `requirements.txt` pins. Its rules contain AWS's current schemas of all resources. */
const VERSION = '1.58.0';

/** Rules for people who write templates by hand: about the form of `Fn::Join`, and the `DependsOn` that the CDK adds. */
const STYLE = ['I1022', 'W3005'] as const;

/** What its command does. The command itself names the folder in which pip installed it, which is renamed afterwards. */
const MAIN = 'from cfnlint.runner import main; main()';

/** Regions whose resources and values are checked: the CDK's bootstrap default, one in Europe and one in Asia. */
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'] as const;

export interface LintFinding {
  /** `E3002` */
  readonly rule: string;
  readonly message: string;
  /** `Resources/PaymentsTable/Properties/…` */
  readonly path: string;
}

/** Checks template files. */
export type Lint = (files: readonly string[]) => Promise<readonly LintFinding[]>;

/** Installs cfn-lint into a folder that git ignores, once. */
export async function installCfnLint(): Promise<Lint> {
  const python = await installOnce(
    {
      title: `cfn-lint ${VERSION}`,
      description: "checks templates by AWS's schemas",
      home: join(CACHE, `cfn-lint-${VERSION}`),
      requirements: join(import.meta.dirname, 'requirements.txt'),
      probe: 'import cfnlint',
      findPython: () => findPython(runCommand),
      megabytes: 150,
    },
    { run: runCommand, report: (progress) => console.log(progress) },
  );
  return async (files) => {
    const options = ['--include-checks', 'I', '--ignore-checks', ...STYLE, '--regions', ...REGIONS];
    const { output } = await runCommand({
      file: python,
      args: ['-c', MAIN, '--format', 'json', ...options, '--template', ...files],
    });
    return (JSON.parse(output) as CfnLintMatch[]).map(({ Rule, Message, Location }) => ({
      rule: Rule.Id,
      message: Message,
      path: (Location.Path ?? []).join('/'),
    }));
  };
}

/** A finding in cfn-lint's own format. */
interface CfnLintMatch {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path?: readonly (string | number)[] };
}
