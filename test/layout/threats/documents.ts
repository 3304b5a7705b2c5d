import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../../src/oci/digest.ts';
import { MAX_DESCRIPTORS, MAX_JSON_DEPTH, MAX_MANIFEST_BYTES } from '../../../src/oci/limits.ts';
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../../src/oci/media-types.ts';
import { MAX_DEPTH } from '../../../src/image/limits.ts';
import { buildIndex, type Graph, jsonBytes } from '../../support/image.ts';
import { blobPath, writeLayoutDirectory } from '../../support/write-layout.ts';
import { image, indexJson, type Threat } from './threat.ts';

/** A layout directory with this for its index.json. */
const withIndex = (index: Uint8Array | string) => (path: string) =>
  writeLayoutDirectory(path, [image], { indexJson: Buffer.from(index) });

/** The index of a good layout, its text changed. */
const withIndexText = (pattern: string | RegExp, replacement: string) => {
  const text = Buffer.from(indexJson).toString();
  const changed = text.replace(pattern, replacement);
  assert.notEqual(changed, text);
  return withIndex(changed);
};

/** A layout whose only manifest is this one: size and digest agree, so that its content alone is at fault. */
const withManifest = (body: unknown, mediaType = OCI_MANIFEST) => {
  const manifest = body instanceof Uint8Array ? body : jsonBytes(body);
  const digest = digestOf(manifest);
  const graph: Graph = {
    descriptor: { mediaType, digest, size: manifest.byteLength },
    manifest,
    blobs: new Map([...image.blobs, [digest, manifest]]),
  };
  return (path: string) => writeLayoutDirectory(path, [graph]);
};

const body = { schemaVersion: 2, config: image.config, layers: image.layers };

/** A manifest that is as long as its descriptor says: a hole in the file, which takes no room. */
function withManifestSize(size: number) {
  return async (path: string) => {
    const text = Buffer.from(indexJson).toString();
    await withIndex(text.replace(/"size":\d+/, `"size":${size}`))(path);
    await using file = await open(join(path, blobPath(image.descriptor.digest)), 'r+');
    await file.truncate(size);
  };
}

/** In what index.json and manifests say. */
export const documents: readonly Threat[] = [
  {
    threat: 'a digest that is a path',
    make: withIndexText(image.descriptor.digest, 'sha256:../../../../../../etc/passwd'),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a digest with a null byte in it',
    make: withIndexText(image.descriptor.digest, `${image.descriptor.digest.slice(0, -1)}\\u0000`),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a digest of an algorithm that nobody checks',
    make: withIndexText('"sha256:', '"none:'),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a size that is no integer',
    make: withIndexText(/"size":\d+/, '"size":1.5'),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a negative size',
    make: withIndexText(/"size":\d+/, '"size":-1'),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a size that floating point cannot hold',
    make: withIndexText(/"size":\d+/, '"size":9007199254740993'),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a manifest of a byte more than is read',
    advisory: 'CVE-2020-1702',
    make: withManifestSize(MAX_MANIFEST_BYTES + 1),
    code: 'TOO_LARGE',
  },
  {
    threat: 'a manifest of many terabytes',
    advisory: 'CVE-2020-1702',
    make: withManifestSize(8 * 1024 ** 4),
    code: 'TOO_LARGE',
  },
  {
    threat: 'an index.json of many terabytes',
    advisory: 'GHSA-259w-8hf6-59c2',
    make: async (path) => {
      await withIndex(indexJson)(path);
      await using file = await open(join(path, 'index.json'), 'r+');
      await file.truncate(8 * 1024 ** 4);
    },
    code: 'TOO_LARGE',
  },
  {
    threat: 'a manifest of another size than its descriptor says',
    make: withIndexText(/"size":\d+/, '"size":7'),
    code: 'DIGEST_MISMATCH',
  },
  {
    threat: 'a manifest of another digest than its name says',
    make: (path) =>
      writeLayoutDirectory(path, [image], {
        files: { [blobPath(image.descriptor.digest)]: Buffer.alloc(image.manifest.length, ' ') },
      }),
    code: 'DIGEST_MISMATCH',
  },
  {
    threat: 'inline data of another digest than its descriptor says',
    make: withIndexText(
      '"size":',
      `"data":"${Buffer.alloc(image.manifest.length).toString('base64')}","size":`,
    ),
    code: 'DIGEST_MISMATCH',
  },
  {
    threat: 'a key twice in index.json',
    make: withIndexText('"manifests"', '"manifests":[],"manifests"'),
    code: 'INVALID_JSON',
  },
  {
    threat: 'a key twice in a manifest, once with an escape',
    make: withManifest(
      Buffer.from(JSON.stringify(body).replace('"layers"', '"l\\u0061yers":[],"layers"')),
    ),
    code: 'INVALID_JSON',
  },
  {
    threat: 'invalid UTF-8 in a manifest',
    make: withManifest(
      Buffer.from(JSON.stringify({ ...body, annotations: { a: '\xff' } }), 'latin1'),
    ),
    code: 'INVALID_JSON',
  },
  {
    threat: 'JSON nested deeper than a stack',
    make: withIndex(`{"manifests":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`),
    code: 'INVALID_JSON',
  },
  {
    threat: 'a manifest nested a level too deep',
    make: withManifest(
      Buffer.from(`{"a":${'['.repeat(MAX_JSON_DEPTH)}${']'.repeat(MAX_JSON_DEPTH)}}`),
    ),
    code: 'INVALID_JSON',
  },
  {
    threat: 'a manifest that is both an image and an index',
    advisory: 'GHSA-mc8v-mgrf-8f4m',
    make: withManifest({ ...body, manifests: [image.descriptor] }),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'an index that is an image as well',
    advisory: 'GHSA-77vh-xpmg-72qh',
    make: withManifest({ ...body, manifests: [image.descriptor] }, OCI_INDEX),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a body whose media type differs from that of its descriptor',
    advisory: 'GHSA-77vh-xpmg-72qh',
    make: withManifest({ ...body, mediaType: DOCKER_MANIFEST }),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'a media type with a workflow command in it',
    make: withIndexText(OCI_MANIFEST, '\\n::add-path::/tmp/evil'),
    code: 'INVALID_MANIFEST',
  },
  {
    threat: 'an index of too many manifests',
    make: withIndex(
      jsonBytes({
        schemaVersion: 2,
        manifests: Array.from({ length: MAX_DESCRIPTORS + 1 }, () => image.descriptor),
      }),
    ),
    code: 'TOO_LARGE',
  },
  {
    threat: 'indexes within indexes within indexes',
    make: (path) => {
      const deep = Array.from({ length: MAX_DEPTH + 1 }).reduce<Graph>(
        (inner) => buildIndex([inner]),
        image,
      );
      return writeLayoutDirectory(path, [deep]);
    },
    code: 'TOO_LARGE',
  },
];
