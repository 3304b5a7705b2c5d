import type { ImageGraph, ManifestNode } from '../image/graph.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { PolicyName, RepositoryState, Wanted } from './state.ts';
import { planTags, type TagStep } from './tags.ts';
import { type ManifestPut, toWaves } from './waves.ts';

/**
 * What is done to the repository itself. `await`: it is missing, and a creation template may make it at the first upload.
 * `finish`: it is empty, and gets the policies that it lacks.
 */
export type RepositoryStep = 'none' | 'create' | 'await' | 'finish';

/** The steps of one push to one repository, decided before any of them is taken. */
export interface Plan {
  readonly graph: ImageGraph;
  readonly repository: RepositoryStep;
  /** Policies that `finish` sets. */
  readonly missingPolicies: readonly PolicyName[];
  /** Blobs that the repository lacks. */
  readonly uploads: readonly Descriptor[];
  /** Blobs that it holds already. */
  readonly present: readonly Descriptor[];
  /** Layers that are neither there nor in the layout: with any, the push cannot be. */
  readonly missing: readonly Descriptor[];
  /** Manifests that the graph leaves out, and that are not there: the same. */
  readonly missingManifests: readonly Descriptor[];
  /**
   * After the uploads, wave after wave: children, the root if anything refers to it or it gets no tag, referrers. Those of
   * one wave need nothing of each other.
   */
  readonly waves: readonly (readonly ManifestPut[])[];
  /** Last of all: referrers that are found by a tag, then what makes the image visible. */
  readonly tagPuts: readonly ManifestPut[];
  /** What becomes of each tag that is wanted. */
  readonly tags: readonly TagStep[];
}

export function plan(graph: ImageGraph, wanted: Wanted, state: RepositoryState): Plan {
  const tags = planTags(graph.root.descriptor.digest, wanted, state);
  const left = tags.filter(({ kind }) => kind !== 'skip' && kind !== 'refuse');
  const isNothing = wanted.tags.length > 0 && left.length === 0;
  return {
    graph,
    repository: repositoryStep(wanted, state),
    missingPolicies: state.missingPolicies,
    tags,
    ...(isNothing
      ? NOTHING
      : contentSteps(
          graph,
          left.map(({ tag }) => tag),
          state,
        )),
  };
}

type ContentSteps = Pick<
  Plan,
  'uploads' | 'present' | 'missing' | 'missingManifests' | 'waves' | 'tagPuts'
>;

const NOTHING: ContentSteps = {
  uploads: [],
  present: [],
  missing: [],
  missingManifests: [],
  waves: [],
  tagPuts: [],
};

function repositoryStep({ create }: Wanted, state: RepositoryState): RepositoryStep {
  if (!state.exists) return create ? 'create' : 'await';
  return state.missingPolicies.length > 0 ? 'finish' : 'none';
}

function contentSteps(
  { root, manifests, referrers, blobs, absentLayers, absentManifests }: ImageGraph,
  tags: readonly string[],
  { availableLayers, images = [], heldManifests }: RepositoryState,
): ContentSteps {
  const uploads = blobs.filter(({ digest }) => !availableLayers.has(digest));
  const found = new Set(images.map(({ digest }) => digest));
  // ECR keeps an image's layers and an index's children while it keeps the image: with the root there, all is there.
  const isThere = (node: ManifestNode): boolean =>
    uploads.length === 0 && found.has(node.descriptor.digest);
  const isTagged = ({ node, tag }: Required<ManifestPut>): boolean =>
    isThere(node) &&
    images.some((image) => image.tag === tag && image.digest === node.descriptor.digest);
  const untagged = referrers
    .filter(({ tag }) => tag === undefined)
    .filter((node) => !isThere(node));
  const isPutByTag = untagged.length === 0 && tags.length > 0;
  const rootPuts = isPutByTag ? manifests.filter((node) => node !== root) : manifests;
  const wantedTags = [
    ...referrers.flatMap((node) => (node.tag === undefined ? [] : [{ node, tag: node.tag }])),
    ...tags.map((tag) => ({ node: root, tag })),
  ];
  return {
    uploads,
    present: [...blobs, ...absentLayers].filter(({ digest }) => availableLayers.has(digest)),
    missing: absentLayers.filter(({ digest }) => !availableLayers.has(digest)),
    missingManifests: absentManifests.filter(({ digest }) => heldManifests?.has(digest) === false),
    waves: toWaves([...(isThere(root) ? [] : rootPuts), ...untagged].map((node) => ({ node }))),
    tagPuts: wantedTags.filter((put) => !isTagged(put)),
  };
}
