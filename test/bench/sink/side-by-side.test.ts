import assert from 'node:assert/strict';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { type Limits, UNLIMITED } from './limits.ts';
import { Sink } from './sink.ts';
import { EMPTY } from './state.ts';

const sink = new Sink(undefined);
let port = 0;

before(async () => ([port = 0] = await sink.listen()));
beforeEach(() => sink.configure(EMPTY, UNLIMITED));
after(() => sink.close());

const SIZE = 30_000;
const HELD = 100;

/** A part on a connection of its own, which sends what it is told to. */
class PartRequest {
  readonly body: Buffer;
  readonly #request: ClientRequest;
  readonly #answered = Promise.withResolvers<IncomingMessage>();

  constructor(uploadId: string, first: number) {
    const partLastByte = first + SIZE - 1;
    const layerPartBlob = Buffer.alloc(SIZE).toString('base64');
    const input = { uploadId, partFirstByte: first, partLastByte, layerPartBlob };
    this.body = Buffer.from(JSON.stringify(input));
    this.#request = httpRequest({
      ...{ port, host: '127.0.0.1', method: 'POST', agent: false },
      headers: { 'x-amz-target': 'X.UploadLayerPart', 'content-length': this.body.length },
    });
    this.#request.on('response', this.#answered.resolve);
    this.#request.on('error', this.#answered.reject);
    this.#answered.promise.catch(() => undefined);
  }

  send(from: number, to?: number): void {
    this.#request.write(this.body.subarray(from, to));
  }

  async answer(): Promise<{ status: number | undefined; body: string }> {
    const response = await this.#answered.promise;
    return { status: response.statusCode, body: await text(response) };
  }

  /** @throws Error when it was answered */
  lost(): Promise<void> {
    return assert.rejects(this.#answered.promise, { code: 'ECONNRESET' });
  }

  destroy(): void {
    this.#request.destroy();
  }
}

function start(limits: Partial<Limits> = {}) {
  sink.configure(EMPTY, { ...UNLIMITED, ...limits });
  const uploadId = sink.state.beginUpload();
  const [first, second] = [new PartRequest(uploadId, 0), new PartRequest(uploadId, SIZE)];
  return { uploadId, first, second };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}
const received = (bytes: number) => until(() => sink.counts.bytesReceived >= bytes);

describe('two parts of an upload side by side', () => {
  test('are taken when the second’s end is held back until the first is answered', async () => {
    const { uploadId, first, second } = start({ partLatency: 20 });
    second.send(0, -HELD);
    await received(second.body.length - HELD);
    first.send(0);
    assert.equal((await first.answer()).status, 200);
    second.send(-HELD);
    assert.equal((await second.answer()).status, 200);
    assert.equal(sink.state.uploads.get(uploadId), 2 * SIZE);
    const { refusals, partsAtOnce } = sink.counts;
    assert.deepEqual({ refusals, partsAtOnce }, { refusals: 0, partsAtOnce: 2 });
  });

  test('are refused when the second ends first', async () => {
    const { uploadId, first, second } = start();
    first.send(0, -HELD);
    await received(first.body.length - HELD);
    second.send(0);
    const { status, body } = await second.answer();
    assert.equal(status, 400);
    assert.match(body, /InvalidLayerPartException.*the next byte is 0: not 30000/);
    first.send(-HELD);
    assert.equal((await first.answer()).status, 200);
    assert.equal(sink.state.uploads.get(uploadId), SIZE);
    assert.equal(sink.counts.refusals, 1);
  });

  test('are refused when the second ends while the first is worked upon', async () => {
    const { uploadId, first, second } = start({ partLatency: 100 });
    second.send(0, -HELD);
    first.send(0);
    await until(() => sink.state.uploads.get(uploadId) === SIZE);
    second.send(-HELD);
    const { status, body } = await second.answer();
    assert.equal(status, 400);
    assert.match(body, /"lastValidByteReceived":29999.*the last is not answered/);
    assert.equal((await first.answer()).status, 200);
  });

  test('are taken one after another by a sink that refuses early', async () => {
    const { first, second } = start({ refuseEarly: 'close' });
    for (const part of [first, second]) {
      part.send(0);
      assert.equal((await part.answer()).status, 200);
    }
    const { earlyRefusals, partsAtOnce } = sink.counts;
    assert.deepEqual({ earlyRefusals, partsAtOnce }, { earlyRefusals: 0, partsAtOnce: 1 });
  });
});

describe('a part is refused early, before its end,', () => {
  for (const [refuseEarly, expected, words] of [
    ['InvalidLayerPartException', 400, /InvalidLayerPartException.*another part is under way/],
    ['ServerException', 400, /ServerException/],
    [503, 503, /refused/],
  ] as const)
    test(`with ${refuseEarly}`, async () => {
      const { first, second } = start({ refuseEarly });
      first.send(0, -HELD);
      await until(() => sink.state.parts.peak === 1);
      second.send(0, 500);
      const { status, body } = await second.answer();
      assert.equal(status, expected);
      assert.match(body, words);
      first.send(-HELD);
      assert.equal((await first.answer()).status, 200);
      const { earlyRefusals, refusals } = sink.counts;
      assert.deepEqual({ earlyRefusals, refusals }, { earlyRefusals: 1, refusals: 0 });
      second.destroy();
    });

  test('by closing its connection', async () => {
    const { first, second } = start({ refuseEarly: 'close' });
    first.send(0, -HELD);
    await until(() => sink.state.parts.peak === 1);
    second.send(0, 500);
    await second.lost();
    first.send(-HELD);
    assert.equal((await first.answer()).status, 200);
    const { earlyRefusals, brokenOff, bytesBrokenOff } = sink.counts;
    assert.deepEqual([earlyRefusals, brokenOff, bytesBrokenOff], [1, 1, 500]);
  });
});

describe('a body of which nothing comes', () => {
  test('has its connection closed, and is no part', async () => {
    const { uploadId, first } = start({ bodyTimeout: 50 });
    first.send(0, -HELD);
    await first.lost();
    await until(() => sink.counts.brokenOff === 1);
    const { bodyTimeouts, bytesBrokenOff } = sink.counts;
    assert.deepEqual([bodyTimeouts, bytesBrokenOff], [1, first.body.length - HELD]);
    assert.equal(sink.state.uploads.get(uploadId), 0);
    assert.equal(sink.state.parts.has(uploadId), false);
  });

  test('is answered 408, where that is asked for', async () => {
    const { first } = start({ bodyTimeout: 50, bodyTimeoutAnswer: '408' });
    first.send(0, -HELD);
    assert.equal((await first.answer()).status, 408);
    assert.equal(sink.counts.bodyTimeouts, 1);
  });

  test('is waited for while the sink itself reads no more of it', async () => {
    // 40 kB in 800 ms, of which the sink reads in a few pieces, longer apart than the timeout.
    const { first } = start({ bodyTimeout: 300, bandwidth: 50_000 });
    first.send(0);
    assert.equal((await first.answer()).status, 200);
  });
});

test('what broke off is counted, and is no longer under way', async () => {
  const { uploadId, first } = start();
  first.send(0, 10_000);
  await until(() => sink.state.parts.has(uploadId));
  await received(10_000);
  first.destroy();
  await until(() => sink.counts.brokenOff === 1);
  assert.equal(sink.counts.bytesBrokenOff, 10_000);
  assert.equal(sink.state.parts.has(uploadId), false);
});
