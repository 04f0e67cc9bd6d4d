import type { PythonServer } from './python-server.ts';

/** MiniStack. It runs Lambda functions as processes of the first `node` on its PATH. */
export function miniStack(python: string): PythonServer {
  return {
    title: 'MiniStack',
    python,
    module: 'ministack.app',
    listening: /Running on http/,
    variables: (port) => ({
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // MiniStack's runtime for Node.js uses deprecated calls. Without this, their warnings are in every log.
      NODE_NO_WARNINGS: '1',
      // Nothing here needs these ports.
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    }),
  };
}
