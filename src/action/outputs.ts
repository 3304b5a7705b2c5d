import { registryHost, type RepositoryReference } from '../ecr/reference.ts';
import { type Plan, totalBytes } from '../plan/diff.ts';

/** What the step hands to later steps, by the names in action.yml. */
export type Outputs = Readonly<Record<OutputName, string | number>>;

export type OutputName =
  | 'digest'
  | 'imageid'
  | 'registry'
  | 'repository-uri'
  | 'registry-paths'
  | 'layers-uploaded'
  | 'layers-skipped'
  | 'bytes-uploaded'
  | 'bytes-skipped';

export function toOutputs(
  plan: Plan,
  repository: RepositoryReference,
  tags: readonly string[],
): Outputs {
  const { descriptor, manifest } = plan.graph.root;
  const host = registryHost(repository) ?? '';
  const uri = host === '' ? '' : `${host}/${repository.name}`;
  return {
    digest: descriptor.digest,
    imageid: manifest.kind === 'image' ? manifest.config.digest : '',
    registry: host,
    'repository-uri': uri,
    'registry-paths': uri === '' ? '' : tags.map((tag) => `${uri}:${tag}`).join(','),
    'layers-uploaded': plan.uploads.length,
    'layers-skipped': plan.present.length,
    'bytes-uploaded': totalBytes(plan.uploads),
    'bytes-skipped': totalBytes(plan.present),
  };
}
