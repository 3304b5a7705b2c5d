import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Sts extends AsyncDisposable {
  readonly url: string;
  /** The `Action` of each request. */
  readonly asked: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly xml: string;
}

const NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const REQUEST_ID = '<RequestId>11111111-2222-3333-4444-555555555555</RequestId>';

/** An STS on this machine that refuses every role, in the words of AWS's. */
export function startRefusingSts(): Promise<Sts> {
  return startSts(() => ({
    status: 403,
    xml: `<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error>
${REQUEST_ID}</ErrorResponse>`,
  }));
}

let refusing: Promise<Sts> | undefined;

/**
 * Variables for a run that asks nobody outside this machine who or where it is: it would wait for an EC2 instance's own
 * credentials, and for AWS's STS, which are not there.
 */
export async function nobodyOutside(): Promise<Record<string, string>> {
  // One for the process, which it does not keep alive.
  refusing ??= startRefusingSts();
  const { url } = await refusing;
  return { AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL_STS: url };
}

/** An STS on this machine that knows whose credentials they are; its first `failures` answers are of status 500. */
export function startKnowingSts(account: string, failures = 0): Promise<Sts> {
  return startSts((count) =>
    count <= failures
      ? {
          status: 500,
          xml: `<ErrorResponse ${NAMESPACE}><Error><Type>Receiver</Type>
<Code>InternalFailure</Code><Message>Not now</Message></Error>${REQUEST_ID}</ErrorResponse>`,
        }
      : {
          status: 200,
          xml: `<GetCallerIdentityResponse ${NAMESPACE}><GetCallerIdentityResult>
<Arn>arn:aws:iam::${account}:user/me</Arn><UserId>AIDAEXAMPLE</UserId><Account>${account}</Account>
</GetCallerIdentityResult><ResponseMetadata>${REQUEST_ID}</ResponseMetadata></GetCallerIdentityResponse>`,
        },
  );
}

/** `answer` is told which request it is, from 1. */
async function startSts(answer: (count: number) => Answer): Promise<Sts> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(new URLSearchParams(body).get('Action') ?? '');
      const { status, xml } = answer(asked.length);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
