import { consoleUrl } from '../ecr/names/console-url.ts';
import { type RepositoryReference, registryHost, repositoryUri } from '../ecr/names/reference.ts';
import { ERRORS, messageOf, PushError } from '../errors.ts';
import type { TagStep } from '../plan/tags.ts';
import type {
  LayerReport,
  ManifestReport,
  PlannedReport,
  PushReport,
  TagReport,
  TargetReport,
} from '../push/report.ts';
import { howFar } from './how-far.ts';
import { readableInstruction } from './instruction.ts';
import { type BlobCount, count, skipped, uploaded } from './layers.ts';
import type {
  ReportCount,
  ReportError,
  ReportLayer,
  ReportManifest,
  ReportMode,
  ReportRepository,
  ReportTag,
  ReportTarget,
  ReportTotals,
  TagFate,
} from './report-format.ts';
import { publishedDigest } from './tags.ts';

interface Options {
  readonly image: PushReport['image'];
  readonly mode: ReportMode;
  /** Whether the next run knows where uploads ended. */
  readonly isKept: boolean;
}

/** What happened to one repository, or would happen. */
export function reportTarget(target: TargetReport, { image, mode, isKept }: Options): ReportTarget {
  const { error, retries, throttles, startedAt, finishedAt } = target;
  const isPlan = mode === 'plan';
  const hasFailed = error !== undefined;
  const digest = hasFailed || isPlan ? undefined : publishedDigest(target, { image });
  return {
    repository: reportRepository(target.repository),
    status: hasFailed ? 'failed' : 'complete',
    ...(hasFailed && { error: reportError(error) }),
    ...(isPlan && target.planned !== undefined && { exists: isThere(target.planned) }),
    created: isPlan ? target.planned?.repository === 'create' : target.created,
    ...(digest !== undefined && { digest }),
    tags: isPlan ? plannedTags(target) : target.tags.map(reportTag),
    layers: target.layers.map((layer) => reportLayer(layer, image)),
    manifests: (isPlan ? (target.planned?.manifests ?? []) : target.manifests).map(reportManifest),
    totals: totalsOf(target),
    ...(hasFailed && !isPlan && { howFar: howFar(target, isKept) }),
    retries,
    throttles,
    startedAt: timeOf(startedAt),
    finishedAt: timeOf(finishedAt),
  };
}

function isThere({ repository }: PlannedReport): boolean {
  return repository === 'none' || repository === 'finish';
}

/** Whether anything was uploaded, put or moved or, in a plan, would be: a push that is sure to fail changes nothing. */
export function isChange(target: ReportTarget, mode: ReportMode): boolean {
  const { created, tags, manifests, totals, status } = target;
  const isTagged = tags.some(({ outcome }) => CHANGES.includes(outcome));
  const isAny = created || isTagged || manifests.length > 0;
  if (mode === 'plan') return status === 'complete' && (isAny || totals.missing.layers > 0);
  return isAny || totals.sent.layers > 0 || totals.bytesOnWire > 0;
}

/** `unsure` may be one. */
const CHANGES: readonly TagFate[] = ['created', 'moved', 'put', 'unsure'];

/** Anything but a `PushError` is a bug; its stack is in the log alone. */
export function reportError(error: unknown): ReportError {
  const message = messageOf(error);
  if (error instanceof PushError) return { code: error.code, message, hint: error.hint };
  return { code: 'INTERNAL', message, hint: `${ERRORS.INTERNAL.means} ${ERRORS.INTERNAL.hint}` };
}

/** `ms`: since the epoch. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function reportRepository(repository: RepositoryReference): ReportRepository {
  const { type, name, registryId, region } = repository;
  const registry = registryHost(repository);
  const uri = repositoryUri(repository);
  const url = consoleUrl(repository);
  return {
    type,
    name,
    ...(registryId !== undefined && { registryId }),
    ...(region !== undefined && { region }),
    ...(registry !== undefined && { registry }),
    ...(uri !== undefined && { uri }),
    ...(url !== undefined && { consoleUrl: url }),
  };
}

function reportTag(tag: TagReport): ReportTag {
  if (tag.kind === 'moved') return { tag: tag.tag, outcome: 'moved', from: tag.from };
  if (tag.kind !== 'skipped' && tag.kind !== 'refused') return { tag: tag.tag, outcome: tag.kind };
  const outcome = tag.kind === 'skipped' ? 'left' : 'refused';
  return { tag: tag.tag, outcome, ...(tag.holder !== undefined && { holder: tag.holder }) };
}

/** Where the plan did not get as far as the tags, what is known of them. */
function plannedTags({ planned, tags }: TargetReport): readonly ReportTag[] {
  return planned === undefined ? tags.map(reportTag) : planned.tags.map(plannedTag);
}

const WOULD_BE: Readonly<Record<TagStep['kind'], TagFate>> = {
  create: 'created',
  move: 'moved',
  unchanged: 'unchanged',
  put: 'put',
  skip: 'left',
  refuse: 'refused',
};

function plannedTag(step: TagStep): ReportTag {
  const { tag, kind } = step;
  const outcome = WOULD_BE[kind];
  if (kind === 'move') return { tag, outcome, from: step.from };
  const holder = kind === 'skip' || kind === 'refuse' ? step.holder : undefined;
  return { tag, outcome, ...(holder !== undefined && { holder }) };
}

function reportLayer(layer: LayerReport, { instructions }: PushReport['image']): ReportLayer {
  const { descriptor, kind, bytesOnWire, startedAt, finishedAt } = layer;
  const { digest, size, mediaType } = descriptor;
  const instruction = readableInstruction(instructions.get(digest) ?? '');
  return {
    ...{ digest, size, mediaType, kind, bytesOnWire },
    ...(startedAt !== undefined && { startedAt: timeOf(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: timeOf(finishedAt) }),
    ...(instruction !== '' && { instruction }),
  };
}

function reportManifest({ digest, what, tag }: ManifestReport): ReportManifest {
  return { digest, what, ...(tag !== undefined && { tag }) };
}

function totalsOf({ layers, bytesUnfinished, bytesOnWire }: TargetReport): ReportTotals {
  const present = skipped(layers);
  const all = count(layers, 'sent', 'present', 'completed-elsewhere', 'missing');
  return {
    sent: counted(uploaded(layers)),
    present: counted(present),
    missing: counted(count(layers, 'missing')),
    bytesUnfinished,
    bytesOnWire,
    ...(all.bytes > 0 && { savedPercent: Math.floor((present.bytes * 1000) / all.bytes) / 10 }),
  };
}

function counted({ blobs, bytes }: BlobCount): ReportCount {
  return { layers: blobs, bytes };
}
