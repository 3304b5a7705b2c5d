import { messageOf } from '../errors.ts';
import { registryHost, repositoryUri } from '../ecr/names/reference.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { PushReport, TargetReport } from '../push/report.ts';
import { skipped, uploaded } from './layers.ts';
import type { ReportFile } from './report-format.ts';
import { publishedDigest, skippedTags, taggedNow } from './tags.ts';

type OutputName =
  | 'digest'
  | 'imageid'
  | 'metadata'
  | 'registry'
  | 'repository-uri'
  | 'registry-paths'
  | 'layers-uploaded'
  | 'layers-skipped'
  | 'bytes-uploaded'
  | 'bytes-skipped'
  | 'report'
  | 'changed'
  | 'descriptor';

/** Those that are made of the report file: steps that failed before the push have them, too. */
type ReportOutputName = 'report' | 'changed' | 'descriptor';

/** What the step hands to later steps, by the names in action.yml. */
export type Outputs = Readonly<Record<Exclude<OutputName, ReportOutputName>, string | number>>;

/** All are text; '' for what there is not. */
export type ReportOutputs = Readonly<Record<Extract<OutputName, ReportOutputName>, string>>;

/** One target's entry in the output `metadata`. */
interface TargetMetadata {
  readonly registry: string;
  readonly repository: string;
  readonly 'repository-uri': string;
  readonly tags: readonly string[];
  readonly status: 'complete' | 'failed';
  readonly error?: string;
  /** What the tags point to now. */
  readonly digest?: string;
  /** Tags that still point to another image. */
  readonly 'skipped-tags'?: readonly string[];
  readonly 'layers-uploaded': number;
  readonly 'layers-skipped': number;
  readonly 'bytes-uploaded': number;
  readonly 'bytes-skipped': number;
}

export function toOutputs(report: PushReport): Outputs {
  const { descriptor, config } = report.image;
  const targets = report.targets.map((target) => describeTarget(target, report));
  const isComplete = ({ error }: TargetReport): boolean => error === undefined;
  const complete = report.targets.filter(isComplete);
  const paths = complete.flatMap((target) => pathsOf(target, report.image)).join(',');
  const first = targets.find(({ status }) => status === 'complete');
  const digest = first?.digest ?? '';
  return {
    digest,
    imageid: config ?? '',
    metadata: JSON.stringify({
      'containerimage.digest': digest,
      'containerimage.descriptor': describeRoot(descriptor),
      ...(config === undefined ? {} : { 'containerimage.config.digest': config }),
      'image.name': paths,
      targets,
    }),
    registry: first?.registry ?? '',
    'repository-uri': first?.['repository-uri'] ?? '',
    'registry-paths': paths,
    ...counts(report.targets),
  };
}

/** `path`: of the report file; '' if there is none. */
export function toReportOutputs({ changed, image }: ReportFile, path: string): ReportOutputs {
  return {
    report: path,
    changed: String(changed),
    descriptor: image === undefined ? '' : JSON.stringify(image.descriptor),
  };
}

function describeTarget(target: TargetReport, report: PushReport): TargetMetadata {
  const { repository, error, tags } = target;
  const where = {
    registry: registryHost(repository) ?? '',
    repository: repository.name,
    'repository-uri': repositoryUri(repository) ?? '',
    tags: tags.map(({ tag }) => tag),
  };
  if (error !== undefined)
    return { ...where, status: 'failed', error: messageOf(error), ...counts([target]) };
  const digest = publishedDigest(target, report);
  const left = skippedTags(target);
  return {
    ...where,
    status: 'complete',
    ...(digest === undefined ? {} : { digest }),
    ...(left.length === 0 ? {} : { 'skipped-tags': left }),
    ...counts([target]),
  };
}

function counts(targets: readonly TargetReport[]) {
  const layers = targets.flatMap((target) => target.layers);
  const [sent, left] = [uploaded(layers), skipped(layers)];
  return {
    'layers-uploaded': sent.blobs,
    'layers-skipped': left.blobs,
    'bytes-uploaded': sent.bytes,
    'bytes-skipped': left.bytes,
  };
}

/** The references that point to the image: its digest where no tag was wanted. */
function pathsOf(target: TargetReport, { descriptor }: PushReport['image']): string[] {
  const uri = repositoryUri(target.repository);
  if (uri === undefined) return [];
  if (target.tags.length === 0) return [`${uri}@${descriptor.digest}`];
  return taggedNow(target).map((tag) => `${uri}:${tag}`);
}

/** Inline `data` and annotations are left out. */
function describeRoot({ mediaType, digest, size, platform }: Descriptor): object {
  return { mediaType, digest, size, ...(platform === undefined ? {} : { platform }) };
}
