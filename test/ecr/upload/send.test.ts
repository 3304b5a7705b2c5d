import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
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
import type { EcrApi } from '../../../src/ecr/api.ts';
import type { RepositoryId } from '../../../src/ecr/names/repository-id.ts';
import { PartEngine } from '../../../src/ecr/upload/take-part.ts';
import { privateApi } from '../../../src/ecr/private-api.ts';
import { publicApi } from '../../../src/ecr/public-api.ts';
import { framePart } from '../../../src/ecr/upload/body.ts';
import type { LayerPart, PartSource } from '../../../src/ecr/registry.ts';
import { type EncodedPart, StreamedPart } from '../../../src/ecr/upload/encoded-part.ts';

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

/** Answers every request, and keeps it. */
class Recorder {
  readonly requests: Sent[] = [];

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
  api(repository: RepositoryId): EcrApi;
  sendStock(repository: RepositoryId, part: LayerPart, bytes: Uint8Array): Promise<unknown>;
}

function privateService(change?: ChangeBody): Service {
  const recorder = new Recorder();
  const client = new ECRClient({ ...CONFIG, requestHandler: recorder });
  if (change) changeRequests(client, change);
  return {
    name: 'private ECR',
    recorder,
    api: (repository) => privateApi(client, repository),
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
    api: (repository) => publicApi(client, repository),
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

type Prepare = (
  repository: RepositoryId,
  part: LayerPart,
  source: PartSource,
) => Promise<EncodedPart>;

const inMemory: Prepare = (repository, part, source) =>
  new PartEngine().prepare(repository, part, source, signal);
const encodedTwice: Prepare = async (repository, part, source) => {
  const { bodyHash } = await inMemory(repository, part, source);
  return new StreamedPart(part, framePart(repository, part), bodyHash, source);
};

/** As `Registry.preparePart` and `PreparedPart.upload` do. */
async function sendPrepared(
  service: Service,
  repository: RepositoryId,
  part: LayerPart,
  bytes: Uint8Array,
  prepare: Prepare = inMemory,
): Promise<void> {
  const source = {
    size: part.firstByte + part.size,
    read: (target: Uint8Array, position: number) => {
      const from = position - part.firstByte;
      target.set(bytes.subarray(from, from + target.byteLength));
      return Promise.resolve();
    },
  };
  const api = service.api(repository);
  const encoded = await prepare(api.repository, part, source);
  const output = await api.uploadLayerPart(encoded, signal);
  assert.equal(output.lastByteReceived, 9);
  encoded.end();
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

for (const service of [privateService(), publicService()]) {
  for (const [how, prepare] of Object.entries({
    'in memory': inMemory,
    'to be encoded twice': encodedTwice,
  })) {
    test(`a part prepared ${how} makes the request that the SDK makes for ${service.name}, byte for byte`, async (t) => {
      await requestsAreEqual(t, service, prepare);
    });
  }
}

async function requestsAreEqual(t: TestContext, service: Service, prepare: Prepare): Promise<void> {
  t.diagnostic(`PROPERTY_SEED=${seed}`);
  const property = fc.asyncProperty(arbitraryPart, async ({ bytes, ...ids }) => {
    const { registryId, repositoryName, uploadId, firstByte } = ids;
    const repository = { registryId, repositoryName };
    const part = { uploadId, firstByte, size: bytes.byteLength };
    await service.sendStock(repository, part, bytes);
    const stock = service.recorder.last();
    const before = service.recorder.requests.length;
    await sendPrepared(service, repository, part, bytes, prepare);
    const prepared = service.recorder.last();
    assert.equal(service.recorder.requests.length, before + 1, 'it takes one request');
    assert(prepared.isPrepared, 'the SDK has not made the body after all');
    assert(prepared.body.equals(stock.body), 'the bodies are equal');
    assert.deepEqual(lasting(prepared.headers), lasting(stock.headers));
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
    await sendPrepared(service, REPOSITORY, PART, BYTES);
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
  await sendPrepared(service, REPOSITORY, PART, BYTES);
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
