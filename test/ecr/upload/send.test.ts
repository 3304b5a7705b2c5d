import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { Duplex, Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import {
  ECRClient,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import {
  ECRPUBLICClient,
  UploadLayerPartCommand as PublicUploadLayerPartCommand,
} from '@aws-sdk/client-ecr-public';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { SerializeHandler, SerializeHandlerArguments } from '@smithy/types';
import fc from 'fast-check';
import type { RepositoryId } from '../../../src/ecr/names/reference.ts';
import {
  type EncodedBody,
  frameOf,
  type LayerPart,
  type PartSource,
  rangeOf,
  StreamedBody,
} from '../../../src/ecr/upload/body.ts';
import { BodyStream, type SendPart, sendPart } from '../../../src/ecr/upload/send.ts';
import { PartTaker } from '../../../src/ecr/upload/take-part.ts';

const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const signal = AbortSignal.timeout(60_000);
/** These differ from one request to the next. */
const CHANGING = ['amz-sdk-invocation-id', 'authorization', 'x-amz-date'];

interface Sent {
  /** The prepared body, and not one that the SDK made. */
  readonly isPrepared: boolean;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Answers every request, after so many that fail, and keeps it. */
class Recorder {
  readonly requests: Sent[] = [];
  failures = 0;

  async handle(request: HttpRequest): Promise<{ response: HttpResponse }> {
    const chunks: Buffer[] = [];
    const body = request.body as string | Uint8Array | AsyncIterable<Uint8Array>;
    if (typeof body === 'string') chunks.push(Buffer.from(body));
    else if (body instanceof Uint8Array) chunks.push(Buffer.concat([body]));
    else for await (const chunk of body) chunks.push(Buffer.from(chunk));
    const isPrepared = body instanceof Readable;
    this.requests.push({
      isPrepared,
      headers: { ...request.headers },
      body: Buffer.concat(chunks),
    });
    if (this.requests.length <= this.failures) {
      const body = Buffer.from(JSON.stringify({ __type: 'ServerException' }));
      return { response: new HttpResponse({ statusCode: 500, headers: {}, body }) };
    }
    const answer = Buffer.from(JSON.stringify({ lastByteReceived: 9 }));
    return { response: new HttpResponse({ statusCode: 200, headers: {}, body: answer }) };
  }

  last(): Sent {
    const request = this.requests.at(-1);
    assert(request);
    return request;
  }
}

const CONFIG = {
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
};

type ChangeBody = (body: string) => string | Uint8Array;

interface Service {
  readonly name: string;
  readonly recorder: Recorder;
  /** As the adapters send it. */
  send(
    repository: RepositoryId,
    part: LayerPart,
  ): SendPart<{ lastByteReceived?: number | undefined }>;
  sendStock(repository: RepositoryId, part: LayerPart, bytes: Uint8Array): Promise<unknown>;
}

function privateService(change?: ChangeBody): Service {
  const recorder = new Recorder();
  const client = new ECRClient({ ...CONFIG, requestHandler: recorder });
  if (change) changeRequests(client, change);
  return {
    name: 'private ECR',
    recorder,
    send: (repository, part) => (layerPartBlob, plug) => {
      const input = { ...repository, ...rangeOf(part), layerPartBlob };
      const command = new UploadLayerPartCommand(input);
      plug(command.middlewareStack);
      return client.send(command, { abortSignal: signal });
    },
    sendStock: (repository, part, bytes) =>
      client.send(new UploadLayerPartCommand(stockInput(repository, part, bytes))),
  };
}

function publicService(): Service {
  const recorder = new Recorder();
  const client = new ECRPUBLICClient({ ...CONFIG, requestHandler: recorder });
  return {
    name: 'ECR Public',
    recorder,
    send: (repository, part) => (layerPartBlob, plug) => {
      const input = { ...repository, ...rangeOf(part), layerPartBlob };
      const command = new PublicUploadLayerPartCommand(input);
      plug(command.middlewareStack);
      return client.send(command, { abortSignal: signal });
    },
    sendStock: (repository, part, bytes) =>
      client.send(new PublicUploadLayerPartCommand(stockInput(repository, part, bytes))),
  };
}

function stockInput(repository: RepositoryId, part: LayerPart, layerPartBlob: Uint8Array) {
  return {
    ...repository,
    uploadId: part.uploadId,
    partFirstByte: part.firstByte,
    partLastByte: part.firstByte + part.size - 1,
    layerPartBlob,
  };
}

type Take = (repository: RepositoryId, part: LayerPart, source: PartSource) => Promise<EncodedBody>;

const inMemory: Take = (repository, part, source) =>
  new PartTaker().take(repository, part, source, signal);
const encodedTwice: Take = async (repository, part, source) => {
  const { hash } = await inMemory(repository, part, source);
  return new StreamedBody(part, frameOf(repository, part), hash, source);
};

interface PartSent {
  readonly bytesOnWire: number;
  /** Of the body. */
  readonly bytes: number;
}

/** As `layerCalls` does. */
async function sendTaken(
  service: Service,
  repository: RepositoryId,
  part: LayerPart,
  bytes: Uint8Array,
  take: Take = inMemory,
): Promise<PartSent> {
  const source = {
    size: part.firstByte + part.size,
    read: (target: Uint8Array, position: number) => {
      const from = position - part.firstByte;
      target.set(bytes.subarray(from, from + target.byteLength));
      return Promise.resolve();
    },
  };
  const body = await take(repository, part, source);
  let bytesOnWire = 0;
  const send = service.send(repository, part);
  const output = await sendPart(body, send, { onBytes: (count) => (bytesOnWire += count) });
  assert.equal(output.lastByteReceived, 9);
  body.end();
  return { bytesOnWire, bytes: body.bytes };
}

const arbitraryPart = fc.record({
  registryId: fc.option(fc.string(), { nil: undefined }),
  repositoryName: fc.string({ unit: 'binary' }),
  uploadId: fc.string({ unit: 'grapheme' }),
  firstByte: fc.nat({ max: 2 ** 40 }),
  // Around the chunks in which base64 is written, too.
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 50 }),
    fc
      .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.nat({ max: 255 }))
      .map(([more, chunks, first]) =>
        Uint8Array.from({ length: chunks * 48 * 1024 + more }, (_, at) => first + at * 7),
      ),
  ),
});

const WAYS = { 'in memory': inMemory, 'to be encoded twice': encodedTwice };

for (const service of [privateService(), publicService()]) {
  for (const [how, take] of Object.entries(WAYS)) {
    test(`a part taken ${how} makes the request that the SDK makes for ${service.name}, byte for byte`, async (t) => {
      await requestsAreEqual(t, service, take);
    });
  }
}

async function requestsAreEqual(t: TestContext, service: Service, take: Take): Promise<void> {
  t.diagnostic(`PROPERTY_SEED=${seed}`);
  const property = fc.asyncProperty(arbitraryPart, async ({ bytes, ...ids }) => {
    const { registryId, repositoryName, uploadId, firstByte } = ids;
    const repository = { registryId, repositoryName };
    const part = { uploadId, firstByte, size: bytes.byteLength };
    await service.sendStock(repository, part, bytes);
    const stock = service.recorder.last();
    const before = service.recorder.requests.length;
    const sent = await sendTaken(service, repository, part, bytes, take);
    const prepared = service.recorder.last();
    assert.equal(service.recorder.requests.length, before + 1, 'it takes one request');
    assert(prepared.isPrepared, 'the SDK has not made the body after all');
    assert(prepared.body.equals(stock.body), 'the bodies are equal');
    assert.deepEqual(lasting(prepared.headers), lasting(stock.headers));
    assert.equal(sent.bytes, stock.body.byteLength);
  });
  await fc.assert(property, { seed, numRuns: 200 });
}

function lasting(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !CHANGING.includes(name.toLowerCase())),
  );
}

const REPOSITORY = { registryId: '012345678901', repositoryName: 'team/app' };
const PART = { uploadId: 'an-id', firstByte: 20, size: 10 };
const BYTES = Buffer.from('0123456789');

interface Change {
  readonly what: string;
  readonly change: ChangeBody;
}

const changes: readonly Change[] = [
  { what: 'parts its members by spaces', change: (body) => body.replaceAll('":', '": ') },
  { what: 'has a member more', change: (body) => body.replace('{', '{"version":2,') },
  { what: 'orders its members otherwise', change: reversed },
];

function reversed(body: string): string {
  return JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as object).reverse()));
}

for (const { what, change } of changes) {
  test(`a client whose request ${what} is given the bytes, and its request goes out`, async () => {
    const service = privateService(change);
    await service.sendStock(REPOSITORY, PART, BYTES);
    await sendTaken(service, REPOSITORY, PART, BYTES);
    const [stock, sent, ...others] = service.recorder.requests;
    assert.deepEqual(others, []);
    assert.equal(sent?.body.toString(), stock?.body.toString());
    assert.equal(sent?.isPrepared, false);
    assert.match(String(sent.body), /MDEyMzQ1Njc4OQ==/);
  });
}

test('a client that serializes to bytes instead of text sends the same', async () => {
  const service = privateService((body) => Buffer.from(body));
  await service.sendStock(REPOSITORY, PART, BYTES);
  await sendTaken(service, REPOSITORY, PART, BYTES);
  const [stock, sent] = service.recorder.requests;
  assert(sent?.isPrepared);
  assert.equal(sent.body.toString(), stock?.body.toString());
});

function changeRequests(client: ECRClient, change: ChangeBody): void {
  client.middlewareStack.addRelativeTo(
    (next: SerializeHandler<ServiceInputTypes, ServiceOutputTypes>) =>
      (args: SerializeHandlerArguments<ServiceInputTypes>) => {
        const { request } = args;
        assert(HttpRequest.isInstance(request));
        request.body = change(new TextDecoder().decode(request.body as Uint8Array));
        return next(args);
      },
    { relation: 'after', toMiddleware: 'serializerMiddleware', name: 'changed' },
  );
}

/** Bytes of the socket are another thing: a stream that nobody pipes to a request has none on the wire. */
test('a client that is given the bytes counts them as on the wire', async () => {
  const service = privateService(reversed);
  const { bytesOnWire, bytes } = await sendTaken(service, REPOSITORY, PART, BYTES);
  assert.equal(bytesOnWire, bytes);
});

for (const [how, take] of Object.entries(WAYS)) {
  test(`each attempt at a part taken ${how} carries its body anew`, async () => {
    const service = privateService();
    service.recorder.failures = 2;
    await sendTaken(service, REPOSITORY, PART, BYTES, take);
    const { requests } = service.recorder;
    assert.equal(requests.length, 3);
    for (const { body, isPrepared } of requests) {
      assert(isPrepared);
      assert.match(String(body), /MDEyMzQ1Njc4OQ==/);
    }
  });
}

test('an error of the call is thrown as it is, and the part is not sent otherwise', async () => {
  const body = await inMemory(REPOSITORY, PART, { size: 30, read: () => Promise.resolve() });
  const failure = new Error('refused');
  let calls = 0;
  const send = (): Promise<never> => {
    calls += 1;
    return Promise.reject(failure);
  };
  await assert.rejects(sendPart(body, send, { onBytes: () => undefined }), failure);
  assert.equal(calls, 1);
  body.end();
});

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

/** A body of these chunks, and the requests that it was told of. */
function bodyOf(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, bytes = SIZE) {
  const requests: NodeJS.EventEmitter[] = [];
  return {
    bytes,
    requests,
    heldBy: (request: NodeJS.EventEmitter) => void requests.push(request),
    chunks: () => chunks,
  };
}

const ignore = () => undefined;

/** A request with the body that was begun over the wire, after its answer and its end. */
async function send(
  wire: Wire,
  agent: Agent,
  onBytes: (bytes: number) => void = ignore,
  body = bodyOf([CHUNK, CHUNK, CHUNK]),
): Promise<ClientRequest> {
  Object.assign(agent, { createConnection: () => wire });
  const headers = { 'content-length': SIZE };
  const request = httpRequest({ method: 'POST', agent, headers });
  const closed = once(request, 'close');
  request.on('response', (response) => response.resume());
  new BodyStream(body, { onBytes }).pipe(request);
  await closed;
  return request;
}

test(
  'a body that is answered before its last write is over ends, and its connection is used again',
  { timeout },
  async () => {
    const wire = new Wire(SIZE);
    const agent = new Agent({ keepAlive: true });
    let bytes = 0;
    const request = await send(wire, agent, (count) => (bytes += count));
    assert.equal(bytes, SIZE);
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
    let bytes = 0;
    const agent = new Agent({ keepAlive: true });
    const request = await send(wire, agent, (count) => (bytes += count));
    assert(bytes < SIZE, 'what was not given to the network does not count');
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
  const chunks = (function* () {
    yield CHUNK;
    throw new Error('unreadable');
  })();
  new BodyStream(bodyOf(chunks), { onBytes: ignore }).pipe(request);
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
  const body = new BodyStream(bodyOf(chunks, 9 * SIZE), { onBytes: ignore });
  const closed = once(body, 'close');
  body.pipe(request);
  await once(body, 'pause');
  request.destroy();
  await closed;
  assert(made < 9, `${made} of 9 were made`);
});

test('chunks that come in their own time are sent, too', { timeout }, async () => {
  const wire = new Wire(SIZE);
  const body = bodyOf(Readable.from([CHUNK, CHUNK, CHUNK]));
  const request = await send(wire, new Agent({ keepAlive: true }), ignore, body);
  assert.equal(wire.body.length, SIZE);
  assert.deepEqual(body.requests, [request], 'the body is held by its request');
});

test('a failure that is no error fails as one', async () => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- which is what it is about
  const chunks = { next: () => Promise.reject('no text'), [Symbol.asyncIterator]: () => chunks };
  const stream = new BodyStream(bodyOf(chunks), { onBytes: ignore });
  const failed = once(stream, 'error');
  stream.resume();
  assert.deepEqual(await failed, [new Error('no text')]);
});

/** A connection whose silence is told at once. */
class SilentWire extends StalledWire {
  override setTimeout(milliseconds = 0): this {
    if (milliseconds > 0) setImmediate(() => this.emit('timeout'));
    return this;
  }
}

test('a body that nothing can be sent of is given up', { timeout }, async () => {
  const wire = new SilentWire(SIZE);
  const agent = Object.assign(new Agent(), { createConnection: () => wire });
  const request = httpRequest({ method: 'POST', agent, headers: { 'content-length': SIZE } });
  const failed = once(request, 'error');
  const options = { onBytes: ignore, silence: 5000 };
  new BodyStream(bodyOf([CHUNK, CHUNK, CHUNK]), options).pipe(request);
  const [error] = (await failed) as [Error];
  assert.equal(error.name, 'TimeoutError');
  assert.equal(error.message, 'nothing could be sent for 5000 ms');
});
