import { formatBytes, plural } from './format.ts';
import { uploadGantt } from './gantt.ts';
import { code, folded, prose } from './markdown.ts';
import type { ReportError, ReportFile, ReportImage, ReportTarget } from './report-format.ts';
import {
  joinedTable,
  layersTable,
  manifestsTable,
  nameOf,
  platformText,
  tagsTable,
  targetsTable,
} from './summary-tables.ts';

/** What GitHub takes of one step, but for an empty line that is appended: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
const MAX_BYTES = 1024 * 1024 - 1;

/** The most references that a heading names. */
const MAX_NAMED = 3;

/** The most failures that are told in full. */
const MAX_FAILURES = 20;

/** The most warnings, and the most characters of one; the report file has all. */
const MAX_WARNINGS = 100;
const MAX_WARNING = 1000;

/** More rows than that are folded. */
const MAX_OPEN_ROWS = 12;

/** What a part that does not fit is replaced with. */
const LEFT_OUT = 'More is in the report file: the summary would be too large.';

/**
 * The job summary, in GitHub's Markdown, of at most 1 MiB: what is too large is left out, the layers first.
 * It ends with a line break, so that what is appended begins a line.
 */
export function toSummary(report: ReportFile): string {
  const parts = [
    heading(report),
    report.mode === 'plan' ? 'This is a plan: nothing was sent, put or moved.' : '',
    ...failures(report),
    warningsPart(report),
    ...imageLines(report),
    joinedPart(report),
    ...(report.targets.length === 0 ? [] : [targetsTable(report), tagsPart(report)]),
    retriesLine(report),
    uploadPart(report),
    ...report.targets.flatMap((target) => [
      manifestsPart(target, report),
      layersPart(target, report),
    ]),
  ];
  return joined(parts.filter((part) => part !== ''));
}

/** As many parts as fit: one that does not is left out, and that is said once. */
function joined(parts: readonly string[]): string {
  let text = '';
  let isShort = false;
  const room = MAX_BYTES - Buffer.byteLength(`\n\n${LEFT_OUT}\n`);
  for (const part of parts) {
    const longer = text === '' ? part : `${text}\n\n${part}`;
    if (Buffer.byteLength(longer) <= room) text = longer;
    else isShort = true;
  }
  return `${text}${isShort ? `\n\n${LEFT_OUT}` : ''}\n`;
}

function heading(report: ReportFile): string {
  const names = namesOf(report);
  return `## ${verdict(report)}${names === '' ? '' : `: ${names}`}`;
}

function verdict({ mode, status, changed, targets, error }: ReportFile): string {
  const failed = targets.filter((target) => target.error !== undefined);
  const errors = [error, ...failed.map((target) => target.error)];
  const isSome = failed.length > 0 && failed.length < targets.length;
  const some = isSome ? ` for ${failed.length} of ${targets.length} repositories` : '';
  // It came at the very end, and changes nothing of what was done.
  if (error?.code === 'OUTPUTS_LOST')
    return `${mode === 'plan' ? 'Planned' : 'Pushed'}, but the outputs are lost`;
  if (mode === 'plan') return status === 'failed' ? `The push would fail${some}` : 'Plan of a push';
  if (status === 'complete') return changed ? 'Pushed' : 'Nothing to push';
  const isCancelled = errors.every((one) => one === undefined || one.code === 'CANCELLED');
  return isCancelled ? 'Push cancelled' : `Push failed${some}`;
}

/** The references, without their registries: the same name in two regions is named once. */
function namesOf({ targets }: ReportFile): string {
  const all = targets.flatMap(({ repository: { name }, tags }) =>
    tags.length === 0 ? [name] : tags.map(({ tag }) => `${name}:${tag}`),
  );
  const names = [...new Set(all)];
  const more = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).map((name) => code(name));
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function failures({ error, targets }: ReportFile): readonly string[] {
  const failed = targets.flatMap((target) =>
    target.error === undefined ? [] : [targetFailure(target, target.error, targets.length > 1)],
  );
  const more = failed.length - MAX_FAILURES;
  return [
    ...(error === undefined ? [] : [failure(error)]),
    ...failed.slice(0, MAX_FAILURES),
    more > 0 ? `And ${more} more failed.` : '',
  ];
}

function targetFailure(target: ReportTarget, error: ReportError, isNamed: boolean): string {
  const { howFar } = target;
  const name = nameOf(target);
  const progress =
    howFar === undefined ? [] : [`${isNamed ? `${name}: ` : ''}${prose(`${howFar}.`)}`];
  return [failure(error, isNamed ? ` (${name})` : ''), ...progress].join('\n\n');
}

/** `where`: Markdown. */
function failure({ code: name, message, hint }: ReportError, where = ''): string {
  return `**Error** ${code(name)}${where}: ${prose(message)}\n\n**What to do:** ${prose(hint)}`;
}

function warningsPart({ warnings = [] }: ReportFile): string {
  const [first, ...others] = warnings.slice(0, MAX_WARNINGS);
  if (first === undefined) return '';
  const said = (warning: string): string => prose(warning, MAX_WARNING);
  if (others.length === 0) return `**Warning:** ${said(first)}`;
  const left = warnings.length - MAX_WARNINGS;
  const list = [first, ...others].map((warning) => `- ${said(warning)}`).join('\n');
  const all = left > 0 ? `${list}\n\nand ${left} more.` : list;
  const title = plural(warnings.length, 'warning');
  return warnings.length > MAX_OPEN_ROWS ? folded(title, all) : `**Warnings:**\n\n${all}`;
}

function imageLines({ image, targets }: ReportFile): readonly string[] {
  if (image === undefined) return [];
  const { digest } = image.descriptor;
  const others = new Set(targets.map((target) => target.digest ?? digest));
  others.delete(digest);
  const config = image.configDigest === undefined ? '' : `, config ${code(image.configDigest)}`;
  return [
    `Image ${code(digest)} (${describeImage(image)})${config}.`,
    ...[...others].slice(0, MAX_NAMED).map((other) => `Its tags still point to ${code(other)}.`),
  ];
}

function describeImage({ descriptor }: ReportImage): string {
  const { mediaType, size, platform } = descriptor;
  const where = platform === undefined ? [] : [code(platformText(platform))];
  return [...where, code(mediaType), formatBytes(size)].join(', ');
}

function joinedPart({ image }: ReportFile): string {
  const { joined = [] } = image ?? {};
  if (joined.length === 0) return '';
  const title = `Joined from ${plural(joined.length, 'manifest')}`;
  const shown = joinedTable(joined);
  return joined.length > MAX_OPEN_ROWS ? folded(title, shown) : `### ${title}\n\n${shown}`;
}

function tagsPart(report: ReportFile): string {
  const rows = report.targets.reduce((sum, { tags }) => sum + tags.length, 0);
  if (rows === 0) return '';
  const shown = tagsTable(report);
  return rows > MAX_OPEN_ROWS ? folded(plural(rows, 'tag'), shown) : shown;
}

function retriesLine({ targets }: ReportFile): string {
  const sum = (what: 'retries' | 'throttles'): number =>
    targets.reduce((total, target) => total + target[what], 0);
  const [retries, throttles] = [sum('retries'), sum('throttles')];
  if (retries === 0) return '';
  const some = throttles === retries ? '' : ` ${throttles} of them`;
  const asked = throttles === 0 ? '' : `,${some} because ECR throttled the push`;
  return `Retries: ${retries}${asked}.`;
}

function uploadPart({ targets }: ReportFile): string {
  const source = uploadGantt(targets);
  return source === undefined ? '' : `### Upload\n\n\`\`\`mermaid\n${source}\n\`\`\``;
}

function manifestsPart(target: ReportTarget, { mode, targets }: ReportFile): string {
  const { manifests, repository } = target;
  if (manifests.length === 0) return '';
  const where = targets.length === 1 ? '' : ` of ${repository.uri ?? repository.name}`;
  const title = `${plural(manifests.length, 'manifest')} ${mode === 'plan' ? 'to put' : 'put'}${where}`;
  return folded(title, manifestsTable(manifests));
}

function layersPart(target: ReportTarget, { mode, targets }: ReportFile): string {
  const { layers, repository } = target;
  if (layers.length === 0) return '';
  const shown = layersTable(target, mode);
  if (targets.length === 1 && layers.length <= MAX_OPEN_ROWS) return `### Layers\n\n${shown}`;
  const where = targets.length === 1 ? '' : ` of ${repository.uri ?? repository.name}`;
  return folded(`${plural(layers.length, 'blob')}${where}`, shown);
}
