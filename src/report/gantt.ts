import { formatBytes } from './format.ts';
import { oneLine } from './markdown.ts';
import type { ReportLayer, ReportTarget } from './report-format.ts';

/** The most bars of one diagram, and repositories in it: with more it cannot be read. */
const MAX_BARS = 40;
const MAX_SECTIONS = 8;

/** The most characters of an instruction beside its bar, and of a repository beside its section. */
const MAX_NAME = 32;
const MAX_TITLE = 48;

/** Times are ms since the epoch. */
interface Bar {
  readonly name: string;
  /** `active`: not by this push. `crit`: not completed. */
  readonly state: 'done' | 'active' | 'crit';
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
  const sections = targets
    .map((target) => ({ title: titleOf(target), bars: barsOf(target) }))
    .filter(({ bars }) => bars.length > 0)
    .slice(0, MAX_SECTIONS);
  if (sections.length === 0) return undefined;
  const most = Math.floor(MAX_BARS / sections.length);
  return [
    'gantt',
    'dateFormat x',
    'axisFormat %H:%M:%S',
    'todayMarker off',
    ...sections.flatMap(({ title, bars }) => [
      `section ${plain(title, MAX_TITLE) || 'repository'}`,
      ...grouped(bars, most).map(barLine),
    ]),
  ].join('\n');
}

function barLine({ name, state, from, to }: Bar): string {
  // Mermaid draws no bar that ends when it begins.
  return `${name} :${state}, ${from}, ${Math.max(to, from + 1)}`;
}

function titleOf({ repository: { name, region = '' } }: ReportTarget): string {
  return `${region} ${name}`;
}

function barsOf({ layers, finishedAt }: ReportTarget): readonly Bar[] {
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

/** The point before an instruction keeps Mermaid from taking its first word for one of its own. */
function nameOf({ instruction = '', digest, mediaType, size }: ReportLayer): string {
  const made = plain(instruction, MAX_NAME);
  const what = made === '' ? whatIs(mediaType) : `\u00b7 ${made}`;
  return `${what} ${digest.slice('sha256:'.length, 'sha256:'.length + 6)} ${formatBytes(size)}`;
}

/** Docker's config is a `container.image`. */
function whatIs(mediaType: string): string {
  return /config|container\.image/.test(mediaType) ? 'config' : 'layer';
}

function stateOf({ kind }: ReportLayer): Bar['state'] {
  if (kind === 'completed-elsewhere') return 'active';
  return kind === 'missing' ? 'crit' : 'done';
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
    name: `${bars.length} layers ${formatBytes(size)}`,
    state: isAny('crit') ? 'crit' : isAny('done') ? 'done' : 'active',
    from: Math.min(...bars.map(({ from }) => from)),
    to: Math.max(...bars.map(({ to }) => to)),
    size,
  };
}
