/** The account and region that emulators of AWS take for granted. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** Even with a wrong endpoint they open nobody's real account. */
const DUMMY_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/**
 * What the AWS SDK and the CDK read from the environment to talk to an emulator.
 *
 * @param endpoint with an IP address for a host where possible: S3 then uses paths instead of `bucket.host` names
 */
export function awsEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_ACCOUNT: LOCAL_ACCOUNT,
    CDK_DEFAULT_REGION: LOCAL_REGION,
  };
}

/** This process' environment without anything that points the AWS SDK or the CDK elsewhere. */
export function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(AWS|CDK)_/.test(name)));
}

/** What the clients of the AWS SDK take in their constructors to use an emulator, whatever the environment says. */
export interface AwsClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export function awsClientConfig(endpoint: string): AwsClientConfig {
  return { endpoint, region: LOCAL_REGION, credentials: DUMMY_CREDENTIALS };
}
