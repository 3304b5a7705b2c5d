import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ApiRegistry } from '../../../src/ecr/api-registry.ts';
import { PartBuffers } from '../../../src/ecr/upload/memory.ts';
import { PartEngine } from '../../../src/ecr/upload/take-part.ts';
import { createPrivateClient, privateApi } from '../../../src/ecr/private-api.ts';
import type { PartSource, Registry } from '../../../src/ecr/registry.ts';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry.ts';
import { PushError } from '../../../src/errors.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import type { Fault } from '../../local-ecr/faults.ts';
import { type LocalEcr, startLocalEcr } from '../../local-ecr/server.ts';

/** The server checks every signature, so that a wrong hash of a body is refused. */
const NAME = 'team/app';
const { signal } = new AbortController();

const pace = (isNetworkBound: boolean) => ({
  noteSent: () => undefined,
  isNetworkBound: () => isNetworkBound,
});
const [busy, idle] = [pace(false), pace(true)];

function open(ecr: LocalEcr, buffers: PartBuffers, pace = busy): Registry {
  const { region, credentials } = ecr.world;
  const client = createPrivateClient({
    endpoint: ecr.url,
    region,
    credentials: credentials[0],
    retryStrategy: new EcrRetryStrategy(3),
  });
  const api = privateApi(client, { registryId: undefined, repositoryName: NAME });
  const repository = { type: 'private', registryId: undefined, region, name: NAME } as const;
  return new ApiRegistry(api, repository, 4200, new PartEngine({ buffers, pace }));
}

/** Notes into whose memory it read. */
class Source implements PartSource {
  readonly memory: ArrayBufferLike[] = [];
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.byteLength;
  }

  read(target: Uint8Array, position: number): Promise<void> {
    this.memory.push(target.buffer);
    target.set(this.#bytes.subarray(position, position + target.byteLength));
    return Promise.resolve();
  }
}

test('a part of several writes arrives as it was read', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const bytes = randomBytes(5_000_001);
  const registry = open(ecr, new PartBuffers());
  const { uploadId } = await registry.initiateUpload(1, signal);
  const part = { uploadId, firstByte: 0, size: bytes.length };
  const prepared = await registry.preparePart(part, new Source(bytes), signal);
  assert.deepEqual(await prepared.upload(signal), {
    kind: 'received',
    lastByteReceived: 5_000_000,
  });
  const digest = digestOf(bytes);
  assert.equal(await registry.completeUpload(uploadId, digest, signal), 'completed');
  registry.close();
});

const outcomes: { what: string; fault?: Fault; throws?: string }[] = [
  { what: 'answered at once' },
  { what: 'answered at the second attempt', fault: { kind: 'throttle' } },
  { what: 'lost on its way, and sent again', fault: { kind: 'reset-in-body' } },
  {
    what: 'refused',
    fault: { kind: 'error', name: 'InvalidLayerPartException', fields: {} },
  },
  {
    what: 'ended by an error',
    fault: { kind: 'error', name: 'AccessDeniedException' },
    throws: 'ACCESS_DENIED',
  },
];

for (const { what, fault, throws } of outcomes) {
  test(`the memory of a part that is ${what} is used again when all its requests are closed`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(NAME);
    const registry = open(ecr, new PartBuffers(300));
    const source = new Source(randomBytes(100));
    const { uploadId } = await registry.initiateUpload(1, signal);
    if (fault) ecr.fault({ ...fault, operation: 'UploadLayerPart' });
    const part = { uploadId, firstByte: 0, size: 100 };
    const uploaded = (await registry.preparePart(part, source, signal)).upload(signal);
    if (throws) await assert.rejects(uploaded, { code: throws });
    else await uploaded;
    // There is room for one: this waits until the memory is back.
    await registry.preparePart({ ...part, firstByte: 0 }, source, signal);
    assert.equal(source.memory[0], source.memory[1]);
    registry.close();
  });
}

/** Holds the memory that there is. */
async function withoutMemory(ecr: LocalEcr, pace: typeof idle): Promise<Registry> {
  const buffers = new PartBuffers(300);
  await buffers.acquire(300, 0, signal);
  return open(ecr, buffers, pace);
}

for (const fault of [undefined, { kind: 'reset-in-body' }, { kind: 'answer-lost' }] as const) {
  const how = fault === undefined ? 'at once' : `after ${fault.kind}`;
  test(`a part that finds no memory while the CPU is idle arrives without, ${how}`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(NAME);
    if (fault) ecr.fault({ ...fault, operation: 'UploadLayerPart' });
    const registry = await withoutMemory(ecr, idle);
    const bytes = randomBytes(700_001);
    const { uploadId } = await registry.initiateUpload(1, signal);
    const part = { uploadId, firstByte: 0, size: bytes.length };
    await (await registry.preparePart(part, new Source(bytes), signal)).upload(signal);
    assert.equal(await registry.completeUpload(uploadId, digestOf(bytes), signal), 'completed');
    registry.close();
  });
}

test('a part that finds no memory while the CPU is busy waits for it', async () => {
  await using ecr = await startLocalEcr();
  const registry = await withoutMemory(ecr, busy);
  const part = { uploadId: 'any', firstByte: 0, size: 100 };
  const source = new Source(randomBytes(100));
  assert.equal(registry.preparePartAhead(part, source, signal), undefined);
  const waiting = registry.preparePart(part, source, AbortSignal.timeout(100));
  await assert.rejects(waiting, { name: 'TimeoutError' });
  assert.deepEqual(source.memory, []);
  registry.close();
});

test('a file that cannot be read while it is sent ends the call with what was wrong', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const registry = await withoutMemory(ecr, idle);
  const source = new Source(randomBytes(500_000));
  const { uploadId } = await registry.initiateUpload(1, signal);
  const part = { uploadId, firstByte: 0, size: 500_000 };
  const prepared = await registry.preparePart(part, source, signal);
  const failure = new PushError('LAYOUT_UNREADABLE', 'the disk is gone');
  source.read = () => Promise.reject(failure);
  await assert.rejects(prepared.upload(signal), failure);
  registry.close();
});

test('a part that is discarded leaves its memory to the next', async () => {
  await using ecr = await startLocalEcr();
  const registry = open(ecr, new PartBuffers(300));
  const source = new Source(randomBytes(100));
  const part = { uploadId: 'any', firstByte: 0, size: 100 };
  const first = await registry.preparePart(part, source, signal);
  assert.equal(registry.preparePartAhead(part, source, signal), undefined, 'there is room for one');
  first.discard();
  const second = await registry.preparePartAhead(part, source, signal);
  second?.discard();
  assert.equal(source.memory[0], source.memory[1]);
  registry.close();
});

test('a part that cannot be read says so, and leaves room for others', async () => {
  await using ecr = await startLocalEcr();
  const registry = open(ecr, new PartBuffers(300));
  const failure = new Error('unreadable');
  const part = { uploadId: 'any', firstByte: 0, size: 100 };
  const unreadable = { size: 100, read: () => Promise.reject(failure) };
  await assert.rejects(registry.preparePart(part, unreadable, signal), failure);
  (await registry.preparePart(part, new Source(randomBytes(100)), signal)).discard();
  registry.close();
});
