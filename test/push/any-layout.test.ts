import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { PushError } from '../../src/errors.ts';
import { resolveImage } from '../../src/image/resolve-image.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import { push } from '../../src/push/push.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  jsonBytes,
} from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { completeTarget, pushOptions, silent } from './local-push.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 60);
const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TAG = '1.0';

const platform = (architecture: string) => ({ os: 'linux', architecture });
const amd = buildImage({ seed: 'amd', layers: [{ size: 30 }], platform: platform('amd64') });
const arm = buildImage({ seed: 'arm', layers: [{ size: 40 }], platform: platform('arm64') });
const other = buildImage({ seed: 'other', layers: [{ size: 50 }], flavour: 'docker' });
const index = buildIndex([amd, arm, buildAttestation(amd)]);
const nested = buildIndex([index, other]);
const signature = buildImage({
  seed: 'signature',
  layers: [{ size: 20 }],
  subject: amd.descriptor,
});
const sbom = buildImage({ seed: 'sbom', layers: [{ size: 20 }], subject: index.descriptor });
const GRAPHS = [amd, arm, other, index, nested, signature, sbom, buildAttestation(amd)] as const;

const hexOf = ({ descriptor }: Graph): string => descriptor.digest.slice('sha256:'.length);
const NAMES = ['1.0', '2.0', 'one, two', `sha256-${hexOf(amd)}.sig`, `sha256-${hexOf(index)}`];
const KINDS = ['image', 'imageIndex', 'sigs', 'atts', 'strange'].map(
  (kind) => `dev.cosignproject.cosign/${kind}`,
);

/** How `index.json` speaks of one of the graphs. */
const entry = fc.record({
  graph: fc.constantFrom(...GRAPHS),
  name: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
  kind: fc.option(fc.constantFrom(...KINDS), { nil: undefined, freq: 2 }),
  platform: fc.constantFrom('as it is', 'null', 'absent', 'unknown'),
  annotations: fc.constantFrom('as they are', 'null', 'with null'),
});

type EntryChoice = typeof entry extends fc.Arbitrary<infer T> ? T : never;

const layout = fc.record({
  entries: fc.array(entry, { maxLength: 5 }),
  manifests: fc.constantFrom('list', 'list', 'list', 'null'),
  mediaType: fc.boolean(),
  /** Blobs that are not there, by their place. */
  absent: fc.array(fc.nat({ max: 30 }), { maxLength: 2 }),
  indexLast: fc.boolean(),
  prefix: fc.constantFrom('', './'),
  pax: fc.boolean(),
  image: fc.option(
    fc.constantFrom('1.0', 'two', amd.descriptor.digest, index.descriptor.digest, 'none'),
    { nil: undefined },
  ),
  referrers: fc.boolean(),
  platforms: fc.constantFrom([], [], [platform('amd64')]),
});

type Choice = typeof layout extends fc.Arbitrary<infer T> ? T : never;

test('any layout is pushed whole, or refused with a code and without a write, from a tar as from its directory', async (t) => {
  t.diagnostic(`PROPERTY_SEED=${seed} PROPERTY_RUNS=${numRuns}`);
  await using directory = await temporaryDirectory();
  const outcomes = new Map<string, number>();
  let run = 0;
  const property = fc.asyncProperty(layout, async (choice) => {
    const path = join(directory.path, `${++run}`);
    const graphs = choice.entries.map(({ graph }) => graph);
    const files = [...new Set(graphs.flatMap(({ blobs }) => [...blobs.keys()]))];
    const omit = choice.absent.flatMap((at) => {
      const digest = files[at];
      return digest === undefined ? [] : [blobPath(digest)];
    });
    const options = { indexJson: indexJson(choice), omit };
    const { indexLast, prefix, pax } = choice;
    await writeLayoutDirectory(path, graphs, options);
    await writeLayoutTar(`${path}.tar`, graphs, { ...options, indexLast, prefix, pax });
    const outcome = await outcomeOf(path, choice);
    assert.equal(
      await outcomeOf(`${path}.tar`, choice),
      outcome,
      'a tar is read as a directory is',
    );
    const kind = outcome.startsWith('sha256:') ? 'pushed' : outcome;
    outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns, seed, endOnFailure: true });
  t.diagnostic([...outcomes].map(([kind, times]) => `${kind} ${times}`).join(', '));
  assert((outcomes.get('pushed') ?? 0) > 0, 'none was pushed');
});

function indexJson({ entries, manifests, mediaType }: Choice): Uint8Array {
  return jsonBytes({
    schemaVersion: 2,
    ...(mediaType ? { mediaType: 'application/vnd.oci.image.index.v1+json' } : {}),
    manifests: manifests === 'null' ? null : entries.map(entryJson),
  });
}

function entryJson({ graph, name, kind, platform: said, annotations }: EntryChoice): object {
  const { descriptor } = graph;
  const named = {
    ...descriptor.annotations,
    ...(name === undefined ? {} : { 'org.opencontainers.image.ref.name': name }),
    ...(kind === undefined ? {} : { kind }),
    ...(annotations === 'with null' ? { empty: null } : {}),
  };
  return {
    ...descriptor,
    platform: {
      'as it is': descriptor.platform,
      null: null,
      absent: undefined,
      unknown: { os: 'unknown', architecture: 'unknown' },
    }[said],
    annotations: annotations === 'null' ? null : named,
    urls: null,
  };
}

/** The digest that the tag has, or the code that it was refused with. */
async function outcomeOf(path: string, choice: Choice): Promise<string> {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  try {
    const digest = await pushLayout(ecr, path, choice);
    assertWhole(ecr, digest);
    return digest;
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    assert.notEqual(error.code, 'INTERNAL');
    assert.equal(ecr.repository(REPOSITORY_NAME).tags.size, 0);
    const writes = ecr.calls().filter(({ operation }) => !/^(?:Batch|Describe)/.test(operation));
    assert.deepEqual(writes, [], error.message);
    return error.code;
  }
}

async function pushLayout(ecr: LocalEcr, path: string, choice: Choice): Promise<string> {
  await using opened = await openLayout(path);
  const { image, referrers, platforms } = choice;
  const shape = { platforms, attestations: 'keep', singleImage: 'keep' } as const;
  const { graph } = await resolveImage([opened], opened, { image, shape, referrers });
  const registry = openLocalRegistry(ecr);
  try {
    const target = { registry, tags: [TAG], listener: silent };
    completeTarget(await push(graph, [target], pushOptions(opened)));
  } finally {
    registry.close();
  }
  return ecr.repository(REPOSITORY_NAME).tags.get(TAG) ?? 'no tag';
}

interface Child {
  readonly digest: string;
  readonly size: number;
}

interface Document {
  readonly config?: Child;
  readonly layers?: readonly Child[];
  readonly manifests?: readonly Child[];
}

function assertWhole(ecr: LocalEcr, digest: string): void {
  const { images, layers } = ecr.repository(REPOSITORY_NAME);
  const image = images.get(digest);
  assert(image, `${digest} is not there`);
  const document = JSON.parse(String(image.manifest)) as Document;
  for (const child of document.manifests ?? []) assertWhole(ecr, child.digest);
  for (const blob of [...(document.config ? [document.config] : []), ...(document.layers ?? [])])
    assert.equal(layers.get(blob.digest)?.size, blob.size);
}
