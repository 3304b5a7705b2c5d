import { describeRepository, type RepositoryReference } from '../ecr/names/reference.ts';
import { PushError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';

/** The most layers that an error names. */
const MAX_NAMED = 20;

/**
 * Before anything is sent.
 * @throws PushError BLOB_MISSING or, of an index, INCOMPLETE_INDEX, if layers are neither in the layout nor in ECR
 */
export function refuseMissing({ graph, missing }: Plan, repository: RepositoryReference): void {
  if (missing.length === 0) return;
  const count = missing.length === 1 ? 'a layer is' : `${missing.length} layers are`;
  const named = missing
    .slice(0, MAX_NAMED)
    .map(({ digest, size }) => `  ${digest} (${size} bytes)`);
  const more = missing.length - named.length;
  const list = [...named, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
  const { root, absentHint = SPARSE } = graph;
  throw new PushError(
    root.manifest.kind === 'index' ? 'INCOMPLETE_INDEX' : 'BLOB_MISSING',
    `${count} neither in the layout nor in ${describeRepository(repository)}:\n${list}`,
    { hint: absentHint },
  );
}

const SPARSE =
  'Some tools leave out layers that a registry should hold ("crane pull" and "pack" with --sparse, Bazel with lazy bases, "docker save" of some platforms): push the base image into this repository first, or write the layout with all of its layers.';
