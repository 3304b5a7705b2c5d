import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AttemptHandler } from '../../../src/ecr/calls/attempt-handler.ts';
import { StrangeAnswer } from '../../../src/ecr/calls/strange-answer.ts';

const TARGET = 'AmazonEC2ContainerRegistry_V20150921';
const COMPLETED = '{"layerDigest":"sha256:a"}';

interface Sending {
  readonly call?: string;
  readonly limit?: number;
  readonly body?: string | Readable;
  readonly length?: number;
  readonly abortSignal?: AbortSignal;
  readonly onAttempt?: (line: string) => void;
}

/** Sends one request to a server that answers so, as the SDK does. */
async function send(
  answer: RequestListener,
  {
    call = 'CompleteLayerUpload',
    limit = 60_000,
    body = '{}',
    length = 2,
    abortSignal,
    onAttempt,
  }: Sending = {},
): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const handler = new AttemptHandler(() => Promise.resolve(new NodeHttpHandler()), onAttempt);
  const { port } = server.address() as AddressInfo;
  const request = new HttpRequest({
    protocol: 'http:',
    hostname: '127.0.0.1',
    port,
    method: 'POST',
    headers: { 'x-amz-target': `${TARGET}.${call}`, 'content-length': String(length) },
    body,
  });
  try {
    const options = {
      requestTimeout: limit,
      details: { subject: 'sha256:a', attempt: 4 },
      ...(abortSignal === undefined ? {} : { abortSignal }),
    };
    const { response } = await handler.handle(request, options);
    assert(response.body instanceof Uint8Array);
    return Buffer.from(response.body).toString();
  } finally {
    handler.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('the answer comes with its body whole', async () => {
  assert.equal(
    await send((request, response) => {
      request.resume();
      response.write(COMPLETED.slice(0, 5));
      response.end(COMPLETED.slice(5));
    }),
    COMPLETED,
  );
});

const late: Readonly<Record<string, RequestListener>> = {
  'a server that never answers': (request) => request.resume(),
  'an answer that has a head and no body': (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-length': '5' });
    response.flushHeaders();
  },
  'an answer that drips': (request, response) => {
    request.resume();
    const drip = setInterval(() => response.write(' '), 10);
    response.once('close', () => clearInterval(drip));
  },
};

for (const [what, answer] of Object.entries(late)) {
  test(`${what} is given up when its time is over`, async () => {
    await assert.rejects(send(answer, { limit: 100 }), {
      name: 'TimeoutError',
      message: 'no answer to CompleteLayerUpload within 0 s',
    });
  });
}

test('the time for the answer to a body that is streamed begins when that has ended', async () => {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < 3; sent += 1) {
      yield Buffer.alloc(400);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  const answer: RequestListener = (request, response) => {
    request.resume();
    request.once('end', () => response.end(COMPLETED));
  };
  // The chunks take longer than the answer may, and less than a body of their size.
  const body = Readable.from(chunks());
  assert.equal(await send(answer, { limit: 100, body, length: 1200 }).catch(String), COMPLETED);
});

test('a body that is streamed has a limit of its own', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('{');
  const sending = send((request) => request.resume(), { limit: 50, body, length: 100 });
  await assert.rejects(sending, { name: 'TimeoutError' });
});

test('what the caller aborts is aborted, and no timeout', async () => {
  const stop = new AbortController();
  const sending = send(
    (request) => {
      request.resume();
      stop.abort(new Error('cancelled'));
    },
    { abortSignal: stop.signal },
  );
  await assert.rejects(sending, { name: 'AbortError' });
});

test('what is not an answer of ECR is refused', async () => {
  await assert.rejects(
    send((request, response) => {
      request.resume();
      response.writeHead(403, { 'content-type': 'text/html' }).end('<html>');
    }),
    (error: unknown) => {
      assert(error instanceof StrangeAnswer);
      assert.equal(error.message, 'HTTP 403 with an HTML page');
      return true;
    },
  );
});

test('an answer without end is not read to its end', async () => {
  let sent = 0;
  const sending = send((request, response) => {
    request.resume();
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, ' '))) sent += 1;
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(sending, /HTTP 200 with a body of more than 33554432 bytes/);
  assert(sent < 200, `${sent} MiB`);
});

const ends: Readonly<Record<string, readonly [RequestListener, RegExp]>> = {
  'that is answered': [
    (request, response) => {
      request.resume();
      response.setHeader('x-amzn-requestid', 'an-id').end(COMPLETED);
    },
    /: HTTP 200 after \d+ ms, request id an-id$/,
  ],
  'that fails': [
    (request) => request.socket.destroy(),
    /: ECONNRESET: .* after \d+ ms, request id unknown$/,
  ],
};

for (const [what, [answer, expected]] of Object.entries(ends)) {
  test(`an attempt ${what} is told, once`, async () => {
    const told: string[] = [];
    await send(answer, { onAttempt: (line) => void told.push(line) }).catch(() => undefined);
    const [line = '', ...others] = told;
    assert.match(line, /^CompleteLayerUpload sha256:a at 127\.0\.0\.1, attempt 4: /);
    assert.match(line, expected);
    assert.deepEqual(others, []);
  });
}
