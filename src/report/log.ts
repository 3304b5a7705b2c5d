import { announce, RETRIES } from '../async/retry.ts';
import {
  describeRepository,
  type RepositoryReference,
  isFullyNamed,
  repositoryUri,
} from '../ecr/names/reference.ts';
import type { ImageGraph } from '../image/graph.ts';
import type { ResolvedImage } from '../image/resolve-image.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Plan } from '../plan/plan.ts';
import type { PushEvent, PushListener, Unchecked } from '../push/events.ts';
import type { PushReport, TargetReport } from '../push/report.ts';
import type { Detail } from './details.ts';
import { formatBytes, plural, shortDigest } from './format.ts';
import { type BlobCount, skipped, uploaded } from './layers.ts';
import type { ReportMode } from './report-format.ts';
import { publishedDigest, skippedTags, taggedNow } from './tags.ts';

/** The step's log: `@actions/core`, or a test's. */
export interface Log {
  info(message: string): void;
  warning(message: string): void;
  debug(message: string): void;
  group<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function logImage(image: ResolvedImage, log: Log): void {
  const { graph, origins, brokenEntries, leftBehind, attestationsBeside, unsearchedBlobs } = image;
  const { root, manifests, referrers, blobs, absentLayers, absentForeignLayers } = graph;
  const { digest, mediaType } = root.descriptor;
  log.info(`Image ${digest} (${mediaType})`);
  if (origins.every((origin) => origin.digest !== digest)) {
    const held = origins.map((origin) => origin.digest).join(', ');
    log.info(`The inputs change the image: pushing ${digest} instead of ${held}`);
  }
  log.info(
    [
      plural(manifests.length, 'manifest'),
      plural(referrers.length, 'referrer'),
      countOf(blobs),
    ].join(', '),
  );
  if (absentLayers.length > 0)
    log.info(`Not in the layout, so ECR must hold: ${plural(absentLayers.length, 'layer')}`);
  for (const line of withoutLayers(graph)) log.warning(line);
  for (const notice of image.notices) log.warning(notice);
  for (const { message } of brokenEntries) log.warning(`Left out: ${message}`);
  for (const { descriptor, subject } of leftBehind) {
    log.warning(
      `Left behind ${descriptor.digest}: it refers to ${subject}, which the inputs change, so that it would not verify`,
    );
  }
  for (const { digest } of attestationsBeside) {
    log.warning(
      `Left behind ${digest}: an attestation is pushed only in an index with its image, and this one stands beside it`,
    );
  }
  if (unsearchedBlobs > 0) {
    log.warning(
      `${unsearchedBlobs} blobs that index.json does not list were not searched for signatures and other referrers: any among them are left behind`,
    );
  }
  for (const layer of absentForeignLayers) {
    log.warning(
      `Left out foreign layer ${layer.digest}, which is not in the layout: pulls fetch it from its URLs`,
    );
  }
}

/** Reports say that ECR refuses these, but none says that it always does: so it is asked, and a refusal explained. */
function withoutLayers({ manifests, referrers, roles }: ImageGraph): readonly string[] {
  return [...manifests, ...referrers]
    .filter(({ manifest }) => manifest.kind === 'image' && manifest.layers.length === 0)
    .map(({ descriptor: { digest } }) => {
      const name = roles.get(digest)?.name ?? `manifest ${digest}`;
      return `No layers in ${name}: ECR may refuse it; a build with any one COPY has a layer`;
    });
}

const UNCHECKED: Readonly<Record<Unchecked, string>> = {
  images:
    'Could not check what the tags point to: allow ecr:BatchGetImage (ECR Public: ecr-public:DescribeImages)',
  mutability:
    'Could not check before the upload whether the tags may move: allow ecr:DescribeRepositories',
  joined:
    'Could not check whether the images to join are there, so that is left to ECR: allow ecr:BatchGetImage (ECR Public: ecr-public:DescribeImages, and name the registry by its account ID)',
  policies:
    'Could not check whether the repository is empty and lacks policies: allow ecr:DescribeImages, ecr:GetLifecyclePolicy and ecr:GetRepositoryPolicy (ECR Public: ecr-public:DescribeImages and ecr-public:GetRepositoryPolicy)',
};

/** Where a push is told as it goes on. */
export interface PushLog extends Pick<Log, 'info' | 'warning'> {
  /** Where there are too many, some stand for others. */
  detail(detail: Detail): void;
}

/** `name` precedes each line if there are several targets. */
export function logPush(log: PushLog, name: string, mode: ReportMode = 'push'): PushListener {
  return (event) => {
    const warning = warningOf(event);
    if (warning !== undefined) log.warning(`${name}${warning}`);
    for (const line of linesOf(event, mode)) log.info(`${name}${line}`);
    if (event.kind === 'retried') log.detail({ kind: 'retry', line: `${name}${retryLine(event)}` });
    if (event.kind === 'manifest-put')
      log.detail({ kind: 'manifest', line: `${name}${manifestLine(event)}` });
  };
}

/** What the user should act on. */
function warningOf(event: PushEvent): string | undefined {
  switch (event.kind) {
    case 'unchecked':
      return UNCHECKED[event.what];
    case 'referrer-skipped':
      return heldTag(event.tag, event.holder);
    case 'tag-settled':
      return event.outcome.kind === 'skipped'
        ? heldTag(event.outcome.tag, event.outcome.holder)
        : undefined;
    default:
      return undefined;
  }
}

function heldTag(tag: string, holder: string | undefined): string {
  return `Tag ${tag} is immutable and still points to ${holder ?? 'another image'}`;
}

function linesOf(event: PushEvent, mode: ReportMode): readonly string[] {
  switch (event.kind) {
    case 'planned':
      return planLines(event.plan, mode);
    case 'repository-created':
      return ['Created the repository'];
    case 'policies-set':
      return ['Set the policies that the empty repository lacked'];
    default:
      return [];
  }
}

/** Nothing if the push ends here because a tag cannot move. */
function planLines(
  { repository, uploads, present, tags }: Plan,
  mode: ReportMode,
): readonly string[] {
  if (tags.some(({ kind }) => kind === 'refuse')) return [];
  const counts = `To upload: ${countOf(uploads)}; already there: ${countOf(present)}`;
  const step = REPOSITORY_STEPS[mode][repository];
  return step === undefined ? [counts] : [step, counts];
}

const REPOSITORY_STEPS = {
  push: {
    none: undefined,
    finish: undefined,
    create: 'The repository does not exist: creating it',
    await: 'The repository does not exist: checking whether ECR creates it on push',
  },
  plan: {
    none: undefined,
    finish: 'The repository is empty: a push would set the policies that it lacks',
    create: 'The repository does not exist: a push would create it',
    // A warning of `logPlan`.
    await: undefined,
  },
} as const;

function manifestLine({ what, tag, isNew }: Extract<PushEvent, { kind: 'manifest-put' }>): string {
  const done = isNew ? 'Put' : 'Already there:';
  return `${done} ${what}${tag === undefined ? '' : ` as ${tag}`}`;
}

function retryLine({ what, notice }: Extract<PushEvent, { kind: 'retried' }>): string {
  const subject = what === undefined ? 'The repository' : shortDigest(what);
  const why = notice.why === undefined ? ` ${RETRIES[notice.name].says ?? ''}` : `, ${notice.why}`;
  return `${subject}${why}; ${announce(notice)}`;
}

const UNNAMED =
  'Could not determine the account, so the outputs do not name the registry: set registry-id to the account ID, or allow DescribeRepositories';
const WITHOUT_ALIAS =
  'Could not determine the alias of the registry, so the outputs use the account ID instead: set registry-id to the alias, or allow ecr-public:DescribeRepositories';

/** How each target that did not fail ended. */
export function logReport(report: PushReport, log: Log): void {
  for (const target of report.targets) {
    if (target.error === undefined) logComplete(target, report, log);
  }
}

function logComplete(target: TargetReport, report: PushReport, log: Log): void {
  const { repository, layers } = target;
  warnOfName(repository, log);
  log.info(`${describeRepository(repository)}: ${tagsLine(target, report)}`);
  log.info(`Uploaded ${countText(uploaded(layers))}; already there: ${countText(skipped(layers))}`);
}

/** What the outputs cannot say of a repository. */
export function warnOfName(repository: RepositoryReference, log: Pick<Log, 'warning'>): void {
  if (repositoryUri(repository) === undefined) log.warning(UNNAMED);
  else if (!isFullyNamed(repository)) log.warning(WITHOUT_ALIAS);
}

function tagsLine(target: TargetReport, report: PushReport): string {
  if (target.tags.length === 0) return `holds ${report.image.descriptor.digest}`;
  const tags = taggedNow(target);
  const [names, when] = tags.length > 0 ? [tags, 'now'] : [skippedTags(target), 'still'];
  const digest = publishedDigest(target, report) ?? 'another image';
  return `${names.join(', ')} ${when} ${names.length === 1 ? 'points' : 'point'} to ${digest}`;
}

/** Precedes each line of one target among several. */
export function targetPrefix(repository: RepositoryReference, targets: number): string {
  return targets === 1 ? '' : `[${describeRepository(repository)}] `;
}

function countOf(blobs: readonly Descriptor[]): string {
  return countText({
    blobs: blobs.length,
    bytes: blobs.reduce((sum, { size }) => sum + size, 0),
  });
}

/** `2 blobs (1.5 MiB)`. */
export function countText({ blobs, bytes }: BlobCount): string {
  return `${plural(blobs, 'blob')} (${formatBytes(bytes)})`;
}
