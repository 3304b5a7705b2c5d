import { execFileSync } from 'node:child_process';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { DEFAULT_CREDENTIAL } from '../../local-ecr/options.ts';
import { freePort, startDaemon } from '../daemon.ts';

/** A running server of ECR's API, on the loopback address. */
export interface Server extends AsyncDisposable {
  /** What a client's environment needs to talk to this server and to no other. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ServerKind {
  /** Its column in docs/servers.md. */
  readonly name: string;
  /** What must be on the PATH; undefined for what this project brings. */
  readonly program: string | undefined;
  start(): Promise<Server>;
}

/** The servers that the table of pushes runs on. The first one's cells are what the others are compared with. */
export const SERVERS: readonly ServerKind[] = [
  { name: 'local ECR', program: undefined, start: startLocalEcr },
  daemon('moto', 'moto_server', (port) => ['-H', '127.0.0.1', '-p', `${port}`]),
  daemon('fakecloud', 'fakecloud-ecr-server', (port) => [`127.0.0.1:${port}`]),
];

function daemon(
  name: string,
  program: string,
  args: (port: number) => readonly string[],
): ServerKind {
  const start = async (): Promise<Server> => {
    const port = await freePort();
    const { accessKeyId, secretAccessKey } = DEFAULT_CREDENTIAL;
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const variables = Object.entries(keys).map(([key, value]) => `${key}=${value}`);
    const stop = await startDaemon(port, 'env', ...variables, program, ...args(port));
    const url = `http://127.0.0.1:${port}`;
    return {
      env: {
        ...keys,
        AWS_ENDPOINT_URL_ECR: url,
        AWS_ENDPOINT_URL_ECR_PUBLIC: url,
        AWS_REGION: 'us-east-1',
      },
      [Symbol.asyncDispose]: () => stop[Symbol.asyncDispose](),
    };
  };
  return { name, program, start };
}

/** Why a program cannot be run, for a test that is then skipped; false if it can. */
export function missing(program: string): string | false {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return false;
  } catch {
    return `${program} is not installed`;
  }
}
