import { CONDITIONS } from './conditions.ts';
import {
  type Cell,
  type DepthPoint,
  type DepthResults,
  type DepthRow,
  fitLine,
  type LinearPoint,
  type Results,
  summarize,
  type ToolRuns,
  type ToolSummary,
} from './results.ts';
import { HASHING_RIVALS, isRival } from './tools.ts';

/** All that was measured, as Markdown. */
export function toMarkdown(results: Results): string {
  const conditions = [...new Set(results.cells.map(({ condition }) => condition))];
  return [
    header(results),
    ...(conditions.length === 0 ? [] : [verdicts(results)]),
    ...beforeAndNow(results.cells),
    ...conditions.map((condition) => {
      const cells = results.cells.filter((cell) => cell.condition === condition);
      const plot = `![Wall time per tool and layout](performance-${condition}.svg)`;
      return `### ${CONDITIONS[condition].title}\n\n${plot}\n\n${pushes(cells)}`;
    }),
    ...(results.linearity.length === 0 ? [] : [linearity(results.linearity)]),
    ...(results.memory.length === 0 ? [] : [memory(results.memory)]),
    ...(results.depth === undefined ? [] : [depthTables(results.depth)]),
  ].join('\n\n');
}

/** Which run it was that measured this. */
export function header({
  date,
  command,
  commit,
  scale,
  machine,
  tools,
  bareNode,
}: Results): string {
  const there = tools
    .filter(({ name, version }) => name !== 'before' || version !== undefined)
    .map(({ name, version }) => `${name} ${version ?? '**not installed**'}`);
  return [
    `Measured on ${date} at commit \`${commit}\` with \`${command}\`, on ${machine}.`,
    ...(scale === 1 ? [] : [`**A quick run: sizes and counts times ${scale}.**`]),
    `Tools: ${there.join(', ')}. Node alone starts and ends in ${seconds(bareNode)} s.`,
  ].join('\n');
}

type Row = readonly string[];

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${head.map((_, at) => cells[at] ?? '').join(' | ')} |`;
  const rule = head.map((_, at) => (at < 2 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** The action against its bound and against the best of the others, a line per layout and condition. */
function verdicts({ cells, bareNode }: Results): string {
  const rows = cells.flatMap((cell) => {
    const summaries = cell.tools.filter(({ runs }) => runs.length > 0).map(summarize);
    const own = summaries.find(({ tool }) => tool === 'action');
    const rivals = summaries.filter(({ tool }) => isRival(tool));
    if (own === undefined) return [];
    const hashing = rivals.filter(({ tool }) => HASHING_RIVALS.has(tool));
    const against = [...beside(own, rivals), ...beside(own, hashing)];
    return [[cell.title, cell.condition, ...besideBound(cell, own, bareNode), ...against]];
  });
  const head = [
    'layout',
    'condition',
    'this action (s)',
    'bound, parts in turn (s)',
    '÷ (that + bare Node)',
    'bound, side by side (s)',
    '÷ (that + bare Node)',
    'bound at its connections (s)',
    'best rival (s)',
    '÷ best rival',
    'best that hashes (s)',
    '÷ best that hashes',
  ];
  return `### This action, its bound and its best rival\n\n${table(head, rows)}`;
}

/** The action against another build of it, pushed in turn: ratios of medians. */
function beforeAndNow(cells: readonly Cell[]): string[] {
  const rows = cells.flatMap((cell) => {
    const summaries = cell.tools.filter(({ runs }) => runs.length > 0).map(summarize);
    const own = summaries.find(({ tool }) => tool === 'action');
    const before = summaries.find(({ tool }) => tool === 'before');
    if (own === undefined || before === undefined) return [];
    const of = (value: (summary: ToolSummary) => number) => ratio(value(own) / value(before));
    return [
      [
        cell.title,
        cell.condition,
        of(({ wall }) => wall),
        of(({ cpu }) => cpu),
        of(({ peakMemory }) => peakMemory),
        of(({ startUp }) => startUp),
      ],
    ];
  });
  if (rows.length === 0) return [];
  const head = ['layout', 'condition', 'wall', 'CPU', 'peak memory', 'first request'];
  return [`### This action ÷ the build before\n\n${table(head, rows)}`];
}

function besideBound(
  { bound, boundSideBySide, boundAsOpened }: Cell,
  own: ToolSummary,
  bareNode: number,
): string[] {
  if (bound.ecr === 0) return [seconds(own.wall), '–', '–', '–', '–', '–'];
  return [
    seconds(own.wall),
    ...[bound, boundSideBySide].flatMap(({ ecrWithQuotas }) => [
      seconds(ecrWithQuotas),
      ratio(own.wall / (ecrWithQuotas + bareNode)),
    ]),
    `${seconds(boundAsOpened ?? NaN)} (${own.connections})`,
  ];
}

function beside(own: ToolSummary, rivals: readonly ToolSummary[]): string[] {
  const [best] = rivals.toSorted((a, b) => a.wall - b.wall);
  if (best === undefined) return ['–', '–'];
  return [`${seconds(best.wall)} (${best.tool})`, ratio(own.wall / best.wall)];
}

function pushes(cells: readonly Cell[]): string {
  const head = [
    'layout',
    'tool',
    'runs',
    'wall (s)',
    'fastest–slowest',
    'CPU (s)',
    'peak memory (MB)',
    'on the wire (MB)',
    'requests',
    'connections',
    'parts of a layer at once',
    'first request (s)',
    "sink's CPU (s)",
  ];
  const rows = cells.flatMap((cell) => [
    ...cell.tools.map((runs) => [cell.title, runs.tool, ...numbers(runs)]),
    ...boundRows(cell),
  ]);
  return table(head, rows);
}

function numbers(toolRuns: ToolRuns): string[] {
  if (toolRuns.runs.length === 0) return ['0', 'failed'];
  const found = summarize(toolRuns);
  return [
    String(found.runs),
    seconds(found.wall),
    `${seconds(found.fastest)}–${seconds(found.slowest)}`,
    seconds(found.cpu),
    (found.peakMemory / 1e6).toFixed(0),
    (found.bytes / 1e6).toFixed(1),
    String(found.requests),
    String(found.connections),
    // Others' layers go as raw streams.
    found.partsAtOnce === 0 ? '–' : String(found.partsAtOnce),
    seconds(found.startUp),
    seconds(found.sinkCpu),
  ];
}

function boundRows({ title, bound, boundSideBySide }: Cell): Row[] {
  if (bound.ecr === 0) return [];
  const inFull = ({ ecr, ecrWithQuotas }: Cell['bound']) =>
    `*${seconds(ecr)}${ecrWithQuotas > ecr ? `, ${seconds(ecrWithQuotas)} with quotas` : ''}*`;
  return [
    [title, "*bound, ECR's API, parts in turn*", '', inFull(bound)],
    [title, "*bound, ECR's API, side by side*", '', inFull(boundSideBySide)],
    [title, '*bound, OCI API*', '', `*${seconds(bound.oci)}*`],
  ];
}

function linearity(points: readonly LinearPoint[]): string {
  const rows = points.map(({ blobs, requests, wall, cpu }) => [
    String(blobs),
    String(requests),
    seconds(wall),
    seconds(cpu),
  ]);
  const fits = [
    `Requests: ${describeFit(points.map(({ blobs, requests }) => [blobs, requests]))}.`,
    `CPU: ${describeFit(points.map(({ blobs, cpu }) => [blobs, cpu * 1000]))} (ms).`,
    `Wall: ${describeFit(points.map(({ blobs, wall }) => [blobs, wall * 1000]))} (ms).`,
  ];
  return [
    '### An index of 8 platforms, of more and more blobs (20 ms a request)',
    table(['blobs', 'requests', 'wall (s)', 'CPU (s)'], rows),
    fits.join('\n'),
  ].join('\n\n');
}

function describeFit(points: readonly (readonly [blobs: number, value: number])[]): string {
  const { slope, intercept, rSquared } = fitLine(points);
  const sign = intercept < 0 ? '−' : '+';
  return `${slope.toFixed(2)} a blob ${sign} ${Math.abs(intercept).toFixed(0)}, R² = ${rSquared.toFixed(4)}`;
}

function memory(cells: readonly Cell[]): string {
  const rows = cells.map((cell) => {
    const [runs] = cell.tools;
    if (runs === undefined || runs.runs.length === 0) return [cell.title, cell.condition, 'failed'];
    const { peakMemory, wall, cpu } = summarize(runs);
    return [
      cell.title,
      cell.condition,
      (peakMemory / 1e6).toFixed(0),
      seconds(wall),
      seconds(cpu),
      String(runs.runs.length),
    ];
  });
  const head = ['image', 'condition', 'peak memory (MB)', 'wall (s)', 'CPU (s)', 'runs'];
  return `### The action's memory\n\n${table(head, rows)}`;
}

/** One layer with more and more of its parts in flight. */
export function depthTables({ title, curve, table: rows }: DepthResults): string {
  return [
    `### One layer over several connections: ${title}`,
    '![Wall time and bound over the number of parts in flight](performance-depth.svg)',
    table(
      [
        'parts in flight',
        'wall (s)',
        'fastest–slowest',
        'bound (s)',
        '÷ bound',
        'on the wire at once',
        'connections',
        'CPU (s)',
        'peak memory (MB)',
      ],
      curve.map(depthRow),
    ),
    '### Parts in turn, and as many in flight as the action finds good, by rate and round trip',
    table(
      [
        'a connection',
        'a request',
        'in turn (s)',
        'bound (s)',
        'auto (s)',
        'bound (s)',
        'auto ÷ in turn',
        'on the wire at once',
      ],
      rows.map(matrixRow),
    ),
  ].join('\n\n');
}

function depthRow({ partsInFlight, summary, bound }: DepthPoint): Row {
  if (summary === undefined) return [String(partsInFlight), 'failed', '–', seconds(bound)];
  const { wall, fastest, slowest, partsAtOnce, connections, cpu, peakMemory } = summary;
  return [
    String(partsInFlight),
    seconds(wall),
    `${seconds(fastest)}–${seconds(slowest)}`,
    seconds(bound),
    ratio(wall / bound),
    String(partsAtOnce),
    String(connections),
    seconds(cpu),
    (peakMemory / 1e6).toFixed(0),
  ];
}

function matrixRow({ rate, roundTrip, inTurn, auto }: DepthRow): Row {
  const wall = ({ summary }: DepthPoint) =>
    summary === undefined ? 'failed' : seconds(summary.wall);
  const [one, many] = [inTurn.summary, auto.summary];
  return [
    `${rate} MiB/s`,
    `${roundTrip} ms`,
    wall(inTurn),
    seconds(inTurn.bound),
    wall(auto),
    seconds(auto.bound),
    one && many ? ratio(many.wall / one.wall) : '–',
    many ? String(many.partsAtOnce) : '–',
  ];
}

function seconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

function ratio(value: number): string {
  return value.toFixed(2);
}
