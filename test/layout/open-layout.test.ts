import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { PushError } from '../../src/errors.ts';
import type { Layout } from '../../src/layout/layout.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import { sizeOf } from '../support/content.ts';
import { buildImage, buildIndex, type Graph, jsonBytes } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import {
  blobPath,
  type LayoutOptions,
  type TarLayoutOptions,
  writeLayoutDirectory,
  writeLayoutTar,
} from '../support/write-layout.ts';

type Write = (path: string, graphs: readonly Graph[], options?: LayoutOptions) => Promise<void>;

const asTar =
  (form: TarLayoutOptions): Write =>
  (path, graphs, options) =>
    writeLayoutTar(path, graphs, { ...form, ...options });

const compressed =
  (compress: (bytes: Uint8Array) => Uint8Array): Write =>
  async (path, graphs, options) => {
    await writeLayoutTar(path, graphs, options);
    await writeFile(path, compress(await readFile(path)));
  };

/** Every form that a layout comes in: what follows holds for each of them. */
const forms: { form: string; write: Write }[] = [
  { form: 'a directory', write: writeLayoutDirectory },
  { form: 'a tar', write: asTar({}) },
  { form: 'a tar with ./ before every name', write: asTar({ prefix: './' }) },
  { form: 'a tar with index.json last', write: asTar({ indexLast: true }) },
  { form: 'a tar with names and sizes in PAX headers', write: asTar({ pax: true }) },
  { form: 'a tar with GNU long names', write: asTar({ gnuLongNames: true }) },
  { form: 'a tar with / before every name', write: asTar({ prefix: '/' }) },
  { form: 'a tar compressed with gzip', write: compressed(gzipSync) },
  { form: 'a tar compressed with zstd', write: compressed(zstdCompressSync) },
];

const image = buildImage({ seed: 'open', layers: [{ size: 1000 }, { size: 512 }, { size: 1 }] });
const [layer] = image.layers;
assert.ok(layer);
const absent: Descriptor = { ...layer, digest: digestOf(Buffer.from('absent')) };

/** Writes a layout in the given form, opens it and hands it to `use`. */
async function withLayout(
  write: Write,
  use: (layout: Layout) => Promise<void> | void,
  options: LayoutOptions = {},
): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  await write(path, [image], options);
  await using layout = await openLayout(path);
  assert.equal(layout.path, path);
  await use(layout);
}

async function readAll(layout: Layout, descriptor: Descriptor): Promise<Buffer> {
  await using blob = await layout.openBlob(descriptor);
  const bytes = Buffer.alloc(blob.size);
  await blob.read(bytes, 0);
  return bytes;
}

for (const { form, write } of forms) {
  test(`${form}: the index and every blob are read as they were written`, () =>
    withLayout(write, async (layout) => {
      assert.deepEqual(layout.index.manifests, [image.descriptor]);
      assert.deepEqual(await layout.readVerified(image.descriptor), new Uint8Array(image.manifest));
      for (const [digest, content] of image.blobs) {
        const descriptor = { mediaType: 'x', digest, size: sizeOf(content) };
        assert.equal(await layout.has(descriptor), true);
        assert.equal(digestOf(await readAll(layout, descriptor)), digest);
      }
    }));

  test(`${form}: a blob is read from any position, and not beyond its end`, () =>
    withLayout(write, async (layout) => {
      const whole = await readAll(layout, layer);
      await using blob = await layout.openBlob(layer);
      for (const [position, length] of [
        [0, 1],
        [1, 998],
        [511, 2],
        [999, 1],
        [1000, 0],
      ] as const) {
        const part = Buffer.alloc(length);
        await blob.read(part, position);
        assert.deepEqual(part, whole.subarray(position, position + length));
      }
      await assert.rejects(
        blob.read(Buffer.alloc(2), 999),
        refused('DIGEST_MISMATCH', blob.location, '1 bytes early'),
      );
    }));

  test(`${form}: two blobs may be read at once`, () =>
    withLayout(write, async (layout) => {
      const found = await Promise.all(image.layers.map((each) => readAll(layout, each)));
      assert.deepEqual(
        found.map(digestOf),
        image.layers.map((each) => each.digest),
      );
    }));

  test(`${form}: a blob that is not there is missing`, () =>
    withLayout(write, async (layout) => {
      assert.equal(await layout.has(absent), false);
      const hex = absent.digest.slice('sha256:'.length);
      await assert.rejects(layout.openBlob(absent), refused('BLOB_MISSING', hex));
      await assert.rejects(layout.readVerified(absent), refused('BLOB_MISSING', hex));
    }));

  test(`${form}: a blob of another size than its descriptor's is refused, with both sizes`, () =>
    withLayout(write, async (layout) => {
      const other = { ...layer, size: 999 };
      for (const use of [
        () => layout.has(other),
        () => layout.openBlob(other),
        () => layout.readVerified(other),
      ]) {
        await assert.rejects(
          use,
          refused('DIGEST_MISMATCH', '1000 bytes', '999', layer.digest.slice(7)),
        );
      }
    }));

  test(`${form}: an empty blob is there, and has no bytes`, () => {
    const empty = { mediaType: 'x', digest: digestOf(new Uint8Array()), size: 0 };
    return withLayout(
      write,
      async (layout) => {
        assert.equal(await layout.has(empty), true);
        assert.equal((await layout.readVerified(empty)).byteLength, 0);
      },
      { files: { [blobPath(empty.digest)]: new Uint8Array() } },
    );
  });

  test(`${form}: the oci-layout file may be missing`, () =>
    withLayout(write, async (layout) => assert.equal(await layout.has(layer), true), {
      ociLayout: false,
    }));

  for (const content of ['', '\n']) {
    test(`${form}: an oci-layout that holds ${JSON.stringify(content)} counts as missing`, () =>
      withLayout(write, async (layout) => assert.equal(await layout.has(layer), true), {
        files: { 'oci-layout': Buffer.from(content) },
      }));
  }

  test(`${form}: oci-layout and index.json may begin with a byte order mark`, () => {
    const marked = (value: unknown) => Buffer.from(`\ufeff${JSON.stringify(value)}`);
    const index = marked({ schemaVersion: 2, manifests: [image.descriptor] });
    return withLayout(
      write,
      (layout) => {
        assert.deepEqual(layout.index.manifests, [image.descriptor]);
        assert.deepEqual(layout.indexBytes, new Uint8Array(index));
      },
      { files: { 'oci-layout': marked({ imageLayoutVersion: '1.0.0' }), 'index.json': index } },
    );
  });

  test(`${form}: blobs that nothing names do no harm`, () =>
    withLayout(write, async (layout) => assert.equal(await layout.has(layer), true), {
      files: {
        [blobPath(absent.digest)]: Buffer.from('not even that digest'),
        repositories: Buffer.from('{}'),
      },
    }));

  test(`${form}: the same digest may be named twice`, () =>
    withLayout(write, (layout) => assert.equal(layout.index.manifests.length, 2), {
      indexJson: buildIndex([image, image]).manifest,
    }));

  for (const { what, files, code, says } of [
    {
      what: 'of another version',
      files: { 'oci-layout': jsonBytes({ imageLayoutVersion: '2.0.0' }) },
      code: 'NOT_A_LAYOUT',
      says: '2.0.0',
    },
    {
      what: 'that says no version',
      files: { 'oci-layout': jsonBytes({}) },
      code: 'NOT_A_LAYOUT',
      says: 'oci-layout',
    },
    {
      what: 'whose oci-layout is no object',
      files: { 'oci-layout': jsonBytes([]) },
      code: 'NOT_A_LAYOUT',
      says: 'oci-layout',
    },
    {
      what: 'whose oci-layout is no JSON',
      files: { 'oci-layout': Buffer.from('1.0.0 of course') },
      code: 'INVALID_JSON',
      says: 'oci-layout',
    },
    {
      what: 'whose oci-layout is large',
      files: { 'oci-layout': Buffer.alloc(5000, ' ') },
      code: 'TOO_LARGE',
      says: 'oci-layout',
    },
    {
      what: 'whose index.json is no JSON',
      files: { 'index.json': Buffer.from('<html>') },
      code: 'INVALID_JSON',
      says: 'index.json',
    },
    {
      what: 'whose index.json is empty',
      files: { 'index.json': new Uint8Array() },
      code: 'INVALID_JSON',
      says: 'index.json',
    },
    {
      what: 'whose index.json is over 4 MiB',
      files: { 'index.json': Buffer.alloc(MAX_MANIFEST_BYTES + 1, ' ') },
      code: 'TOO_LARGE',
      says: 'index.json',
    },
    {
      what: 'whose index.json lists nothing',
      files: { 'index.json': jsonBytes({ schemaVersion: 2 }) },
      code: 'INVALID_MANIFEST',
      says: 'index.json',
    },
  ] as const) {
    test(`${form}: a layout ${what} is refused with ${code}`, async () => {
      await assert.rejects(
        withLayout(write, () => undefined, { files }),
        refused(code, says),
      );
    });
  }
}

test('a layout is left as it was, byte for byte', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await writeLayoutTar(path, [image]);
  const before = await readFile(path);
  await using layout = await openLayout(path);
  await readAll(layout, layer);
  assert.deepEqual(await readFile(path), before);
});

test('a path that is not there is not found', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  await assert.rejects(openLayout(path), refused('LAYOUT_NOT_FOUND', path));
});

test('a directory without index.json is no layout', async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(
    openLayout(directory.path),
    refused('NOT_A_LAYOUT', directory.path, 'a directory without an index.json'),
  );
});

test('a directory of skopeo is refused with the command that converts it', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'version'), 'Directory Transport Version: 1.1\n');
  await writeFile(join(directory.path, 'manifest.json'), '{}');
  await assert.rejects(openLayout(directory.path), (error) => {
    refused('NOT_A_LAYOUT', directory.path, '"dir:" transport')(error);
    assert.ok(error instanceof PushError);
    assert.ok(error.hint.includes(`skopeo copy dir:${directory.path} oci:`), error.hint);
    return true;
  });
});

test('links into a directory that is named are followed, and no others', async () => {
  await using directory = await temporaryDirectory();
  const path = (...names: string[]) => join(directory.path, ...names);
  await writeLayoutDirectory(path('layout'), [image]);
  await mkdir(path('cache'));
  await rename(path('layout', blobPath(layer.digest)), path('cache', 'layer'));
  await symlink(path('cache', 'layer'), path('layout', blobPath(layer.digest)));
  {
    await using layout = await openLayout(path('layout'), { linksInto: path('cache') });
    assert.equal(digestOf(await readAll(layout, layer)), layer.digest);
  }
  await using layout = await openLayout(path('layout'));
  await assert.rejects(layout.openBlob(layer), refused('UNSAFE_LINK', layer.digest.slice(7)));
});

test('a path below a file is not there', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'file'), '');
  const path = join(directory.path, 'file', 'layout');
  await assert.rejects(openLayout(path), refused('LAYOUT_NOT_FOUND', path));
});

test('a path that no system call takes is unreadable', async () => {
  await assert.rejects(openLayout('a\0b'), refused('LAYOUT_UNREADABLE'));
});

test('a named pipe is no layout, and nobody waits for its other end', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'pipe');
  await promisify(execFile)('mkfifo', [path]);
  await assert.rejects(openLayout(path), refused('NOT_A_LAYOUT', path));
});

test('the path itself may be a link to a layout', async () => {
  await using directory = await temporaryDirectory();
  await writeLayoutDirectory(join(directory.path, 'there'), [image]);
  await mkdir(join(directory.path, 'here'));
  const link = join(directory.path, 'here', 'link');
  await symlink('../there', link);
  await using layout = await openLayout(link);
  assert.equal(await layout.has(image.descriptor), true);
});
