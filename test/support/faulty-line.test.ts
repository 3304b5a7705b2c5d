import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { request } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { selfSigned } from '../local-ecr/certificate.ts';
import { BLACK_HOLE, type Fault, startFaultyLine } from './faulty-line.ts';

/** A server that says how many bytes came. */
async function startCounter(server: Server = createServer()): Promise<Server & AsyncDisposable> {
  server.on('request', (incoming, response) => {
    text(incoming).then(
      (body) => response.end(`${body.length} bytes`),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return server;
}

function urlOf(server: Server, scheme = 'http'): string {
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What comes back, or the error's code. */
function send(url: string, body: string, ca?: string, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const options = { method: 'POST', agent: false, ...(signal ? { signal } : {}) };
    const sent = url.startsWith('https')
      ? tlsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) })
      : request(url, options);
    sent.on('response', (answer) => {
      text(answer).then(resolve, (error: unknown) => resolve(codeOf(error)));
    });
    sent.on('error', (error) => resolve(codeOf(error)));
    sent.end(body);
  });
}

function codeOf(error: unknown): string {
  const { code = '', name = '' } = error as { code?: string; name?: string };
  return code || name;
}

async function through(fault: Fault | undefined, body = 'x'.repeat(1000)): Promise<string> {
  await using server = await startCounter();
  await using line = await startFaultyLine(urlOf(server), () => fault);
  return await send(line.url, body);
}

const of = 'client';
const after = 300;

describe('a connection', () => {
  const cases: { fault: Fault | undefined; expected: string }[] = [
    { fault: undefined, expected: '1000 bytes' },
    { fault: { kind: 'cut', after, of, milliseconds: 0 }, expected: 'ECONNRESET' },
    { fault: { kind: 'cut', after: 10, of: 'server', milliseconds: 0 }, expected: 'ECONNRESET' },
    { fault: { kind: 'reset', after: 0, of, milliseconds: 0 }, expected: 'ECONNRESET' },
    { fault: { kind: 'stall', after, of, milliseconds: 5 }, expected: '1000 bytes' },
    { fault: { kind: 'slow', after: 0, of, milliseconds: 1 }, expected: '1000 bytes' },
    { fault: { kind: 'late', after: 0, of, milliseconds: 5 }, expected: '1000 bytes' },
    {
      fault: { kind: 'rate', after: 0, of: 'server', milliseconds: 0, bytesPerSecond: 20_000 },
      expected: '1000 bytes',
    },
  ];
  for (const { fault, expected } of cases) {
    test(`${fault?.kind ?? 'sound'} of ${fault?.of ?? 'nobody'}: ${expected}`, async () => {
      assert.equal(await through(fault), expected);
    });
  }

  for (const [name, fault] of [
    ['from the start', BLACK_HOLE],
    ['in the body', { ...BLACK_HOLE, after }],
    ['in the answer', { ...BLACK_HOLE, of: 'server', after: 10 }],
  ] as const) {
    test(`that is a black hole ${name} stays open, and nothing comes`, async () => {
      await using server = await startCounter();
      await using line = await startFaultyLine(urlOf(server), () => fault);
      const giveUp = new AbortController();
      const sent = send(line.url, 'x'.repeat(1000), undefined, giveUp.signal);
      const other = await Promise.race([sent, sleepFor(50)]);
      assert.equal(other, undefined);
      giveUp.abort();
      assert.notEqual(await sent, '1000 bytes');
    });
  }

  test('of TLS is carried as it is, and cut as well', async () => {
    const { key, cert } = selfSigned();
    await using server = await startCounter(createTlsServer({ key, cert }));
    const faults: (Fault | undefined)[] = [undefined, { kind: 'cut', after, of, milliseconds: 0 }];
    await using line = await startFaultyLine(urlOf(server, 'https'), () => faults.shift());
    assert.equal(await send(line.url, 'abc', cert), '3 bytes');
    assert.equal(await send(line.url, 'abc', cert), 'ECONNRESET');
    assert.deepEqual([line.connections(), line.cuts()], [2, 1]);
  });
});

test('a line that is closed refuses new connections, until it is opened again', async () => {
  await using server = await startCounter();
  await using line = await startFaultyLine(urlOf(server), () => undefined);
  const outcomes = [await send(line.url, 'abc')];
  await line.close();
  outcomes.push(await send(line.url, 'abc'));
  await line.open();
  outcomes.push(await send(line.url, 'abc'));
  assert.deepEqual(outcomes, ['3 bytes', 'ECONNREFUSED', '3 bytes']);
});

function sleepFor(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}
