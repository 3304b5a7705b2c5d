import { formatBytes } from './format.ts';
import { oneLine } from './markdown.ts';
import type { ReportLayer, ReportTarget } from './report-format.ts';

/** The most bars of one diagram, and repositories in it: with more it cannot be read. */
const MAX_BARS = 40;
const MAX_SECTIONS = 8;

/** The most characters of an instruction beside its bar, and of a repository beside its section. */
const MAX_NAME = 32;
const MAX_TITLE = 40;

/** Beside the bars there is room for half a label of the axis, or for titles: about the width of a character (CSS pixels). */
const MIN_PADDING = 40;
const CHARACTER = 6.5;

/** The most ticks of the axis. */
const MAX_TICKS = 10;

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Milliseconds between two ticks, and what Mermaid calls that. */
const INTERVALS: readonly (readonly [interval: number, name: string])[] = [
  ...[100, 200, 500].map((count) => [count, `${count}millisecond`] as const),
  ...[1, 2, 5, 10, 15, 30].map((count) => [count * SECOND, `${count}second`] as const),
  ...[1, 2, 5, 10, 15, 30].map((count) => [count * MINUTE, `${count}minute`] as const),
  ...[1, 2, 6].map((count) => [count * 60 * MINUTE, `${count}hour`] as const),
];

/** Times are ms since the epoch. */
interface Bar {
  readonly name: string;
  /** `active`: not by this push. `crit`: not completed. */
  readonly state: 'sent' | 'active' | 'crit';
  readonly from: number;
  readonly to: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * When each layer was uploaded, as the source of a Mermaid diagram; undefined if none was. Of many layers, those that took
 * longest have a bar each, and the others share bars.
 */
export function uploadGantt(targets: readonly ReportTarget[]): string | undefined {
  const titles = titlesOf(targets);
  const sections = targets
    .map((target, at) => ({ title: titles[at] ?? '', bars: barsOf(target) }))
    .filter(({ bars }) => bars.length > 0)
    .slice(0, MAX_SECTIONS);
  if (sections.length === 0) return undefined;
  const most = Math.floor(MAX_BARS / sections.length);
  const longest = Math.max(...sections.map(({ title }) => title.length));
  const leftPadding = Math.max(MIN_PADDING, Math.round(MIN_PADDING / 2 + longest * CHARACTER));
  return [
    `%%{init: ${JSON.stringify({ gantt: { leftPadding } })}}%%`,
    'gantt',
    'dateFormat x',
    ...axisOf(sections.flatMap(({ bars }) => bars)),
    'todayMarker off',
    ...sections.flatMap(({ title, bars }) => [
      ...(title === '' ? [] : [`section ${title}`]),
      ...grouped(bars, most).map(barLine),
    ]),
  ].join('\n');
}

/** Not so fine that ticks have the same label. */
function axisOf(bars: readonly Bar[]): readonly string[] {
  const from = Math.min(...bars.map((bar) => bar.from));
  const to = Math.max(...bars.map((bar) => bar.to));
  const fits = ([interval]: (typeof INTERVALS)[number]): boolean =>
    (to - from) / interval <= MAX_TICKS;
  const [interval, name] = INTERVALS.find(fits) ?? [0, ''];
  const format = interval < SECOND ? '%S.%L s' : '%H:%M:%S';
  return name === '' ? ['axisFormat %H:%M'] : [`axisFormat ${format}`, `tickInterval ${name}`];
}

function barLine({ name, state, from, to }: Bar): string {
  // Mermaid draws no bar that ends when it begins.
  const times = `${from}, ${Math.max(to, from + 1)}`;
  return `${name} :${state === 'sent' ? '' : `${state}, `}${times}`;
}

/** Each says what tells its repository from the others; a single one has none. */
function titlesOf(targets: readonly ReportTarget[]): readonly string[] {
  if (targets.length === 1) return [''];
  const all = targets.map(({ repository: { registryId = '', region = '', name } }) => [
    registryId,
    region,
    name,
  ]);
  const isTelling = (at: number): boolean => new Set(all.map((parts) => parts[at])).size > 1;
  return all.map(
    (parts) => plain(parts.filter((_, at) => isTelling(at)).join(' '), MAX_TITLE) || 'repository',
  );
}

/** None where not a byte was sent: what began there, and was refused, is no upload. */
function barsOf({ layers, finishedAt, totals }: ReportTarget): readonly Bar[] {
  if (totals.bytesOnWire === 0) return [];
  const bars = layers.flatMap((layer) => {
    if (layer.startedAt === undefined) return [];
    const from = Date.parse(layer.startedAt);
    const to = Date.parse(layer.finishedAt ?? finishedAt);
    return [{ name: nameOf(layer), state: stateOf(layer), from, to, size: layer.size }];
  });
  return inOrder(bars);
}

function inOrder(bars: readonly Bar[]): Bar[] {
  return bars.toSorted((one, other) => one.from - other.from || one.to - other.to);
}

function nameOf({ instruction = '', digest, mediaType, size }: ReportLayer): string {
  const short = digest.slice('sha256:'.length, 'sha256:'.length + 6);
  return sized(size, plain(instruction, MAX_NAME) || `${whatIs(mediaType)} ${short}`);
}

/** The size comes first: what begins with a digit is no word of Mermaid's own. */
function sized(bytes: number, what: string): string {
  return `${formatBytes(bytes)} \u00b7 ${what}`;
}

/** Docker's config is a `container.image`. */
function whatIs(mediaType: string): string {
  return /config|container\.image/.test(mediaType) ? 'config' : 'layer';
}

function stateOf({ kind }: ReportLayer): Bar['state'] {
  if (kind === 'completed-elsewhere') return 'active';
  return kind === 'missing' ? 'crit' : 'sent';
}

/** Letters, digits and little else: what Mermaid could take for the end of a name, a comment or HTML becomes a space. */
function plain(text: string, longest: number): string {
  const name = oneLine(text, 500)
    .replace(/[^\p{L}\p{N} ./_-]+/gu, ' ')
    .replace(/^[\s./_-]+|-{2,}/g, ' ');
  return Array.from(oneLine(name, 500)).slice(0, longest).join('').trim();
}

/** At most `most` bars: a quarter of them for the layers that took least, those together that began together. */
function grouped(bars: readonly Bar[], most: number): readonly Bar[] {
  if (bars.length <= most) return bars;
  const shared = Math.max(Math.floor(most / 4), 1);
  const longestFirst = bars.toSorted((one, other) => other.to - other.from - (one.to - one.from));
  const own = longestFirst.slice(0, most - shared);
  const rest = inOrder(longestFirst.slice(own.length));
  const each = Math.ceil(rest.length / shared);
  const groups = Array.from({ length: Math.ceil(rest.length / each) }, (_, at) =>
    joined(rest.slice(at * each, (at + 1) * each)),
  );
  return inOrder([...own, ...groups]);
}

function joined(bars: readonly Bar[]): Bar {
  const size = bars.reduce((sum, bar) => sum + bar.size, 0);
  const isAny = (state: Bar['state']): boolean => bars.some((bar) => bar.state === state);
  return {
    name: sized(size, `${bars.length} layers`),
    state: isAny('crit') ? 'crit' : isAny('sent') ? 'sent' : 'active',
    from: Math.min(...bars.map(({ from }) => from)),
    to: Math.max(...bars.map(({ to }) => to)),
    size,
  };
}
