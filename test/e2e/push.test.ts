import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { Digest } from '../../src/oci/digest.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  type Image,
  jsonBytes,
  named,
} from '../support/image.ts';
import { entriesOf, rawGraph } from '../support/memory-content.ts';
import { blobPath, writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { changes, prepareStep, shownError, type Step } from './step.ts';

const MiB = 1024 * 1024;

/** With a first layer that all such images share, and a second that is the seed's own. */
function imageFor(seed: string, architecture = 'amd64'): Image {
  return buildImage({
    seed,
    platform: { os: 'linux', architecture },
    layers: [{ files: { 'etc/base': 'base' } }, { files: { 'srv/app': seed } }],
  });
}

const image = imageFor('image');
const [amd, arm] = [imageFor('amd', 'amd64'), imageFor('arm', 'arm64')];
const index = buildIndex([amd, buildAttestation(amd), arm, buildAttestation(arm)]);

const digestsOf = (...graphs: readonly Graph[]) =>
  graphs.map(({ descriptor }) => descriptor.digest);
const totalOf = (...graphs: readonly Graph[]) =>
  new Set(graphs.flatMap(({ blobs }) => [...blobs.keys()]));

function uploaded({ ecr }: Step): string[] {
  return ecr
    .calls('CompleteLayerUpload')
    .flatMap(({ input }) => input['layerDigests'] as string[])
    .sort();
}

/** What the tag stands for, parsed by the digests of its entries. */
function taggedEntries({ repository }: Step, tag: string): string[] {
  const tagged = repository.images.get(repository.tags.get(tag) ?? '');
  assert.ok(tagged, `${tag} stands for nothing`);
  return entriesOf(tagged.manifest);
}

function assertHolds({ repository }: Step, expected: ReadonlySet<Digest>): void {
  const found = [...repository.layers.keys(), ...repository.images.keys()];
  assert.deepEqual(found.sort(), [...expected].sort());
}

test('an image goes up once; the same push again sends nothing', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  const first = await step.push({ tags: '1.0, latest' });
  assertHolds(step, totalOf(image));
  const { digest } = image.descriptor;
  assert.deepEqual(Object.fromEntries(step.repository.tags), { '1.0': digest, latest: digest });
  const bytes = [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0);
  const host = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
  const { metadata, report, descriptor, ...outputs } = first.outputs;
  assert.deepEqual(outputs, {
    digest,
    imageid: image.config.digest,
    registry: host,
    'repository-uri': `${host}/team/app`,
    'registry-paths': `${host}/team/app:1.0,${host}/team/app:latest`,
    'layers-uploaded': '3',
    'layers-skipped': '0',
    'bytes-uploaded': `${bytes}`,
    'bytes-skipped': '0',
    changed: 'true',
  });
  assert.match(report ?? '', /ecr-layer-push-report-[\w-]+\.json$/);
  assert.ok(descriptor?.includes(digest));
  assert.ok(metadata?.includes(digest));

  step.ecr.log.clear();
  const second = await step.push({ tags: '1.0, latest' });
  assert.deepEqual(changes(step.ecr), []);
  assert.ok(step.ecr.calls().length <= 2, 'ceil(blobs / 100) + 1 calls');
  assert.equal(second.outputs['digest'], digest);
  assert.equal(second.outputs['layers-uploaded'], '0');
  assert.equal(second.outputs['changed'], 'false');
  assert.equal(second.outputs['bytes-skipped'], `${bytes}`);
});

test('with one layer changed, that layer and the config go up, and nothing else', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  await step.push();
  const changed = imageFor('changed');
  await writeLayoutDirectory(step.path('changed'), [changed]);
  step.ecr.log.clear();
  await step.push({ layout: 'changed' });
  const expected = [changed.config, changed.layers[1]].map((blob) => blob?.digest ?? '');
  assert.deepEqual(uploaded(step), expected.sort());
  assert.equal(step.ecr.calls('PutImage').length, 1);
  assert.equal(step.repository.tags.get('latest'), changed.descriptor.digest);
});

test('parts of one layer never overlap, and layers do', async () => {
  await using step = await prepareStep();
  const layers = Array.from({ length: 6 }, (_, at) => ({ sparse: 15 * MiB + at }));
  await writeLayoutDirectory(step.path('layout'), [buildImage({ seed: 'parts', layers })]);
  // Long enough that whatever can be under way at once is.
  step.ecr.fault({ kind: 'delay', milliseconds: 10, operation: 'UploadLayerPart', times: 1000 });
  await step.push({ 'part-size': '5' });
  assert.equal(step.ecr.calls('UploadLayerPart').length, 3 + 5 * 4 + 1);
  assert.deepEqual(step.ecr.log.partsOutOfOrder(), []);
  assert.ok(step.ecr.log.peak('UploadLayerPart') > 1);
});

test('a layer of 320 MiB goes through in less memory than itself', async () => {
  await using step = await prepareStep();
  const sparse = buildImage({ seed: 'sparse', layers: [{ sparse: 320 * MiB }] });
  await writeLayoutDirectory(step.path('layout'), [sparse]);
  const { peakMemory = Infinity } = await step.push({}, { measureMemory: true });
  assert.ok(peakMemory < 300 * MiB, `${peakMemory / MiB} MiB`);
  assertHolds(step, totalOf(sparse));
});

test('parts that are sent twice take no more memory', async () => {
  await using step = await prepareStep();
  const layers = Array.from({ length: 6 }, (_, at) => ({ sparse: (40 + at) * MiB }));
  await writeLayoutDirectory(step.path('layout'), [buildImage({ seed: 'sparse', layers })]);
  const seen = new Set<string>();
  step.ecr.fault({
    operation: 'UploadLayerPart',
    kind: 'reset',
    times: 1000,
    when: ({ input }) => {
      const part = `${String(input['uploadId'])} ${String(input['partFirstByte'])}`;
      return !seen.has(part) && seen.add(part).has(part);
    },
  });
  const { peakMemory = Infinity } = await step.push({}, { measureMemory: true });
  assert.ok(seen.size > 24);
  assert.ok(peakMemory < 256 * MiB, `${peakMemory / MiB} MiB`);
});

const tars: Readonly<Record<string, Parameters<typeof writeLayoutTar>[2]>> = {
  'as buildx writes it': {},
  'with its index last, as skopeo writes it': { indexLast: true },
  'with ./ before every name': { prefix: './' },
  'with sizes and names in PAX headers': { pax: true },
};

for (const [name, options] of Object.entries(tars)) {
  test(`a tar is pushed in place: ${name}`, async () => {
    await using step = await prepareStep();
    await writeLayoutTar(step.path('image.tar'), [index], options);
    const run = await step.push({ layout: 'image.tar' });
    assert.equal(run.outputs['digest'], index.descriptor.digest);
    assertHolds(step, totalOf(index));
  });
}

test('a tar of docker save, without the platforms that were never pulled, says which to ask for', async () => {
  await using step = await prepareStep();
  const omit = [...arm.blobs.keys()].filter((digest) => !amd.blobs.has(digest)).map(blobPath);
  const files = { 'manifest.json': jsonBytes([]), repositories: jsonBytes({}) };
  await writeLayoutTar(step.path('saved.tar'), [index], { omit, files });
  const refusal = await step.run({ layout: 'saved.tar' });
  assert.equal(refusal.exitCode, 1);
  assert.match(
    refusal.stdout,
    /::error title=[^:]+::INCOMPLETE_INDEX: .*Set platforms: linux\/amd64 /,
  );
  assert.deepEqual(changes(step.ecr), []);

  const run = await step.push({ layout: 'saved.tar', platforms: 'linux/amd64' });
  assert.deepEqual(taggedEntries(step, 'latest'), digestsOf(amd, buildAttestation(amd)));
  const digest = run.outputs['digest'] ?? '';
  assert.equal(step.repository.tags.get('latest'), digest);
  for (const named of [digest, index.descriptor.digest])
    assert.ok(run.stdout.includes(named), 'the log names the old digest and the new');
});

const shapes: readonly [
  name: string,
  inputs: Readonly<Record<string, string>>,
  expected: readonly string[],
][] = [
  ['platforms keeps some', { platforms: 'linux/arm64' }, digestsOf(arm, buildAttestation(arm))],
  ['attestations drops the others', { attestations: 'drop' }, digestsOf(amd, arm)],
  ['both together', { platforms: 'linux/amd64', attestations: 'drop' }, digestsOf(amd)],
];

for (const [name, inputs, expected] of shapes) {
  test(`the inputs that reshape an index: ${name}`, async () => {
    await using step = await prepareStep();
    await writeLayoutDirectory(step.path('layout'), [index]);
    const run = await step.push(inputs);
    assert.deepEqual(taggedEntries(step, 'latest'), expected);
    assert.equal(run.outputs['digest'], step.repository.tags.get('latest'));
    assert.notEqual(run.outputs['digest'], index.descriptor.digest);
    assert.equal(step.repository.images.size, 1 + expected.length);
  });
}

test('single-image: unwrap pushes the image in the place of its index', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [index]);
  const run = await step.push({ platforms: 'linux/amd64', 'single-image': 'unwrap' });
  assertHolds(step, totalOf(amd));
  assert.equal(run.outputs['digest'], amd.descriptor.digest);
  assert.equal(run.outputs['imageid'], amd.config.digest);
});

test('layouts of a matrix become one index, by a glob', async () => {
  await using step = await prepareStep();
  await mkdir(step.path('built'));
  await writeLayoutTar(step.path('built/arm64.tar'), [arm]);
  await writeLayoutDirectory(step.path('built/amd64'), [buildIndex([amd, buildAttestation(amd)])]);
  const run = await step.push({ layout: 'built/*' });
  assert.deepEqual(taggedEntries(step, 'latest'), digestsOf(amd, buildAttestation(amd), arm));
  assert.equal(run.outputs['digest'], step.repository.tags.get('latest'));
  const shared = [...amd.blobs.keys()].filter((digest) => arm.blobs.has(digest));
  assert.ok(shared.length > 0);
  assert.equal(uploaded(step).length, new Set(uploaded(step)).size, 'each blob once');
});

test('layouts can be listed one a line', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('second'), [arm]);
  await writeLayoutDirectory(step.path('first'), [amd]);
  await step.push({ layout: 'second\nfirst' });
  assert.deepEqual(taggedEntries(step, 'latest'), digestsOf(arm, amd));
});

const choices: readonly [name: string, wanted: string, expected: Image][] = [
  ['its name', '2.0', arm],
  ['its digest', amd.descriptor.digest, amd],
];

for (const [name, wanted, expected] of choices) {
  test(`the input image chooses by ${name}`, async () => {
    await using step = await prepareStep();
    await writeLayoutDirectory(step.path('layout'), [named(amd, '1.0'), named(arm, '2.0')]);
    await step.push({ image: wanted });
    assertHolds(step, totalOf(expected));
  });
}

for (const referrers of [true, false]) {
  test(`referrers: ${referrers} ${referrers ? 'takes a signature along' : 'leaves it'}`, async () => {
    await using step = await prepareStep();
    const signature = buildImage({ seed: 'signature', subject: image.descriptor });
    await writeLayoutDirectory(step.path('layout'), [named(image, '1.0'), signature]);
    await step.push({ image: '1.0', referrers: `${referrers}` });
    assertHolds(step, referrers ? totalOf(image, signature) : totalOf(image));
  });
}

test('a foreign layer that the layout leaves out is left out, with a warning', async () => {
  await using step = await prepareStep();
  const urls = ['https://example.com/layer'];
  const foreign = { ...imageFor('foreign').layers[1], urls };
  const body = { schemaVersion: 2, config: image.config, layers: [...image.layers, foreign] };
  const root = rawGraph(body, { mediaType: image.descriptor.mediaType, below: [image] });
  await writeLayoutDirectory(step.path('layout'), [root]);
  const run = await step.push();
  assert.match(run.stdout, new RegExp(`::warning::.*${foreign.digest}`));
  assert.equal(step.repository.layers.size, image.layers.length + 1);
  assert.equal(step.repository.tags.get('latest'), root.descriptor.digest);
});

const refusals: Readonly<Record<string, string>> = {
  referrers: 'sometimes',
  'single-image': 'yes',
};

for (const [name, value] of Object.entries(refusals)) {
  test(`the input ${name} does not take ${value}, and nothing is asked of ECR`, async () => {
    await using step = await prepareStep();
    await writeLayoutDirectory(step.path('layout'), [image]);
    const { code, message } = shownError(await step.run({ [name]: value }));
    assert.equal(code, 'INVALID_INPUT');
    assert.ok(message.includes(name) && message.includes(value), message);
    assert.deepEqual(step.ecr.calls(), []);
  });
}

test('an account id keeps its leading zeros', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  const run = await step.push({ 'registry-id': '012345678901', tags: 'a\nb,,c' });
  assert.match(run.outputs['registry'] ?? '', /^012345678901\./);
  assert.deepEqual([...step.repository.tags.keys()], ['a', 'b', 'c']);
  assert.equal(step.ecr.calls('PutImage')[0]?.input['registryId'], '012345678901');
});

test('a bad network costs retries, and no wrong result', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  step.ecr.fault({ kind: 'answer-lost', operation: 'UploadLayerPart' });
  step.ecr.fault({ kind: 'answer-lost', operation: 'CompleteLayerUpload', nth: 2 });
  step.ecr.fault({ kind: 'reset', operation: 'InitiateLayerUpload' });
  step.ecr.fault({ kind: 'http', status: 503, operation: 'BatchCheckLayerAvailability' });
  step.ecr.fault({ kind: 'throttle', operation: 'PutImage' });
  await step.push();
  assertHolds(step, totalOf(image));
});
