import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ApiRegistry } from '../../src/ecr/api-registry.ts';
import { PartBuffers } from '../../src/ecr/part-buffers.ts';
import { PartEngine } from '../../src/ecr/part-engine.ts';
import { createPrivateClient, privateApi } from '../../src/ecr/private-api.ts';
import type { PartSource, Registry } from '../../src/ecr/registry.ts';
import { EcrRetryStrategy } from '../../src/ecr/retry.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { Fault } from '../local-ecr/faults.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';

/** The server checks every signature, so that a wrong hash of a body is refused. */
const NAME = 'team/app';
const { signal } = new AbortController();

function open(ecr: LocalEcr, buffers: PartBuffers): Registry {
  const { region, credentials } = ecr.world;
  const client = createPrivateClient({
    endpoint: ecr.url,
    region,
    credentials: credentials[0],
    retryStrategy: new EcrRetryStrategy(3),
  });
  const api = privateApi(client, { registryId: undefined, repositoryName: NAME });
  const repository = { type: 'private', registryId: undefined, region, name: NAME } as const;
  return new ApiRegistry(api, repository, 4200, new PartEngine(buffers));
}

/** Notes into whose memory it read. */
class Source implements PartSource {
  readonly memory: ArrayBufferLike[] = [];
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
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
  const { uploadId } = await registry.initiateUpload(signal);
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

const outcomes: { what: string; fault?: Fault; reused: boolean; throws?: string }[] = [
  { what: 'answered at once', reused: true },
  { what: 'answered at the second attempt', fault: { kind: 'throttle' }, reused: false },
  { what: 'lost on its way, and sent again', fault: { kind: 'reset-in-body' }, reused: false },
  {
    what: 'refused',
    fault: { kind: 'error', name: 'InvalidLayerPartException', fields: {} },
    reused: false,
  },
  {
    what: 'ended by an error',
    fault: { kind: 'error', name: 'AccessDeniedException' },
    reused: false,
    throws: 'ACCESS_DENIED',
  },
];

for (const { what, fault, reused, throws } of outcomes) {
  test(`the memory of a part that is ${what} is ${reused ? '' : 'not '}used again`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(NAME);
    const registry = open(ecr, new PartBuffers());
    const source = new Source(randomBytes(100));
    const { uploadId } = await registry.initiateUpload(signal);
    if (fault) ecr.fault({ ...fault, operation: 'UploadLayerPart' });
    const part = { uploadId, firstByte: 0, size: 100 };
    const uploaded = (await registry.preparePart(part, source, signal)).upload(signal);
    if (throws) await assert.rejects(uploaded, { code: throws });
    else await uploaded;
    await registry.preparePart({ ...part, firstByte: 0 }, source, signal);
    assert.equal(source.memory[0] === source.memory[1], reused);
    registry.close();
  });
}

test('a part that is discarded leaves its memory to the next', async () => {
  await using ecr = await startLocalEcr();
  const registry = open(ecr, new PartBuffers(300));
  const source = new Source(randomBytes(100));
  const part = { uploadId: 'any', firstByte: 0, size: 100 };
  const first = await registry.preparePart(part, source, signal);
  assert.equal(registry.preparePartAhead(part, source), undefined, 'there is room for one');
  first.discard();
  const second = await registry.preparePartAhead(part, source);
  second?.discard();
  assert.equal(source.memory[0], source.memory[1]);
  registry.close();
});

test('a part that cannot be read says so, and leaves room for others', async () => {
  await using ecr = await startLocalEcr();
  const registry = open(ecr, new PartBuffers(300));
  const failure = new Error('unreadable');
  const part = { uploadId: 'any', firstByte: 0, size: 100 };
  const unreadable = { read: () => Promise.reject(failure) };
  await assert.rejects(registry.preparePart(part, unreadable, signal), failure);
  (await registry.preparePart(part, new Source(randomBytes(100)), signal)).discard();
  registry.close();
});
