import { describeRepository, type RepositoryReference } from '../ecr/names/reference.ts';
import { PushError } from '../errors.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Plan } from '../plan/plan.ts';

/** The most layers that an error names. */
const MAX_NAMED = 20;

/**
 * Before anything is sent.
 * @throws PushError BLOB_MISSING or, of an index, INCOMPLETE_INDEX, if layers are neither in the layout nor in ECR;
 *   IMAGE_NOT_IN_REPOSITORY if images that are joined are not there
 */
export function refuseMissing(
  { graph, missing, missingManifests }: Plan,
  repository: RepositoryReference,
): void {
  if (missingManifests.length > 0) throw notThere(missingManifests, repository);
  if (missing.length === 0) return;
  const count = missing.length === 1 ? 'a layer is' : `${missing.length} layers are`;
  const list = listed(missing, ({ size }) => `${size} bytes`);
  const { root, absentHint = SPARSE } = graph;
  throw new PushError(
    root.manifest.kind === 'index' ? 'INCOMPLETE_INDEX' : 'BLOB_MISSING',
    `${count} neither in the layout nor in ${describeRepository(repository)}:\n${list}`,
    { hint: absentHint },
  );
}

/** `what`: what to say of each. */
function listed(missing: readonly Descriptor[], what: (one: Descriptor) => string): string {
  const named = missing.slice(0, MAX_NAMED).map((one) => `  ${one.digest} (${what(one)})`);
  const more = missing.length - named.length;
  return [...named, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}

/** `images`: what an index is made of. */
function notThere(images: readonly Descriptor[], repository: RepositoryReference): PushError {
  const count = images.length === 1 ? 'an image is' : `${images.length} images are`;
  const list = listed(images, ({ platform, mediaType }) =>
    platform === undefined ? mediaType : platformText(platform),
  );
  return new PushError(
    'IMAGE_NOT_IN_REPOSITORY',
    `${count} not in ${describeRepository(repository)}:\n${list}`,
  );
}

function platformText({ os, architecture, variant }: Platform): string {
  return JSON.stringify([os, architecture, ...(variant === undefined ? [] : [variant])].join('/'))
    .slice(1, -1)
    .slice(0, 100);
}

const SPARSE =
  'Some tools leave out layers that a registry should hold ("crane pull" and "pack" with --sparse, Bazel with lazy bases, "docker save" of some platforms): push the base image into this repository first, or write the layout with all of its layers.';
