import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateSaving } from '../../src/layout/compressible.ts';
import type { BlobReader } from '../../src/layout/layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_CONFIG, OCI_LAYER, OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import { seededBytes } from '../support/random.ts';

const { signal } = new AbortController();
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar';
const noise = seededBytes('noise', 512 * 1024);

/** What lies at a position of a layer. */
type Fill = (target: Uint8Array, position: number) => void;

const zeros: Fill = (target) => void target.fill(0);
const random: Fill = (target) => target.set(noise);
/** Zeros in the first half, random bytes in the second. */
const mixed: Fill = (target, position) => (position < 100_000_000 ? zeros : random)(target, 0);

interface Layer {
  readonly layer: Descriptor;
  readonly fill: Fill;
}

function layerOf(name: string, size: number, fill: Fill, mediaType: string = OCI_LAYER): Layer {
  return { layer: { mediaType, digest: digestOf(Buffer.from(name)), size }, fill };
}

/** Layers that count what is read of them. */
function store(...layers: readonly Layer[]) {
  let [bytes, open] = [0, 0];
  const openBlob = ({ digest, size }: Descriptor): Promise<BlobReader> => {
    const fill = layers.find(({ layer }) => layer.digest === digest)?.fill ?? zeros;
    open += 1;
    return Promise.resolve({
      ...{ location: 'a file', size },
      read: (target, position) => {
        assert.ok(position >= 0 && position + target.byteLength <= size);
        bytes += target.byteLength;
        fill(target, position);
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => {
        open -= 1;
        return Promise.resolve();
      },
    });
  };
  return {
    saving: () =>
      estimateSaving(
        layers.map(({ layer }) => layer),
        { openBlob },
        signal,
      ),
    read: () => bytes,
    open: () => open,
  };
}

test('what compresses well is found by reading little of it', async () => {
  const large = layerOf('large', 200_000_000, zeros);
  const { saving, read, open } = store(large);
  const { layers, bytes, saved } = (await saving()) ?? {};
  assert.deepEqual(layers, [large.layer]);
  assert.equal(bytes, 200_000_000);
  assert.ok((saved ?? 0) > 0.99 * 200_000_000, String(saved));
  assert.ok(read() <= 4 * 1024 * 1024);
  assert.equal(open(), 0);
});

test('samples come from all over the layer', async () => {
  const { saved } = (await store(layerOf('mixed', 200_000_000, mixed)).saving()) ?? {};
  assert.equal(Math.round((saved ?? 0) / 10_000_000), 10, 'half of it');
});

test('several layers are added up, the largest first', async () => {
  const [a, b] = [layerOf('a', 150_000_000, zeros), layerOf('b', 250_000_000, zeros, DOCKER_LAYER)];
  const { layers, bytes } = (await store(a, b).saving()) ?? {};
  assert.deepEqual(layers, [b.layer, a.layer]);
  assert.equal(bytes, 400_000_000);
});

const others: Readonly<Record<string, Layer>> = {
  'a layer that is compressed': layerOf('gzip', 200_000_000, zeros, OCI_LAYER_GZIP),
  'a small layer': layerOf('small', 100_000_000, zeros),
  'what is no layer': layerOf('config', 200_000_000, zeros, OCI_CONFIG),
};

for (const [what, layer] of Object.entries(others)) {
  test(`${what} is not looked into`, async () => {
    const { saving, read } = store(layer);
    assert.equal(await saving(), undefined);
    assert.equal(read(), 0);
  });
}

test('what would not become smaller is not worth a word', async () => {
  assert.equal(await store(layerOf('random', 200_000_000, random)).saving(), undefined);
});

test('of very many layers, only some are looked into', async () => {
  const many = Array.from({ length: 30 }, (_, at) => layerOf(`${at}`, 200_000_000 + at, zeros));
  const { saving, read } = store(...many);
  assert.equal((await saving())?.layers.length, 10);
  assert.ok(read() <= 40 * 1024 * 1024);
});

test('it ends with the signal', async () => {
  const { layer } = layerOf('large', 200_000_000, zeros);
  const stopped = AbortSignal.abort(new Error('stopped'));
  const openBlob = () => assert.fail('nothing is opened');
  await assert.rejects(estimateSaving([layer], { openBlob }, stopped), /stopped/);
});
