import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '../../src/oci/digest.ts';
import { type Plan, plan, type RepositoryStep } from '../../src/plan/plan.ts';
import type { ExistingImage, RepositoryState, Wanted } from '../../src/plan/state.ts';
import type { TagStep } from '../../src/plan/tags.ts';
import { buildImage, buildIndex, named } from '../support/image.ts';
import { joined } from '../support/joined.ts';
import { walked } from '../support/walked.ts';

const amd = buildImage({ seed: 'amd', layers: [{ size: 1000 }, { size: 2000 }] });
const arm = buildImage({ seed: 'arm' });
const index = buildIndex([amd, arm]);
const signature = buildImage({ seed: 'signature', subject: index.descriptor });
const cosignTag = `sha256-${index.descriptor.digest.slice('sha256:'.length)}.sig`;
const cosign = named(buildImage({ seed: 'cosign' }), cosignTag);

const { graph: alone } = await walked(amd);
const { graph: whole } = await walked(index);
const { graph: signed } = await walked(index, signature, cosign);

const digest = ({ descriptor }: { descriptor: { digest: Digest } }) => descriptor.digest;
const all = ({ blobs }: { blobs: readonly { digest: Digest }[] }) =>
  new Set(blobs.map((blob) => blob.digest));
const tagged = (tag: string, of = index): ExistingImage => ({ digest: digest(of), tag });
const untagged = (...graphs: readonly (typeof index)[]): ExistingImage[] =>
  graphs.map((graph) => ({ digest: digest(graph) }));

/** A repository that exists and is empty, but for what is said. */
function state(given: Partial<RepositoryState> = {}): RepositoryState {
  return {
    exists: true,
    availableLayers: new Set(),
    images: [],
    immutableTags: [],
    missingPolicies: [],
    ...given,
  };
}

function wanted(...tags: readonly string[]): Wanted {
  return { tags, ifTagExists: 'fail', create: false };
}

/** A plan in few words: `digest` or `digest:tag` of each put. */
function putsOf({ waves, tagPuts }: Plan): { waves: string[][]; tagPuts: string[] } {
  const text = ({ node, tag }: Plan['tagPuts'][number]) =>
    tag === undefined ? digest(node) : `${digest(node)}:${tag}`;
  return { waves: waves.map((wave) => wave.map(text)), tagPuts: tagPuts.map(text) };
}

test('an empty repository gets every blob, then the manifest under its tag', () => {
  assert.deepEqual(plan(alone, wanted('1.0'), state()), {
    graph: alone,
    repository: 'none',
    missingPolicies: [],
    uploads: alone.blobs,
    present: [],
    missing: [],
    missingManifests: [],
    waves: [],
    tagPuts: [{ node: alone.root, tag: '1.0' }],
    tags: [{ tag: '1.0', kind: 'create' }],
  });
});

const arm64 = buildImage({ seed: 'arm64', platform: { os: 'linux', architecture: 'arm64' } });

for (const [what, heldManifests, missing] of [
  ['are there', new Set([digest(amd), digest(arm64)]), []],
  ['are there but for one', new Set([digest(amd)]), [arm64.descriptor]],
  ['cannot be looked up', undefined, []],
] as const) {
  test(`images to join that ${what}: of those, ${missing.length} are missing`, async () => {
    const planned = plan(await joined(amd, arm64), wanted('1.0'), state({ heldManifests }));
    assert.deepEqual(planned.missingManifests, missing);
    assert.deepEqual([planned.waves, planned.tagPuts.length], [[], 1]);
  });
}

test('what is available is not uploaded', () => {
  const [config, ...layers] = alone.blobs;
  assert.ok(config);
  const availableLayers = new Set([config.digest]);
  const { uploads, present } = plan(alone, wanted('1.0'), state({ availableLayers }));
  assert.deepEqual(uploads, layers);
  assert.deepEqual(present, [config]);
});

interface Case {
  readonly graph: typeof whole;
  readonly images: readonly ExistingImage[] | undefined;
  readonly tags: readonly string[];
  readonly waves: readonly (readonly string[])[];
  readonly tagPuts: readonly string[];
}

const root = digest(index);
const children = [digest(amd), digest(arm)];
const cases: Readonly<Record<string, Case>> = {
  'nothing is there: children untagged, then one put a tag': {
    graph: whole,
    images: [],
    tags: ['1.0', 'latest'],
    waves: [children],
    tagPuts: [`${root}:1.0`, `${root}:latest`],
  },
  'nothing may be looked up: as if nothing was there': {
    graph: whole,
    images: undefined,
    tags: ['1.0'],
    waves: [children],
    tagPuts: [`${root}:1.0`],
  },
  'all is there: nothing is put': {
    graph: whole,
    images: [...untagged(index), tagged('1.0')],
    tags: ['1.0'],
    waves: [],
    tagPuts: [],
  },
  'the root is there under another tag: its tag alone is put': {
    graph: whole,
    images: untagged(index),
    tags: ['1.0'],
    waves: [],
    tagPuts: [`${root}:1.0`],
  },
  'one of two tags is there: the other is put': {
    graph: whole,
    images: [...untagged(index), tagged('1.0')],
    tags: ['1.0', 'latest'],
    waves: [],
    tagPuts: [`${root}:latest`],
  },
  'the tag stands for another image: it is moved': {
    graph: whole,
    images: [...untagged(index), tagged('1.0', arm)],
    tags: ['1.0'],
    waves: [],
    tagPuts: [`${root}:1.0`],
  },
  'no tag is wanted: the root is put after its children, by its digest': {
    graph: whole,
    images: [],
    tags: [],
    waves: [children, [root]],
    tagPuts: [],
  },
  'no tag is wanted of what is there: nothing is put': {
    graph: whole,
    images: untagged(index),
    tags: [],
    waves: [],
    tagPuts: [],
  },
  'no tag is wanted of an image that is signed: its signatures have theirs': {
    graph: signed,
    images: [],
    tags: [],
    waves: [children, [root], [digest(signature)]],
    tagPuts: [`${digest(cosign)}:${cosignTag}`],
  },
  'the root has referrers: it is put before them without a tag, which comes last': {
    graph: signed,
    images: [],
    tags: ['1.0'],
    waves: [children, [root], [digest(signature)]],
    tagPuts: [`${digest(cosign)}:${cosignTag}`, `${root}:1.0`],
  },
  'the root is there and a referrer is not: that alone is put': {
    graph: signed,
    images: [...untagged(index, cosign), tagged('1.0'), tagged(cosignTag, cosign)],
    tags: ['1.0'],
    waves: [[digest(signature)]],
    tagPuts: [],
  },
  "cosign's signature is there and its tag is not: the tag is put": {
    graph: signed,
    images: [...untagged(index, signature, cosign), tagged('1.0')],
    tags: ['1.0'],
    waves: [],
    tagPuts: [`${digest(cosign)}:${cosignTag}`],
  },
  'all referrers are there and the root is not: it is put once, under its tag': {
    graph: signed,
    images: [...untagged(signature, cosign), tagged(cosignTag, cosign)],
    tags: ['1.0'],
    waves: [children],
    tagPuts: [`${root}:1.0`],
  },
};

for (const [name, { graph, images, tags, ...expected }] of Object.entries(cases)) {
  test(name, () => {
    const given = state({ availableLayers: all(graph), images });
    assert.deepEqual(putsOf(plan(graph, wanted(...tags), given)), expected);
  });
}

test('where a blob is missing, manifests that are there are put all the same: something was lost', () => {
  const images = [...untagged(index, signature, cosign), tagged('1.0')];
  const [lost, ...others] = signed.blobs;
  assert.ok(lost);
  const availableLayers = new Set(others.map((blob) => blob.digest));
  const planned = plan(signed, wanted('1.0'), state({ availableLayers, images }));
  assert.deepEqual(planned.uploads, [lost]);
  assert.deepEqual(putsOf(planned), {
    waves: [children, [root], [digest(signature)]],
    tagPuts: [`${digest(cosign)}:${cosignTag}`, `${root}:1.0`],
  });
});

const steps: readonly [string, RepositoryStep, Partial<Wanted>, Partial<RepositoryState>][] = [
  ['a repository that is there is left as it is', 'none', {}, {}],
  ['one that is there is not created', 'none', { create: true }, {}],
  ['one that is missing is created', 'create', { create: true }, { exists: false }],
  ['or awaited, as ECR may create it', 'await', {}, { exists: false }],
  [
    'one that is empty gets the policies that it lacks',
    'finish',
    { create: true },
    { missingPolicies: ['lifecycle-policy'] },
  ],
];

for (const [name, repository, want, given] of steps) {
  test(`of the repository itself: ${name}`, () => {
    const planned = plan(whole, { ...wanted('1.0'), ...want }, state(given));
    assert.equal(planned.repository, repository);
    assert.deepEqual(planned.missingPolicies, given.missingPolicies ?? []);
    assert.deepEqual(planned.uploads, whole.blobs);
    assert.deepEqual(putsOf(planned), { waves: [children], tagPuts: [`${root}:1.0`] });
  });
}

const held: readonly [string, Partial<Wanted>, TagStep[]][] = [
  [
    'all of them are to be skipped',
    { tags: ['1.0'], ifTagExists: 'skip' },
    [{ tag: '1.0', kind: 'skip', holder: digest(arm) }],
  ],
  ['one is refused', { tags: ['1.0'] }, [{ tag: '1.0', kind: 'refuse', holder: digest(arm) }]],
];

for (const [name, want, tags] of held) {
  test(`where tags keep another image, and ${name}, nothing is sent`, () => {
    const given = state({ images: [tagged('1.0', arm)], immutableTags: ['1.0'] });
    const planned = plan(whole, { ...wanted(), ...want }, given);
    assert.deepEqual(planned.tags, tags);
    assert.deepEqual([planned.uploads, planned.present], [[], []]);
    assert.deepEqual(putsOf(planned), { waves: [], tagPuts: [] });
  });
}

test('a tag that is skipped does not keep the image from the other tags', () => {
  const given = state({ images: [tagged('1.0', arm)], immutableTags: ['1.0'] });
  const planned = plan(whole, { ...wanted('1.0', '1.1'), ifTagExists: 'skip' }, given);
  assert.deepEqual(planned.uploads, whole.blobs);
  assert.deepEqual(putsOf(planned), { waves: [children], tagPuts: [`${root}:1.1`] });
  assert.deepEqual(planned.tags, [
    { tag: '1.0', kind: 'skip', holder: digest(arm) },
    { tag: '1.1', kind: 'create' },
  ]);
});

test('a plan changes nothing of what it is made from', () => {
  const [given, want] = [state({ images: [tagged('1.0', arm)] }), wanted('1.0')];
  const before = structuredClone({ given, want });
  plan(signed, want, given);
  assert.deepEqual({ given, want }, before);
});

test('a layer that the layout leaves out must be there, and is missing if it is not', () => {
  const [layer, ...others] = amd.layers;
  assert.ok(layer);
  const sparse = { ...alone, blobs: [amd.config, ...others], absentLayers: [layer] };
  const lacking = plan(sparse, wanted('1.0'), state());
  assert.deepEqual(lacking.missing, [layer]);
  assert.deepEqual(lacking.uploads, [amd.config, ...others]);
  const held = plan(sparse, wanted('1.0'), state({ availableLayers: new Set([layer.digest]) }));
  assert.deepEqual(held.missing, []);
  assert.deepEqual(held.present, [layer]);
});
