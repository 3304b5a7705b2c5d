import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openLayout } from '../../src/layout/open-layout.ts';
import type { Layout } from '../../src/layout/layout.ts';
import { type ResolvedImage, resolveImage } from '../../src/image/resolve-image.ts';
import { push } from '../../src/push/push.ts';
import type { Call } from '../local-ecr/call-log.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { arbitraryLayout, type GeneratedLayout } from '../support/arbitrary-graph.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { completeTarget, pushOptions, silent } from './local-push.ts';

/** More runs, and the seed that a failure names, come from the environment. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 25);
const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TAGS = ['1.0', 'latest'];

test('whatever a layout holds, the repository gets exactly what belongs to the image, in order', async (t) => {
  t.diagnostic(`PROPERTY_SEED=${seed} PROPERTY_RUNS=${numRuns}`);
  await using directory = await temporaryDirectory();
  let run = 0;
  const property = fc.asyncProperty(arbitraryLayout, async (generated) => {
    run += 1;
    const path = join(directory.path, `${run}`);
    const graphs = [generated.root, ...generated.referrers];
    await writeLayoutDirectory(path, graphs);
    await writeLayoutTar(`${path}.tar`, graphs, { indexLast: run % 2 === 0 });
    await pushesWhole(path, generated);
  });
  await fc.assert(property, { numRuns, seed, endOnFailure: true });
});

async function pushesWhole(path: string, generated: GeneratedLayout): Promise<void> {
  await using layout = await openLayout(path);
  await using tar = await openLayout(`${path}.tar`);
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const fromTar = await resolve(tar, generated);
  assert.deepEqual(fromTar, await resolve(layout, generated), 'a tar is read as a directory is');
  await pushImage(ecr, tar, fromTar);
  assertHoldsExactly(ecr, generated);
  assertOrder(ecr.calls(), generated);
  await assertSecondPushIsIdle(ecr, layout, fromTar);
}

function resolve(layout: Layout, { root }: GeneratedLayout): Promise<ResolvedImage> {
  return resolveImage([layout], layout, {
    image: root.descriptor.digest,
    shape: { platforms: [], attestations: 'keep', singleImage: 'keep' },
    referrers: true,
  });
}

async function pushImage(ecr: LocalEcr, layout: Layout, { graph }: ResolvedImage): Promise<void> {
  const registry = openLocalRegistry(ecr);
  const target = { registry, tags: TAGS, listener: silent };
  completeTarget(await push(graph, [target], pushOptions(layout)));
  registry.close();
}

function assertHoldsExactly(ecr: LocalEcr, { root, referrers, closure }: GeneratedLayout): void {
  const { layers, images, tags } = ecr.repository(REPOSITORY_NAME);
  const expected = new Set([...closure, ...referrers.flatMap(({ blobs }) => [...blobs.keys()])]);
  assert.deepEqual([...layers.keys(), ...images.keys()].sort(), [...expected].sort());
  const { digest } = root.descriptor;
  assert.deepEqual(Object.fromEntries(tags), Object.fromEntries(TAGS.map((tag) => [tag, digest])));
}

interface Manifest {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
  readonly subject?: { readonly digest: string };
}

/** Nothing is put before what it names was put or completed, nothing twice but under another tag, and the tags last. */
function assertOrder(calls: readonly Call[], { root }: GeneratedLayout): void {
  const there = new Map<unknown, number>();
  for (const { operation, input, endedAt = Infinity } of calls) {
    if (operation === 'CompleteLayerUpload') {
      const [digest] = input['layerDigests'] as string[];
      assert.ok(!there.has(digest), 'a layer was sent twice');
      there.set(digest, endedAt);
    }
  }
  for (const { input, startedAt, endedAt = Infinity } of puts(calls)) {
    for (const digest of referencesOf(input))
      assert.ok((there.get(digest) ?? Infinity) < startedAt, `${digest} came too late`);
    const { imageDigest } = input;
    assert.ok(!there.has(imageDigest) || input['imageTag'] !== undefined, 'a manifest came twice');
    there.set(imageDigest, Math.min(there.get(imageDigest) ?? Infinity, endedAt));
  }
  const last = puts(calls).slice(-TAGS.length);
  assert.deepEqual(
    last.map(({ input }) => [input['imageDigest'], input['imageTag']]),
    TAGS.map((tag) => [root.descriptor.digest, tag]),
  );
}

function puts(calls: readonly Call[]): Call[] {
  return calls.filter(({ operation }) => operation === 'PutImage');
}

function referencesOf(input: Call['input']): string[] {
  const manifest = JSON.parse(String(input['imageManifest'])) as Manifest;
  const { config, layers = [], manifests = [], subject } = manifest;
  const single = [config, subject].filter((reference) => reference !== undefined);
  return [...layers, ...manifests, ...single].map(({ digest }) => digest);
}

async function assertSecondPushIsIdle(
  ecr: LocalEcr,
  layout: Layout,
  image: ResolvedImage,
): Promise<void> {
  ecr.log.clear();
  await pushImage(ecr, layout, image);
  const changing = ecr.calls().filter(({ operation }) => !operation.startsWith('Batch'));
  assert.deepEqual(changing, []);
}
