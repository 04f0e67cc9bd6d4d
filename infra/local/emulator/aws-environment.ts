/** The account and region that emulators of AWS use by default. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** These credentials are valid for no real account, even if the endpoint is wrong. */
const DUMMY_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/**
 * The environment variables with which the AWS SDK and the CDK use an emulator.
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

/** The environment of this process without the variables of the AWS SDK and the CDK. */
export function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(AWS|CDK)_/.test(name)));
}

/** The configuration with which clients of the AWS SDK use an emulator, whatever the environment variables are. */
export interface AwsClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export function awsClientConfig(endpoint: string): AwsClientConfig {
  return { endpoint, region: LOCAL_REGION, credentials: DUMMY_CREDENTIALS };
}
