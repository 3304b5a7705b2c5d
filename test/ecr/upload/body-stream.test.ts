import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { BodyStream } from '../../../src/ecr/upload/body-stream.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
const CHUNK = Buffer.alloc(100_000, 'x');
const SIZE = 3 * CHUNK.length;

/** A connection whose other end answers when `answerAt` bytes of the body are there: before it says that they are. */
class Wire extends Duplex {
  received = '';
  readonly #answerAt: number;

  constructor(answerAt: number) {
    super();
    this.#answerAt = answerAt;
  }

  get body(): string {
    return this.received.slice(this.received.indexOf('\r\n\r\n') + 4);
  }

  override _write(chunk: Buffer, _encoding: string, written: () => void): void {
    this.received += chunk.toString('latin1');
    if (this.body.length < this.#answerAt) {
      written();
      return;
    }
    this.push(ANSWER);
    setTimeout(written, 10);
  }

  override _read(): void {
    // Pushed when it answers.
  }

  /** An agent calls these on a socket that it keeps. */
  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Without an end, these would wait for one. */
const timeout = 10_000;

/** A request with the body that was begun over the wire, after its answer and its end. */
async function send(wire: Wire, agent: Agent): Promise<ClientRequest> {
  Object.assign(agent, { createConnection: () => wire });
  const headers = { 'content-length': SIZE };
  const request = httpRequest({ method: 'POST', agent, headers });
  const closed = once(request, 'close');
  request.on('response', (response) => response.resume());
  new BodyStream([CHUNK, CHUNK, CHUNK], SIZE).pipe(request);
  await closed;
  return request;
}

test(
  'a body that is answered before its last write is over ends, and its connection is used again',
  { timeout },
  async () => {
    const wire = new Wire(SIZE);
    const agent = new Agent({ keepAlive: true });
    const request = await send(wire, agent);
    assert.equal(wire.body.length, SIZE);
    assert.equal(request.writableFinished, true);
    assert.equal(wire.destroyed, false);
    assert.deepEqual(Object.values(agent.freeSockets).flat(), [wire]);
  },
);

test(
  'a body that is answered before all of it is written is given up with its connection',
  { timeout },
  async () => {
    const wire = new Wire(CHUNK.length);
    const request = await send(wire, new Agent({ keepAlive: true }));
    assert(wire.body.length < SIZE);
    assert.equal(request.writableFinished, false);
    assert.equal(wire.destroyed, true);
  },
);

test('a body whose chunks fail breaks its request off', { timeout }, async () => {
  const wire = new Wire(SIZE);
  const agent = Object.assign(new Agent(), { createConnection: () => wire });
  const request = httpRequest({ method: 'POST', agent, headers: { 'content-length': SIZE } });
  const failed = once(request, 'error');
  new BodyStream(
    (function* () {
      yield CHUNK;
      throw new Error('unreadable');
    })(),
    SIZE,
  ).pipe(request);
  const [error] = (await failed) as [Error];
  assert.equal(error.message, 'unreadable');
});

/** A connection that takes no more than it was first given. */
class StalledWire extends Wire {
  override _write(): void {
    // Never written.
  }
}

test('no chunk is made any more for a request that was broken off', { timeout }, async () => {
  const wire = new StalledWire(SIZE);
  const agent = Object.assign(new Agent(), { createConnection: () => wire });
  const request = httpRequest({ method: 'POST', agent, headers: { 'content-length': 9 * SIZE } });
  request.on('error', () => undefined);
  let made = 0;
  const chunks = (function* () {
    for (; made < 9; made++) yield Buffer.alloc(SIZE);
  })();
  const body = new BodyStream(chunks, 9 * SIZE);
  const closed = once(body, 'close');
  body.pipe(request);
  await once(body, 'pause');
  request.destroy();
  await closed;
  assert(made < 9, `${made} of 9 were made`);
});
