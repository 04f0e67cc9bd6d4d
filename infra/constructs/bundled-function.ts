import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime, SystemLogLevel, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './nag-acknowledgements.ts';

/** The folder with `infra/` and `lambda/`: the repository, or `dist` of the published package. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Handlers are compiled together with this file, so they have its extension. */
const EXTENSION = extname(fileURLToPath(import.meta.url));

export interface BundledFunctionProps {
  /** The entry point below `lambda/`, without its extension: `tick.handler`. */
  readonly entry: string;
  readonly description: string;
  /** @default 10 seconds */
  readonly timeout?: Duration;
  /** MB. @default 256 */
  readonly memorySize?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Taken from the account's concurrency, and the most that the function may use. @default - as much as there is */
  readonly reservedConcurrentExecutions?: number;
}

/**
 * A Lambda function of this package: one minified ES module with the AWS SDK inside, so that what runs is what was
 * tested. esbuild makes it on this machine, without Docker.
 *
 * Its role may write its own log and traces, and nothing else until it is granted more.
 */
export class BundledFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const entry = join(ROOT, 'lambda', `${props.entry}${EXTENSION}`);
    super(scope, id, {
      description: props.description,
      entry,
      // Left out, these two would be looked for in the app that uses the package, and the entry is not below that. A
      // lock file is needed only to install what is not bundled: nothing. Any file will do.
      projectRoot: ROOT,
      depsLockFilePath: entry,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize ?? 256,
      timeout: props.timeout ?? Duration.seconds(10),
      environment: { ...props.environment },
      ...(props.reservedConcurrentExecutions !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      }),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Lambda's own lines about every call would be a third of the log; its metrics say the same.
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: Tracing.ACTIVE,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        logLevel: LogLevel.WARNING,
        minify: true,
        // For the names of errors and of functions in stack traces. A source map would add 60 ms to a cold start.
        keepNames: true,
        // CommonJS packages inside the bundle call require for Node's own modules.
        banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
      },
    });
    acknowledge(this, 'failuresGoElsewhere');
    acknowledge(role, 'tracing');
  }
}
