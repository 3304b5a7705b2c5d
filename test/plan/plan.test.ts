import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '../../src/oci/digest.ts';
import { diff, type ExistingImage, type Plan, totalBytes } from '../../src/plan/diff.ts';
import { findReferrers } from '../../src/image/referrers.ts';
import { walkGraph } from '../../src/image/walk.ts';
import { buildImage, buildIndex, named } from '../support/image.ts';
import { indexOf, MemoryContent, neverBroken } from '../support/memory-content.ts';

const amd = buildImage({ seed: 'amd', layers: [{ size: 1000 }, { size: 2000 }] });
const arm = buildImage({ seed: 'arm' });
const index = buildIndex([amd, arm]);
const signature = buildImage({ seed: 'signature', subject: index.descriptor });
const cosignTag = `sha256-${index.descriptor.digest.slice('sha256:'.length)}.sig`;
const cosign = named(buildImage({ seed: 'cosign' }), cosignTag);

async function graphOf(root: typeof index, ...beside: readonly (typeof signature)[]) {
  const content = new MemoryContent(root, ...beside);
  const referrers = await findReferrers(indexOf(...beside).manifests, content, neverBroken);
  return walkGraph(root.descriptor, content, referrers);
}

const alone = await graphOf(amd);
const whole = await graphOf(index);
const signed = await graphOf(index, signature, cosign);

const digest = ({ descriptor }: { descriptor: { digest: Digest } }) => descriptor.digest;
const all = ({ blobs }: { blobs: readonly { digest: Digest }[] }) =>
  new Set(blobs.map((blob) => blob.digest));
const tagged = (tag: string, of = index): ExistingImage => ({ digest: digest(of), tag });
const untagged = (...graphs: readonly (typeof index)[]): ExistingImage[] =>
  graphs.map((graph) => ({ digest: digest(graph) }));

/** A plan in few words: `digest` or `digest:tag` of each put. */
function putsOf({ puts, tagPuts }: Plan): { puts: string[]; tagPuts: string[] } {
  const text = ({ node, tag }: Plan['puts'][number]) =>
    tag === undefined ? digest(node) : `${digest(node)}:${tag}`;
  return { puts: puts.map(text), tagPuts: tagPuts.map(text) };
}

test('an empty repository gets every blob, then the manifest under its tag', () => {
  const plan = diff(alone, { availableLayers: new Set(), images: [] }, ['1.0']);
  assert.deepEqual(plan, {
    graph: alone,
    uploads: alone.blobs,
    present: [],
    puts: [],
    tagPuts: [{ node: alone.root, tag: '1.0' }],
  });
});

test('what is available is not uploaded', () => {
  const [config, ...layers] = alone.blobs;
  assert.ok(config);
  const plan = diff(alone, { availableLayers: new Set([config.digest]), images: [] }, ['1.0']);
  assert.deepEqual(plan.uploads, layers);
  assert.deepEqual(plan.present, [config]);
});

interface Case {
  readonly graph: typeof whole;
  readonly images: readonly ExistingImage[] | undefined;
  readonly tags: readonly string[];
  readonly puts: readonly string[];
  readonly tagPuts: readonly string[];
}

const root = digest(index);
const children = [digest(amd), digest(arm)];
const cases: Readonly<Record<string, Case>> = {
  'nothing is there: children untagged, then one put a tag': {
    graph: whole,
    images: [],
    tags: ['1.0', 'latest'],
    puts: children,
    tagPuts: [`${root}:1.0`, `${root}:latest`],
  },
  'nothing may be looked up: as if nothing was there': {
    graph: whole,
    images: undefined,
    tags: ['1.0'],
    puts: children,
    tagPuts: [`${root}:1.0`],
  },
  'all is there: nothing is put': {
    graph: whole,
    images: [...untagged(index), tagged('1.0')],
    tags: ['1.0'],
    puts: [],
    tagPuts: [],
  },
  'the root is there under another tag: its tag alone is put': {
    graph: whole,
    images: untagged(index),
    tags: ['1.0'],
    puts: [],
    tagPuts: [`${root}:1.0`],
  },
  'one of two tags is there: the other is put': {
    graph: whole,
    images: [...untagged(index), tagged('1.0')],
    tags: ['1.0', 'latest'],
    puts: [],
    tagPuts: [`${root}:latest`],
  },
  'the tag stands for another image: it is moved': {
    graph: whole,
    images: [...untagged(index), tagged('1.0', arm)],
    tags: ['1.0'],
    puts: [],
    tagPuts: [`${root}:1.0`],
  },
  'the root has referrers: it is put before them without a tag, which comes last': {
    graph: signed,
    images: [],
    tags: ['1.0'],
    puts: [...children, root, digest(signature)],
    tagPuts: [`${digest(cosign)}:${cosignTag}`, `${root}:1.0`],
  },
  'the root is there and a referrer is not: that alone is put': {
    graph: signed,
    images: [...untagged(index, cosign), tagged('1.0'), tagged(cosignTag, cosign)],
    tags: ['1.0'],
    puts: [digest(signature)],
    tagPuts: [],
  },
  "cosign's signature is there and its tag is not: the tag is put": {
    graph: signed,
    images: [...untagged(index, signature, cosign), tagged('1.0')],
    tags: ['1.0'],
    puts: [],
    tagPuts: [`${digest(cosign)}:${cosignTag}`],
  },
  'all referrers are there and the root is not: it is put once, under its tag': {
    graph: signed,
    images: [...untagged(signature, cosign), tagged(cosignTag, cosign)],
    tags: ['1.0'],
    puts: children,
    tagPuts: [`${root}:1.0`],
  },
};

for (const [name, { graph, images, tags, ...expected }] of Object.entries(cases)) {
  test(name, () => {
    assert.deepEqual(putsOf(diff(graph, { availableLayers: all(graph), images }, tags)), expected);
  });
}

test('where a blob is missing, manifests that are there are put all the same: something was lost', () => {
  const images = [...untagged(index, signature, cosign), tagged('1.0')];
  const [lost, ...others] = signed.blobs;
  assert.ok(lost);
  const availableLayers = new Set(others.map((blob) => blob.digest));
  const plan = diff(signed, { availableLayers, images }, ['1.0']);
  assert.deepEqual(plan.uploads, [lost]);
  assert.deepEqual(putsOf(plan), {
    puts: [...children, root, digest(signature)],
    tagPuts: [`${digest(cosign)}:${cosignTag}`, `${root}:1.0`],
  });
});

test('the bytes of blobs add up', () => {
  assert.equal(totalBytes(amd.layers), 3000);
  assert.equal(totalBytes([]), 0);
});
