import { lowerBound } from './bound.ts';
import { CONDITIONS, type ConditionName } from './conditions.ts';
import { type LayoutSpec, linearSpec } from './layout-specs.ts';
import { type Layout, makeLayout } from './make-layout.ts';
import { pushOnce, type Stage, warm } from './push-once.ts';
import { type Cell, type LinearPoint, median, summarize, type ToolRuns } from './results.ts';
import { PART_SIZE } from './sink/ecr-api.ts';
import type { Limits } from './sink/limits.ts';
import type { ActionInputs, Tool } from './tools.ts';

/** What the whole bench shares. */
export interface Bench extends Stage {
  /** For the layouts. */
  readonly directory: string;
  readonly runs: number;
  readonly cellSeconds: number;
  /** What the action is told. */
  readonly inputs: ActionInputs;
  /** Says what is being done. */
  readonly say: (line: string) => void;
}

/** Every tool pushes the layout, in turn, round after round; another begins each round. */
export async function compare(
  name: ConditionName,
  spec: LayoutSpec,
  tools: readonly Tool[],
  bench: Bench,
): Promise<Cell> {
  const layout = await makeLayout(bench.directory, spec);
  await warm(layout);
  const all = new Map<Tool, ToolRuns>(tools.map((tool) => [tool, { tool: tool.name, runs: [] }]));
  const startedAt = performance.now();
  for (let round = 0; round < bench.runs; round++) {
    if (performance.now() - startedAt > bench.cellSeconds * 1000) break;
    for (const tool of rotated(tools, round)) {
      const before = all.get(tool);
      if (before?.failure === undefined)
        all.set(tool, await again(tool, layout, name, bench, before));
    }
  }
  const { limits } = CONDITIONS[name];
  const partSize = partSizeOf(bench.inputs);
  const cell = { condition: name, layout: spec.name, title: spec.title, tools: [...all.values()] };
  return {
    ...cell,
    bound: lowerBound(layout, limits, Infinity, { partSize }),
    boundSideBySide: lowerBound(layout, limits, Infinity, { partSize, depth: Infinity }),
    boundAsOpened: boundOf(layout, limits, cell.tools, bench.inputs),
  };
}

/** Bytes. */
export function partSizeOf({ partSize }: ActionInputs): number {
  return partSize === undefined ? PART_SIZE : partSize * 1024 * 1024;
}

/** The bound at as many connections as the action opened: the rest of its time is not for want of more of them. */
function boundOf(
  layout: Layout,
  limits: Limits,
  tools: readonly ToolRuns[],
  inputs: ActionInputs,
): number | undefined {
  const action = tools.find(({ tool, runs }) => tool === 'action' && runs.length > 0);
  if (action === undefined) return undefined;
  const { connections } = summarize(action);
  const depth = typeof inputs.partsInFlight === 'number' ? inputs.partsInFlight : Infinity;
  return lowerBound(layout, limits, connections, { depth, partSize: partSizeOf(inputs) })
    .ecrWithQuotas;
}

async function again(
  tool: Tool,
  layout: Layout,
  condition: ConditionName,
  bench: Bench,
  { runs }: Pick<ToolRuns, 'runs'> = { runs: [] },
): Promise<ToolRuns> {
  const what = `${condition} ${layout.spec.name} ${tool.label}`;
  try {
    const run = await pushOnce(tool, layout, CONDITIONS[condition], bench);
    bench.say(`${what}: ${run.wall.toFixed(2)} s`);
    return { tool: tool.name, runs: [...runs, run] };
  } catch (error) {
    bench.say(`${what} FAILED: ${String(error)}`);
    return { tool: tool.name, runs, failure: String(error) };
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** The action alone: an index of 8 platforms, of more and more blobs. */
export async function measureLinearity(
  action: Tool,
  counts: readonly number[],
  bench: Bench,
): Promise<LinearPoint[]> {
  const points: LinearPoint[] = [];
  for (const blobs of counts) {
    const layout = await makeLayout(bench.directory, linearSpec(blobs));
    await warm(layout);
    const { counts, wall, cpu } = await pushOnce(action, layout, CONDITIONS.latency, bench);
    bench.say(`linearity ${blobs} blobs: ${counts.requests} requests, ${wall.toFixed(2)} s`);
    points.push({ blobs, requests: counts.requests, wall, cpu });
  }
  return points;
}

/** Of several starts (s). */
export async function repeat(times: number, work: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let time = 0; time < times; time++) values.push(await work());
  return median(values);
}
