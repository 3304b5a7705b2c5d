import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PushError } from '../../src/errors.ts';
import { GZIP } from '../../src/layout/block-format.ts';
import type { BlobReader } from '../../src/layout/layout.ts';
import { MemoryReader } from '../../src/layout/memory-reader.ts';
import {
  type KnownLayers,
  type PackOptions,
  packLayers,
  type PackPlan,
  type SavedLayer,
} from '../../src/layout/pack-layers.ts';
import { ScratchCompressor } from '../../src/layout/scratch-compressor.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER, OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import { seededBytes } from '../support/random.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Bytes that are read, for those that must not be. */
class CountingReader extends MemoryReader {
  bytesRead = 0;

  override read(target: Uint8Array, position: number): Promise<void> {
    this.bytesRead += target.byteLength;
    return super.read(target, position);
  }
}

function layer(seed: string, { size = 3000, compressed = false } = {}) {
  const bytes = new Uint8Array(seededBytes(seed, size));
  const stored = compressed ? new Uint8Array(gzipSync(bytes)) : bytes;
  const blob = new CountingReader(stored, `app.tar: ${seed}`);
  return { bytes: stored, blob, location: blob.location, diffId: digestOf(bytes) };
}

async function readAll(open: () => Promise<BlobReader>): Promise<Uint8Array> {
  await using blob = await open();
  const bytes = new Uint8Array(blob.size);
  await blob.read(bytes, 0);
  return bytes;
}

interface Packing extends AsyncDisposable {
  readonly plans: readonly PackPlan[];
  readonly scratch: string;
  pack(...layers: readonly SavedLayer[]): ReturnType<typeof packLayers>;
}

async function packing(options: Partial<PackOptions> = {}): Promise<Packing> {
  const resources = new AsyncDisposableStack();
  const { path } = resources.use(await temporaryDirectory());
  const compressor = resources.use(new ScratchCompressor(GZIP, path));
  const plans: PackPlan[] = [];
  const all = {
    ...{
      path: 'my app.tar',
      format: GZIP,
      compressor,
      knownLayers: undefined,
      signal: new AbortController().signal,
    },
    ...options,
    onPlan: (plan: PackPlan) => void plans.push(plan),
  };
  return {
    plans,
    scratch: path,
    pack: (...layers) => packLayers(layers, all),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

test('layers are compressed in order, and those that are compressed stay as they are', async () => {
  await using packed = await packing();
  const [plain, gzipped] = [layer('plain'), layer('gzipped', { compressed: true })];
  const [one, two] = await packed.pack(plain, gzipped);
  assert.ok(one && two);
  const found = await readAll(one.open);
  assert.deepEqual(new Uint8Array(gunzipSync(found)), plain.bytes);
  assert.deepEqual(one.descriptor, {
    mediaType: OCI_LAYER_GZIP,
    digest: digestOf(found),
    size: found.byteLength,
  });
  assert.deepEqual(await readAll(two.open), gzipped.bytes);
  assert.deepEqual(two.descriptor, {
    mediaType: OCI_LAYER_GZIP,
    digest: digestOf(gzipped.bytes),
    size: gzipped.bytes.byteLength,
  });
  assert.deepEqual(packed.plans, [{ compress: 1, bytes: 3000, known: 0, asTheyAre: 1 }]);
});

test('without a format all layers stay as they are, and nothing is written', async () => {
  await using packed = await packing({ format: undefined });
  const plain = layer('plain');
  const [one] = await packed.pack(plain);
  assert.deepEqual(one?.descriptor, { mediaType: OCI_LAYER, digest: plain.diffId, size: 3000 });
  assert.deepEqual(await readAll(one.open), plain.bytes);
  assert.deepEqual(await readdir(packed.scratch), []);
  assert.deepEqual(packed.plans, [{ compress: 0, bytes: 0, known: 0, asTheyAre: 1 }]);
});

test('a layer that stands there twice is compressed once', async () => {
  await using packed = await packing();
  const twice = layer('twice');
  const [one, , three] = await packed.pack(twice, layer('between'), twice);
  assert.equal(one, three);
  assert.equal(packed.plans[0]?.compress, 2);
});

test('an image without layers has none', async () => {
  await using packed = await packing();
  assert.deepEqual(await packed.pack(), []);
});

for (const compressed of [false, true]) {
  for (const format of [GZIP, undefined]) {
    const how = `${compressed ? 'compressed' : 'plain'}, ${format === undefined ? 'kept' : 'packed'}`;
    test(`a layer that is not what the config says is refused, with both digests: ${how}`, async () => {
      await using packed = await packing({ format });
      const other = { ...layer('other', { compressed }), diffId: digestOf(Buffer.from('x')) };
      await assert.rejects(
        packed.pack(layer('first'), other),
        refused('DIGEST_MISMATCH', other.location, other.diffId, layer('other').diffId),
      );
    });
  }
}

test('layers that are not in the archive are all named, and nothing is compressed', async () => {
  await using packed = await packing();
  const absent = (seed: string) => ({ ...layer(seed), blob: undefined });
  await assert.rejects(
    packed.pack(absent('one'), layer('two'), absent('three')),
    refused('BLOB_MISSING', 'app.tar: one', 'app.tar: three'),
  );
  assert.deepEqual(await readdir(packed.scratch), []);
});

for (const [what, format, why] of [
  ['gzip', GZIP, 'no earlier push is known'],
  ['none', undefined, 'a manifest needs the size of each layer'],
] as const) {
  test(`with layer-compression ${what}, the error says why ECR is not asked for a missing layer`, async () => {
    await using packed = await packing({ format });
    await assert.rejects(packed.pack({ ...layer('one'), blob: undefined }), (error) => {
      refused('BLOB_MISSING', 'app.tar: one: in manifest.json, but missing or empty', why)(error);
      return error instanceof PushError && error.hint.includes('docker save --output image.tar');
    });
  });
}

/** Real heads; what follows does not matter. */
const foreign = {
  xz: 'fd377a585a000004e6d6b446',
  bzip2: '425a6839314159265359',
  lz4: '04224d18644070b9',
};

for (const [name, hex] of Object.entries(foreign)) {
  const blob = new MemoryReader(Buffer.from(hex, 'hex'), 'app.tar: layer');
  const { diffId } = layer('foreign');
  const compressed = { location: blob.location, diffId, blob };

  for (const format of [GZIP, undefined]) {
    test(`a layer that is compressed with ${name} is refused by this name, ${format === undefined ? 'kept' : 'packed'}`, async () => {
      await using packed = await packing({ format });
      await assert.rejects(packed.pack(layer('plain'), compressed), (error) => {
        refused('NOT_A_LAYOUT', `app.tar: layer is compressed with ${name}`)(error);
        const way = name === 'lz4' ? '"lz4 -dc"' : "skopeo copy docker-archive:'my app.tar' oci:";
        return error instanceof PushError && error.hint.includes(way);
      });
      assert.deepEqual([packed.plans, await readdir(packed.scratch)], [[], []]);
    });
  }

  test(`what a layer with ${name} was compressed to by an earlier push is taken`, async () => {
    const known = { mediaType: OCI_LAYER_GZIP, digest: digestOf(Buffer.from('x')), size: 1 };
    await using packed = await packing({ knownLayers: new Known([diffId, known]) });
    const [one] = await packed.pack(compressed);
    assert.deepEqual(one?.descriptor, known);
    await assert.rejects(one.open(), refused('NOT_A_LAYOUT', name));
  });
}

test('it ends with the reason of its signal', async () => {
  const reason = new Error('cancelled');
  await using packed = await packing({ signal: AbortSignal.abort(reason) });
  await assert.rejects(packed.pack(layer('one')), reason);
});

/** A map of what was compressed before, as `find` gives it. */
class Known implements KnownLayers {
  readonly asked: (readonly [readonly Digest[], string])[] = [];
  readonly added: (readonly [Digest, string, Descriptor])[] = [];
  readonly #layers: ReadonlyMap<Digest, Descriptor>;

  constructor(...layers: readonly (readonly [Digest, Descriptor])[]) {
    this.#layers = new Map(layers);
  }

  find(diffIds: readonly Digest[], format: string): Promise<ReadonlyMap<Digest, Descriptor>> {
    this.asked.push([diffIds, format]);
    return Promise.resolve(this.#layers);
  }

  add(diffId: Digest, format: string, compressed: Descriptor): void {
    this.added.push([diffId, format, compressed]);
  }
}

async function compressedForm(one: SavedLayer): Promise<Descriptor> {
  await using packed = await packing();
  const [found] = await packed.pack(one);
  assert.ok(found);
  return found.descriptor;
}

test('a layer that was compressed before is not read again, but for its first bytes', async () => {
  const [before, now] = [layer('before', { size: 5_000_000 }), layer('now')];
  const descriptor = await compressedForm(layer('before', { size: 5_000_000 }));
  const knownLayers = new Known([before.diffId, descriptor]);
  await using packed = await packing({ knownLayers });
  const [one, two] = await packed.pack(before, now);
  assert.deepEqual(one?.descriptor, descriptor);
  assert.equal(before.blob.bytesRead, 512);
  assert.deepEqual(knownLayers.asked, [[[before.diffId, now.diffId], GZIP.id]]);
  assert.deepEqual(knownLayers.added, [[now.diffId, GZIP.id, two?.descriptor]]);
  assert.deepEqual(packed.plans, [{ compress: 1, bytes: 3000, known: 1, asTheyAre: 0 }]);
});

test('a layer that was compressed before need not be in the archive', async () => {
  const before = layer('before');
  const descriptor = await compressedForm(before);
  await using packed = await packing({ knownLayers: new Known([before.diffId, descriptor]) });
  const [one] = await packed.pack({ ...before, blob: undefined });
  assert.deepEqual(one?.descriptor, descriptor);
  await assert.rejects(one.open(), refused('BLOB_MISSING', before.location));
});

test('a layer that ECR has lost since is compressed after all', async () => {
  const before = layer('before');
  const descriptor = await compressedForm(before);
  await using packed = await packing({ knownLayers: new Known([before.diffId, descriptor]) });
  const [one] = await packed.pack(before);
  assert.ok(one);
  assert.equal(digestOf(await readAll(one.open)), descriptor.digest);
});

test('if it is compressed to other bytes by now, that is an error which names both', async () => {
  const before = layer('before');
  const stale = { mediaType: OCI_LAYER_GZIP, digest: digestOf(Buffer.from('old')), size: 3 };
  await using packed = await packing({ knownLayers: new Known([before.diffId, stale]) });
  const [one] = await packed.pack(before);
  assert.ok(one);
  await assert.rejects(one.open(), refused('DIGEST_MISMATCH', before.location, stale.digest));
});

test('nothing is asked of the map about layers that stay as they are', async () => {
  const knownLayers = new Known();
  await using gzip = await packing({ knownLayers });
  await gzip.pack(layer('gzipped', { compressed: true }));
  await using none = await packing({ knownLayers, format: undefined });
  await none.pack(layer('plain'));
  assert.deepEqual([knownLayers.asked, knownLayers.added], [[], []]);
});
