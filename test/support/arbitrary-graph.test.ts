import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arbitraryLayout, type GeneratedLayout } from './arbitrary-graph.ts';
import { digestOfContent } from './content.ts';

const sample = fc.sample(arbitraryLayout, { numRuns: 300, seed: 1 });

interface Manifest {
  readonly manifests?: readonly { readonly digest: string; readonly mediaType: string }[];
  readonly layers?: readonly { readonly digest: string }[];
  readonly subject?: { readonly digest: string };
}

function parse(bytes: Uint8Array): Manifest {
  return JSON.parse(Buffer.from(bytes).toString()) as Manifest;
}

const rootOf = ({ root }: GeneratedLayout) => parse(root.manifest);

test('every generated blob stands under its own digest', () => {
  for (const { root, referrers } of sample) {
    for (const graph of [root, ...referrers]) {
      for (const [digest, content] of graph.blobs) assert.equal(digestOfContent(content), digest);
    }
  }
});

test('a referrer names something in the graph of the root, and is itself outside of it', () => {
  for (const { closure, referrers } of sample) {
    for (const referrer of referrers) {
      const subject = parse(referrer.manifest).subject?.digest ?? '';
      assert.ok([...closure].some((digest) => digest === subject));
      assert.ok(!closure.has(referrer.descriptor.digest));
    }
  }
});

const shapes: Readonly<Record<string, (layout: GeneratedLayout) => boolean>> = {
  'a lone image': (layout) => rootOf(layout).layers !== undefined,
  'an index without children': (layout) => rootOf(layout).manifests?.length === 0,
  'an index in an index': (layout) =>
    rootOf(layout).manifests?.some(({ mediaType }) => mediaType.includes('index')) ?? false,
  'the same manifest twice in one index': (layout) => {
    const digests = rootOf(layout).manifests?.map(({ digest }) => digest) ?? [];
    return new Set(digests).size < digests.length;
  },
  "Docker's media types": ({ root }) => root.descriptor.mediaType.includes('docker'),
  'an attestation': ({ root }) => Buffer.from(root.manifest).includes('attestation-manifest'),
  'a referrer': ({ referrers }) => referrers.length > 0,
};

for (const [name, has] of Object.entries(shapes)) {
  test(`300 generated layouts include ${name}`, () => assert.ok(sample.some(has)));
}
