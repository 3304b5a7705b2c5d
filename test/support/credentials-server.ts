import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Credential } from '../local-ecr/options.ts';
import { handOut } from './secrets.ts';

/** Gives keys as the agent of a container does: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
export interface CredentialsServer extends AsyncDisposable {
  /** In the place of keys. */
  readonly env: Readonly<Record<string, string>>;
  /** How often keys were asked for. */
  readonly asked: () => number;
}

/** `next` gives the keys, told which time it is, from 1; as far as the client is told they are good for decades. */
export async function startCredentialsServer(
  next: (count: number) => Credential,
): Promise<CredentialsServer> {
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    const { accessKeyId, secretAccessKey, sessionToken, accountId } = next(count);
    handOut('the credentials of the container', accessKeyId, secretAccessKey, sessionToken);
    response.end(
      JSON.stringify({
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
        AccountId: accountId,
        Expiration: '2099-12-31T23:59:59Z',
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_SESSION_TOKEN: '',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/credentials`,
    },
    asked: () => count,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
