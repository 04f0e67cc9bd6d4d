import type { PythonServer } from './python-server.ts';

/** MiniStack, whose Lambdas are processes of the `node` that comes first on its PATH. */
export function miniStack(python: string): PythonServer {
  return {
    title: 'MiniStack',
    python,
    module: 'ministack.app',
    listening: /Running on http/,
    variables: (port) => ({
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // What MiniStack wraps around a Node Lambda uses deprecated calls; the warnings would be in every log.
      NODE_NO_WARNINGS: '1',
      // Listeners that nothing here needs.
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    }),
  };
}
