import fc from 'fast-check';
import type { Digest } from '../../src/oci/digest.ts';
import { buildAttestation, buildImage, buildIndex, type Graph, type LayerSpec } from './image.ts';

/** What a layout may hold: a root with all that is under it, and images that refer to parts of it. */
export interface GeneratedLayout {
  readonly root: Graph;
  /** Entries of `index.json` beside the root: each has a `subject` that is in the graph of the root. */
  readonly referrers: readonly Graph[];
  /** Every manifest and blob that belongs to the root, the referrers' own left out. */
  readonly closure: ReadonlySet<Digest>;
}

type Tree = ImageTree | IndexTree;

interface ImageTree {
  /** From few choices, so that images share layers, configs, or are the same one. */
  readonly layers: readonly number[];
  readonly platform: number;
  readonly attested: boolean;
  readonly docker: boolean;
}

interface IndexTree {
  readonly children: readonly Tree[];
}

const PLATFORMS = ['amd64', 'arm64', 'riscv64'] as const;

const imageTree: fc.Arbitrary<ImageTree> = fc.record({
  layers: fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
  platform: fc.nat({ max: PLATFORMS.length - 1 }),
  attested: fc.boolean(),
  docker: fc.boolean(),
});

/** Images, indexes of them, and indexes of indexes. */
const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; index: IndexTree; image: ImageTree }>(
  (tie) => ({
    image: imageTree,
    index: fc.record({ children: fc.array(tie('tree'), { maxLength: 4 }) }),
    tree: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('image'), tie('index')),
  }),
).tree;

/** Layouts of a few kilobytes, with nested indexes, shared blobs, attestations and referrers. */
export const arbitraryLayout: fc.Arbitrary<GeneratedLayout> = fc
  .record({ tree, subjects: fc.array(fc.nat(), { maxLength: 3 }) })
  .map(({ tree: made, subjects }) => {
    const root = plant(made);
    const referrers = subjects.map((subject, at) => referrerTo(root, subject, at));
    return { root, referrers, closure: new Set(root.blobs.keys()) };
  });

function plant(made: Tree): Graph {
  if ('children' in made) return buildIndex(made.children.flatMap(childrenOf));
  return plantImage(made);
}

/** An image in an index can have its attestation beside it. */
function childrenOf(made: Tree): Graph[] {
  const child = plant(made);
  return 'attested' in made && made.attested ? [child, buildAttestation(child)] : [child];
}

function plantImage({ layers, platform, docker }: ImageTree): Graph {
  return buildImage({
    seed: 'shared',
    layers: layers.map(sharedLayer),
    platform: { os: 'linux', architecture: PLATFORMS[platform] ?? 'amd64' },
    flavour: docker ? 'docker' : 'oci',
  });
}

/** The same number makes the same layer, whatever image it is in. */
function sharedLayer(choice: number): LayerSpec {
  return { files: { [`file${choice}`]: `layer ${choice}` } };
}

function referrerTo(root: Graph, subject: number, at: number): Graph {
  const manifests = manifestsOf(root);
  const descriptor = manifests[subject % manifests.length];
  if (!descriptor) throw new Error('a graph has a root');
  return buildImage({
    seed: `referrer ${at}`,
    layers: [{ size: 20 }],
    subject: descriptor,
    artifactType: 'application/vnd.example.signature',
  });
}

/** The descriptors of a graph's manifests, its root's first. */
function manifestsOf({ descriptor, manifest, blobs }: Graph): Graph['descriptor'][] {
  const { manifests = [] } = JSON.parse(Buffer.from(manifest).toString()) as {
    manifests?: Graph['descriptor'][];
  };
  const below = manifests.flatMap((child) => {
    const content = blobs.get(child.digest);
    if (!(content instanceof Uint8Array)) throw new Error(`${child.digest} is not in the graph`);
    return manifestsOf({ descriptor: child, manifest: content, blobs });
  });
  return [descriptor, ...below];
}
