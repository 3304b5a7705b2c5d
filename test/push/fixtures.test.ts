import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { Layout } from '../../src/layout/layout.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { resolveImage } from '../../src/image/resolve-image.ts';
import { push } from '../../src/push/push.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { FIXTURES, folder, type Outcome, skip } from '../support/fixtures.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { completeTarget, pushOptions, silent } from './local-push.ts';

/** Layouts that other projects test with: each image of each arrives whole, or is refused and nothing of it arrives. */

interface Wanted {
  readonly image: string;
  readonly platforms?: readonly string[];
}

async function pushImage(ecr: LocalEcr, layout: Layout, { image, platforms = [] }: Wanted) {
  const { graph } = await resolveImage([layout], layout, {
    image,
    shape: {
      platforms: platforms.map(parsePlatformName),
      attestations: 'keep',
      singleImage: 'keep',
    },
    referrers: true,
  });
  const registry = openLocalRegistry(ecr);
  const target = { registry, tags: ['pushed'], listener: silent };
  completeTarget(await push(graph, [target], pushOptions(layout)));
  registry.close();
  return graph.root.descriptor.digest;
}

interface Node {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

/** Follows what was pushed from its digest to the last blob, as a pull does. */
function assertWhole(ecr: LocalEcr, digest: string): void {
  const { images, layers } = ecr.repository(REPOSITORY_NAME);
  const stored = images.get(digest);
  assert.ok(stored, `${digest} did not arrive`);
  assert.equal(digestOf(stored.manifest), digest);
  const node = JSON.parse(stored.manifest.toString()) as Node;
  for (const blob of [...(node.layers ?? []), ...(node.config ? [node.config] : [])])
    assert.ok(layers.has(blob.digest), `${blob.digest} did not arrive`);
  for (const child of node.manifests ?? []) assertWhole(ecr, child.digest);
}

async function outcomeOf(layout: Layout, image: string): Promise<Outcome> {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  try {
    const digest = await pushImage(ecr, layout, { image });
    assert.equal(digest, image);
    assertWhole(ecr, digest);
    assert.equal(ecr.repository(REPOSITORY_NAME).tags.get('pushed'), digest);
    return 'whole';
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    assert.deepEqual(ecr.calls(), [], 'refused before the first call');
    return error.code;
  }
}

for (const [path, expected] of Object.entries(FIXTURES)) {
  test(`${path} is pushed: ${[...new Set(expected)].join(', ')}`, { skip }, async () => {
    await using layout = await openLayout(join(folder, path));
    const outcomes: Outcome[] = [];
    for (const { digest } of layout.index.manifests) outcomes.push(await outcomeOf(layout, digest));
    assert.deepEqual(outcomes, expected);
  });
}

for (const name of ['hello-world', 'hello-world-prefixed-path']) {
  test(`the platform that docker save left in ${name}.tar is pushed`, { skip }, async () => {
    await using layout = await openLayout(join(folder, `oras-go/${name}.tar`));
    await using ecr = await startLocalEcr();
    ecr.createRepository(REPOSITORY_NAME);
    assertWhole(ecr, await pushImage(ecr, layout, { image: 'latest', platforms: ['linux/amd64'] }));
  });
}

test('referrers in regclient/testrepo go along with their subject', { skip }, async () => {
  await using layout = await openLayout(join(folder, 'regclient/testrepo'));
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const digest = await pushImage(ecr, layout, { image: 'v2' });
  const subjects = [...ecr.repository(REPOSITORY_NAME).images.values()].map(
    ({ subject }) => subject,
  );
  assert.ok(subjects.includes(digest));
});
