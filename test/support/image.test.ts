import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { digestOf } from '../../src/oci/digest.ts';
import { digestOfContent, sizeOf } from './content.ts';
import { buildAttestation, buildImage, buildIndex, type Graph, named } from './image.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { blobPath, writeLayoutDirectory } from './write-layout.ts';

interface Config {
  readonly architecture: string;
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

function parsed(graph: Graph, digest: string): unknown {
  const content = [...graph.blobs].find(([key]) => key === digest)?.[1];
  assert.ok(content instanceof Uint8Array);
  return JSON.parse(Buffer.from(content).toString());
}

test('equal seeds make equal images, other seeds other ones', () => {
  const digest = (seed: string) => buildImage({ seed }).descriptor.digest;
  assert.equal(digest('a'), digest('a'));
  assert.notEqual(digest('a'), digest('b'));
});

test('every blob stands under its own digest, and the config and the manifest are among them', () => {
  const image = buildImage({
    seed: 'a',
    layers: [{ size: 10 }, { sparse: 5_000_000 }, { files: { 'etc/motd': 'hello' } }],
  });
  for (const [digest, content] of image.blobs) assert.equal(digestOfContent(content), digest);
  assert.equal(image.blobs.size, 3 + 2);
  assert.equal(digestOf(image.manifest), image.descriptor.digest);
});

test('the config names the digests of the uncompressed layers', () => {
  const files = { 'etc/motd': 'hello' };
  const image = buildImage({
    seed: 'a',
    layers: [{ files }, { files, compression: 'zstd' }, { files, compression: 'none' }],
  });
  const config = parsed(image, image.config.digest) as Config;
  const decompress = [gunzipSync, zstdDecompressSync, (bytes: Uint8Array) => bytes];
  const tars = image.layers.map(({ digest }, at) => {
    const content = image.blobs.get(digest);
    assert.ok(content instanceof Uint8Array);
    return decompress[at]?.(content) ?? assert.fail();
  });
  assert.deepEqual(config.rootfs.diff_ids, tars.map(digestOf));
  assert.equal(new Set(image.layers.map((layer) => layer.mediaType)).size, 3);
});

test('an index holds its children, shared blobs once, and attestations name their image', () => {
  const images = [buildImage({ seed: 'a' }), buildImage({ seed: 'a', omitMediaType: true })];
  const [first, second] = images;
  assert.ok(first && second);
  const attestation = buildAttestation(first);
  const index = buildIndex([first, second, attestation]);
  const shared =
    first.blobs.size +
    second.blobs.size -
    new Set([...first.blobs.keys(), ...second.blobs.keys()]).size;
  assert.equal(shared, 2, 'config and layer');
  assert.equal(index.blobs.size, first.blobs.size + 1 + attestation.blobs.size + 1);
  assert.equal(
    attestation.descriptor.annotations?.['vnd.docker.reference.digest'],
    first.descriptor.digest,
  );
});

test('a layout directory holds every blob in full, and index.json names the roots', async () => {
  await using directory = await temporaryDirectory();
  const image = named(buildImage({ seed: 'a', layers: [{ size: 10 }, { sparse: 70_000 }] }), '1.0');
  await writeLayoutDirectory(directory.path, [image]);
  const written = await readdir(join(directory.path, 'blobs/sha256'));
  assert.equal(written.length, image.blobs.size);
  for (const [digest, content] of image.blobs) {
    const bytes = await readFile(join(directory.path, blobPath(digest)));
    assert.equal(bytes.byteLength, sizeOf(content));
    assert.equal(digestOf(bytes), digest);
  }
  const index = await readFile(join(directory.path, 'index.json'), 'utf8');
  assert.deepEqual((JSON.parse(index) as { manifests: unknown }).manifests, [image.descriptor]);
});
