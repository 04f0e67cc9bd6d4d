import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, LoggingFormat, Runtime, SystemLogLevel, Tracing } from 'aws-cdk-lib/aws-lambda';
import {
  LogLevel,
  NodejsFunction,
  type NodejsFunctionProps,
  OutputFormat,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './nag-acknowledgements.ts';

/**
 * How esbuild bundles a function: one minified ES module that contains the AWS SDK, so that the function uses the tested
 * version.
 */
export const FUNCTION_BUNDLE = {
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // Keeps the names of errors and functions in stack traces. A source map would add 60 ms to a cold start.
  keepNames: true,
};

/** The first line of a bundle: CommonJS packages in the bundle call `require` for built-in modules of Node.js. */
export const FUNCTION_BANNER =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** Context of a construct: whether the functions in it send traces to X-Ray. @default false */
export const TRACING_CONTEXT = 'payment-tracker:tracing';

export interface BundledFunctionProps {
  /** Path of the handler in `lambda/`, without the extension: `tick.handler`. */
  readonly entry: string;
  readonly description: string;
  /** @default 10 seconds */
  readonly timeout?: Duration;
  /** MB. @default 256 */
  readonly memorySize?: number;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Concurrency that is reserved for the function, and its maximum. @default - the unreserved concurrency of the account */
  readonly reservedConcurrentExecutions?: number;
}

/**
 * A Lambda function of this package. The published package contains the bundles of its functions, so that an app needs no
 * esbuild. In the repository, esbuild bundles them on the machine that synthesizes the app, without Docker.
 *
 * The role of the function allows writing its log, and traces if they are on. Everything else must be granted.
 */
export class BundledFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const isTraced = scope.node.tryGetContext(TRACING_CONTEXT) === true;
    super(scope, id, {
      description: props.description,
      ...codeOf(props.entry),
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
      // Lambda's own lines about each call would be a third of the log, and its metrics show the same.
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: isTraced ? Tracing.ACTIVE : Tracing.DISABLED,
    });
    acknowledge(this, 'failuresGoElsewhere');
    if (isTraced) acknowledge(role, 'tracing');
  }
}

/** The bundle in the package, which `infra/package/build.ts` makes, or else the source in the repository. */
function codeOf(name: string): Partial<NodejsFunctionProps> {
  const packed = join(import.meta.dirname, 'functions', `${name}.zip`);
  if (existsSync(packed)) return { code: Code.fromAsset(packed), handler: 'index.handler' };
  const root = join(import.meta.dirname, '../..');
  const entry = join(root, 'lambda', `${name}.ts`);
  return {
    entry,
    // By default, CDK looks for both in the folder of the app. CDK uses the lock file only to install modules that are not
    // bundled. There are none, so any file works.
    projectRoot: root,
    depsLockFilePath: entry,
    bundling: {
      ...FUNCTION_BUNDLE,
      format: OutputFormat.ESM,
      banner: FUNCTION_BANNER,
      bundleAwsSDK: true,
      logLevel: LogLevel.WARNING,
    },
  };
}
