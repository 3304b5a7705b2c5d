import { lowerBound } from './bound.ts';
import { type Bench, compare, partSizeOf } from './compare.ts';
import { type ConditionName, CONDITIONS, RATES, ROUND_TRIPS } from './conditions.ts';
import { type LayoutSpec, layoutSpecs, quarterSpec } from './layout-specs.ts';
import { makeLayout } from './make-layout.ts';
import { type DepthPoint, type DepthResults, type DepthRow, summarize } from './results.ts';
import type { ToolRuns, ToolSummary } from './results.ts';
import { findTool, type PartsInFlight, type Tool } from './tools.ts';

const DEPTHS = [1, 2, 4, 6, 8] as const;

/** One layer, by the action alone, with more and more of its parts in flight: the runs of one condition in turn. */
export async function measureDepth(scale: number, bench: Bench): Promise<DepthResults> {
  const one = layoutSpecs(scale)['one-gib'];
  const curve = await measurePoints('ecr-like', one, DEPTHS, bench);
  const table: DepthRow[] = [];
  for (const rate of RATES)
    for (const roundTrip of ROUND_TRIPS) {
      const name = `ecr-like-${rate}mib-${roundTrip}ms` as const;
      const points = await measurePoints(name, quarterSpec(scale), [1, 'auto'], bench);
      const [inTurn, auto] = points;
      if (inTurn && auto) table.push({ rate, roundTrip, inTurn, auto });
    }
  return { title: CONDITIONS['ecr-like'].title, curve, table };
}

async function measurePoints(
  condition: ConditionName,
  spec: LayoutSpec,
  depths: readonly PartsInFlight[],
  bench: Bench,
): Promise<DepthPoint[]> {
  const tools = await Promise.all(
    depths.map((partsInFlight) => findTool('action', { ...bench.inputs, partsInFlight })),
  );
  const there = tools.filter((tool): tool is Tool => tool !== undefined);
  const cell = await compare(condition, spec, there, bench);
  const layout = await makeLayout(bench.directory, spec);
  const { limits } = CONDITIONS[condition];
  const partSize = partSizeOf(bench.inputs);
  return depths.map((partsInFlight, at) => {
    const depth = partsInFlight === 'auto' ? Infinity : partsInFlight;
    return {
      partsInFlight,
      summary: summaryOf(cell.tools[at], partsInFlight),
      bound: lowerBound(layout, limits, Infinity, { depth, partSize }).ecrWithQuotas,
    };
  });
}

/** A build that does not know the input sends its parts in turn, which is no measurement of more of them. */
export function summaryOf(
  runs: ToolRuns | undefined,
  partsInFlight: PartsInFlight,
): ToolSummary | undefined {
  if (runs === undefined || runs.failure !== undefined || runs.runs.length === 0) return undefined;
  const summary = summarize(runs);
  const isMore = typeof partsInFlight === 'number' && partsInFlight > 1;
  return isMore && summary.partsAtOnce < 2 ? undefined : summary;
}
