import { formatBytes, formatDuration, plural, shortDigest } from './format.ts';
import { code, link, prose, table } from './markdown.ts';
import type {
  ReportCount,
  ReportDescriptor,
  ReportFile,
  ReportLayer,
  ReportManifest,
  ReportMode,
  ReportPlatform,
  ReportTag,
  ReportTarget,
} from './report-format.ts';

/** The most rows of a table; the report file has all. */
const MAX_ROWS = 500;

/** The repository as pulls name it, if that is known, with a link to where one can look at it. */
export function nameOf({ repository }: ReportTarget): string {
  const { uri, name, region, consoleUrl } = repository;
  if (uri === undefined && region !== undefined) return `${code(name)} in ${code(region)}`;
  return link(code(uri ?? name), consoleUrl);
}

/** How each repository ended, and what went there. */
export function targetsTable({ targets, mode }: ReportFile): string {
  const sent = mode === 'plan' ? 'To send' : 'Sent';
  return capped(
    ['Repository', 'Result', sent, 'Already there', 'Saved', 'Time'],
    targets.map((target) => {
      const { totals, startedAt, finishedAt } = target;
      return [
        nameOf(target),
        resultOf(target, mode),
        counted(mode === 'plan' ? totals.missing : totals.sent),
        counted(totals.present),
        savedBy(target),
        together(formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))),
      ];
    }),
  );
}

function counted({ layers, bytes }: ReportCount): string {
  if (layers === 0) return 'nothing';
  return `${together(plural(layers, 'blob'))}, ${together(formatBytes(bytes))}`;
}

/** A push that failed has saved nothing. */
function savedBy({ totals: { savedPercent }, error }: ReportTarget): string {
  return savedPercent === undefined || error !== undefined ? '' : together(`${savedPercent} %`);
}

/** A number and its unit, on one line also in a narrow column. */
function together(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

function resultOf({ error, created, exists }: ReportTarget, mode: ReportMode): string {
  const isPlan = mode === 'plan';
  if (error !== undefined) return `${isPlan ? 'would fail' : 'failed'}: ${code(error.code)}`;
  if (created) return isPlan ? 'would be created' : 'complete, created';
  if (isPlan)
    return exists === false
      ? 'does not exist: a push fails unless ECR creates it'
      : 'can be pushed';
  return 'complete';
}

/** What became of each tag. */
export function tagsTable({ targets, mode }: ReportFile): string {
  const rows = targets.flatMap((target) =>
    target.tags.map((tag) => [code(tag.tag), nameOf(target), fateOf(tag, mode)]),
  );
  const isOne = targets.length === 1;
  const without = (cells: readonly string[]): string[] => cells.filter((_, at) => at !== 1);
  const headings = ['Tag', 'Repository', mode === 'plan' ? 'What would become of it' : 'Outcome'];
  return isOne ? capped(without(headings), rows.map(without)) : capped(headings, rows);
}

function fateOf({ outcome, from, holder }: ReportTag, mode: ReportMode): string {
  const would = mode === 'plan' ? 'would be ' : '';
  const other = holder === undefined ? 'another image' : code(holder);
  switch (outcome) {
    case 'moved':
      return `${would}moved from ${code(from ?? '')}`;
    case 'left':
      return `${would}left: it is immutable and points to ${other}`;
    case 'refused':
      return `${would}refused: it is immutable and points to ${other}`;
    case 'put':
      return `${would}put; what it pointed to before is unknown`;
    case 'untouched':
      return 'not reached: it points where it did';
    case 'unsure':
      return 'unsure: the push failed on its way there, and it may point to this image';
    default:
      return `${would}${outcome}`;
  }
}

const KINDS: Readonly<Record<ReportLayer['kind'], string>> = {
  sent: 'sent',
  present: 'already there',
  'completed-elsewhere': 'completed by another job',
  missing: 'did not arrive',
};

function fateOfLayer({ kind, startedAt }: ReportLayer, mode: ReportMode): string {
  if (kind !== 'missing') return KINDS[kind];
  if (mode === 'plan') return 'to send';
  return startedAt === undefined ? 'not reached' : KINDS.missing;
}

/** Each config and layer of one repository, and what made it. */
export function layersTable({ layers }: ReportTarget, mode: ReportMode): string {
  return capped(
    ['Digest', 'Size', 'Result', 'Instruction'],
    layers.map((layer) => [
      code(shortDigest(layer.digest)),
      together(formatBytes(layer.size)),
      `${fateOfLayer(layer, mode)}${timeOf(layer)}`,
      layer.instruction === undefined ? code(layer.mediaType) : code(layer.instruction),
    ]),
  );
}

function timeOf({ kind, size, startedAt, finishedAt }: ReportLayer): string {
  if (kind !== 'sent' || startedAt === undefined || finishedAt === undefined) return '';
  const time = Date.parse(finishedAt) - Date.parse(startedAt);
  const rate = time === 0 ? '' : `, ${formatBytes(Math.round((size * 1000) / time))}/s`;
  return ` in ${formatDuration(time)}${rate}`;
}

/** What an index of joined images lists. */
export function joinedTable(joined: readonly ReportDescriptor[]): string {
  return capped(
    ['Platform', 'Manifest', 'Media type'],
    joined.map(({ platform, digest, mediaType }) => [
      code(platform === undefined ? '' : platformText(platform)),
      code(digest),
      code(mediaType),
    ]),
  );
}

/** With the version that tells images for Windows apart. */
export function platformText(platform: ReportPlatform): string {
  const { os, architecture, variant } = platform;
  const name = [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
  return `${name} ${platform['os.version'] ?? ''}`;
}

/** Those that were put or, in a plan, would be. */
export function manifestsTable(manifests: readonly ReportManifest[]): string {
  return capped(
    ['Manifest', 'Tag'],
    manifests.map(({ what, tag }) => [prose(what, 250), code(tag ?? '')]),
  );
}

function capped(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const left = rows.length - MAX_ROWS;
  const shown = table(headings, rows.slice(0, MAX_ROWS));
  return left > 0 ? `${shown}\n\nand ${left} more.` : shown;
}
