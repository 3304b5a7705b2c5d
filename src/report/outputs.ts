import { registryHost, repositoryUri } from '../ecr/names/reference.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { totalBytes } from '../plan/diff.ts';
import type { ManifestNode } from '../image/graph.ts';
import { isFailed, publishedDigest, type TargetResult } from '../push/push-targets.ts';

export type OutputName =
  | 'digest'
  | 'imageid'
  | 'metadata'
  | 'registry'
  | 'repository-uri'
  | 'registry-paths'
  | 'layers-uploaded'
  | 'layers-skipped'
  | 'bytes-uploaded'
  | 'bytes-skipped';

/** What the step hands to later steps, by the names in action.yml. */
export type Outputs = Readonly<Record<OutputName, string | number>>;

/** What one target got, as it stands in the output `metadata`. */
interface TargetMetadata {
  readonly registry: string;
  readonly repository: string;
  readonly 'repository-uri': string;
  readonly tags: readonly string[];
  readonly status: 'complete' | 'failed';
  readonly error?: string;
  /** What the tags stand for now. */
  readonly digest?: string;
  /** Those that were left with another image. */
  readonly 'skipped-tags'?: readonly string[];
  readonly 'layers-uploaded': number;
  readonly 'layers-skipped': number;
  readonly 'bytes-uploaded': number;
  readonly 'bytes-skipped': number;
}

export function toOutputs(root: ManifestNode, results: readonly TargetResult[]): Outputs {
  const targets = results.map(describeTarget);
  const complete = targets.filter(({ status }) => status === 'complete');
  const [first] = complete;
  const paths = complete.flatMap(pathsOf).join(',');
  const config = configOf(root);
  const digest = first?.digest ?? '';
  return {
    digest,
    imageid: config?.digest ?? '',
    metadata: JSON.stringify({
      'containerimage.digest': digest,
      'containerimage.descriptor': describeRoot(root.descriptor),
      ...(config === undefined ? {} : { 'containerimage.config.digest': config.digest }),
      'image.name': paths,
      targets,
    }),
    registry: first?.registry ?? '',
    'repository-uri': first?.['repository-uri'] ?? '',
    'registry-paths': paths,
    'layers-uploaded': sum(complete, 'layers-uploaded'),
    'layers-skipped': sum(complete, 'layers-skipped'),
    'bytes-uploaded': sum(complete, 'bytes-uploaded'),
    'bytes-skipped': sum(complete, 'bytes-skipped'),
  };
}

function describeTarget(result: TargetResult): TargetMetadata {
  const { repository } = result.target.registry;
  const where = {
    registry: registryHost(repository) ?? '',
    repository: repository.name,
    'repository-uri': repositoryUri(repository) ?? '',
    tags: result.target.tags,
  };
  if (isFailed(result)) {
    return { ...where, status: 'failed', error: messageOf(result.error), ...counts([], []) };
  }
  const { plan, skippedTags } = result.value;
  const digest = publishedDigest(result);
  return {
    ...where,
    status: 'complete',
    ...(digest === undefined ? {} : { digest }),
    ...(skippedTags.length === 0 ? {} : { 'skipped-tags': skippedTags.map(({ tag }) => tag) }),
    ...counts(plan.uploads, plan.present),
  };
}

function counts(uploads: readonly Descriptor[], present: readonly Descriptor[]) {
  return {
    'layers-uploaded': uploads.length,
    'layers-skipped': present.length,
    'bytes-uploaded': totalBytes(uploads),
    'bytes-skipped': totalBytes(present),
  };
}

/** Those that stand for the image. */
function pathsOf({ tags, ...target }: TargetMetadata): string[] {
  const uri = target['repository-uri'];
  const pushed = tags.filter((tag) => !target['skipped-tags']?.includes(tag));
  return uri === '' ? [] : pushed.map((tag) => `${uri}:${tag}`);
}

function configOf({ manifest }: ManifestNode): Descriptor | undefined {
  return manifest.kind === 'image' ? manifest.config : undefined;
}

/** Inline `data` and annotations are left out. */
function describeRoot({ mediaType, digest, size, platform }: Descriptor): object {
  return { mediaType, digest, size, ...(platform === undefined ? {} : { platform }) };
}

function sum(
  targets: readonly TargetMetadata[],
  name: 'layers-uploaded' | 'layers-skipped' | 'bytes-uploaded' | 'bytes-skipped',
): number {
  return targets.reduce((total, target) => total + target[name], 0);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
