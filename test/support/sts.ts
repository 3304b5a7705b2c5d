import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Sts extends AsyncDisposable {
  readonly url: string;
}

/** An STS on this machine that refuses every role, in the words of AWS's. */
export async function startRefusingSts(): Promise<Sts> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(403, { 'content-type': 'text/xml' });
    response.end(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error>
<RequestId>11111111-2222-3333-4444-555555555555</RequestId></ErrorResponse>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
