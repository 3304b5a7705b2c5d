import { PushError } from '../errors.ts';
import type { PushReport, TagReport, TargetReport } from '../push/report.ts';
import { formatBytes, plural } from './format.ts';
import { count, uploaded } from './layers.ts';
import { type Log, targetPrefix } from './log.ts';

interface Options extends Pick<Log, 'info'> {
  /** Whether the next run knows where uploads ended. */
  readonly isKept: boolean;
}

/** How far each target came that is not complete. */
export function logHowFar({ targets }: PushReport, { info, isKept }: Options): void {
  for (const target of targets) {
    if (target.error === undefined) continue;
    info(`${targetPrefix(target.repository, targets.length)}${howFar(target, isKept)}`);
  }
}

/** What a push that failed or was cancelled has done to a repository, and what the next need not do again. */
export function howFar(target: TargetReport, isKept: boolean): string {
  const { layers, manifests, tags, bytesUnfinished } = target;
  const isNothing =
    uploaded(layers).blobs + bytesUnfinished + manifests.length === 0 && !tags.some(isTouched);
  if (isNothing) return 'Nothing was sent, and no tag has moved';
  const done = [
    layersLine(target),
    ...(manifests.length === 0 ? [] : [`manifests put: ${manifests.length}`]),
    tagsLine(tags),
  ];
  return `How far it came: ${done.join('; ')}. Another run ${next(target, isKept)}`;
}

function next({ error, bytesUnfinished }: TargetReport, isKept: boolean): string {
  const isDamaged = error instanceof PushError && error.code === 'DIGEST_MISMATCH';
  if (isDamaged) return 'sends a damaged layer whole, once it is mended';
  if (isKept || bytesUnfinished === 0) return 'goes on from there';
  return 'sends the layers whole that are not there';
}

function layersLine({ layers, bytesUnfinished }: TargetReport): string {
  const all = count(layers, 'sent', 'present', 'completed-elsewhere', 'missing');
  const there = count(layers, 'sent', 'present', 'completed-elsewhere');
  const line = `${there.blobs} of ${plural(all.blobs, 'blob')} (${formatBytes(there.bytes)} of ${formatBytes(all.bytes)}) are there`;
  return bytesUnfinished === 0
    ? line
    : `${line}, and ${formatBytes(bytesUnfinished)} of unfinished ones`;
}

function tagsLine(tags: readonly TagReport[]): string {
  const moved = tags.filter(isMoved).map(({ tag }) => tag);
  const unsure = tags.filter(({ kind }) => kind === 'unsure').map(({ tag }) => tag);
  const known = moved.length === 0 ? 'no tag has moved' : `tags that moved: ${moved.join(', ')}`;
  return unsure.length === 0 ? known : `${known}, but ${unsure.join(', ')} may have`;
}

function isMoved({ kind }: TagReport): boolean {
  return kind === 'created' || kind === 'moved' || kind === 'put';
}

function isTouched(tag: TagReport): boolean {
  return isMoved(tag) || tag.kind === 'unsure';
}
