import type { ECRClient } from '@aws-sdk/client-ecr';
import { privateClient } from './sample.ts';
import type { LocalEcr } from './server.ts';

/** What the SDK would send. */
interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The request of the call that `call` makes, signed and not sent. */
export async function signedRequest(
  ecr: LocalEcr,
  call: (client: ECRClient) => Promise<unknown>,
): Promise<SignedRequest> {
  const client = privateClient(ecr);
  const signed = Promise.withResolvers<SignedRequest>();
  client.middlewareStack.add(
    () => (args) => {
      signed.resolve(args.request as SignedRequest);
      throw new Error('it is sent by somebody else');
    },
    { step: 'finalizeRequest', priority: 'low', override: true },
  );
  call(client).catch((error: unknown) => signed.reject(error));
  return signed.promise;
}

/** What came back, as it was on the wire: an SDK leaves out what its model does not know. */
export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
}

export async function rawAnswer(
  ecr: LocalEcr,
  call: (client: ECRClient) => Promise<unknown>,
): Promise<RawAnswer> {
  const { headers, body } = await signedRequest(ecr, call);
  const answer = await fetch(ecr.url, { method: 'POST', headers, body });
  return { status: answer.status, body: await answer.json() };
}
