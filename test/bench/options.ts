import { parseArgs } from 'node:util';
import { CONDITION_NAMES, type ConditionName } from './conditions.ts';
import { LAYOUT_NAMES, type LayoutName } from './layout-specs.ts';
import { type ActionInputs, TOOL_NAMES, type ToolName } from './tools.ts';

const PART_NAMES = ['pushes', 'linearity', 'memory', 'depth'] as const;
type PartName = (typeof PART_NAMES)[number];

export interface Options {
  /** Undefined: those that the condition names. */
  readonly layouts: readonly LayoutName[] | undefined;
  readonly conditions: readonly ConditionName[];
  readonly tools: readonly ToolName[];
  readonly parts: readonly PartName[];
  /** Pushes of each layout by each tool under each condition, unless `cellSeconds` ends them sooner. */
  readonly runs: number;
  /** After so long no further round over the tools is begun (s). */
  readonly cellSeconds: number;
  /** Of the layouts' sizes and counts. */
  readonly scale: number;
  /** What the action is told. */
  readonly inputs: ActionInputs;
  /** GiB of the sparse layers. */
  readonly sparse: readonly number[];
  /** Blobs of the indexes of 8 platforms. */
  readonly linear: readonly number[];
  /** Write docs/performance.md and its plots. */
  readonly write: boolean;
}

export const USAGE = `npm run bench -- [options]
  --layouts LIST     ${LAYOUT_NAMES.join(', ')}
  --conditions LIST  ${CONDITION_NAMES.join(', ')}
  --tools LIST       ${TOOL_NAMES.join(', ')}
  --parts LIST       ${PART_NAMES.join(', ')} (all but depth)
  --runs N           pushes of each layout by each tool (3)
  --part-size N      the action's input part-size (MiB)
  --parts-in-flight N|auto
                     the action's input parts-in-flight; the part depth sets its own
  --scale N          sizes and counts times N, at most 1
  --cell-seconds N   begin no further round over the tools after so long (60)
  --quick            one run, sizes and counts divided by 20, two conditions: under two minutes
  --write            write docs/performance.md and its plots
  BENCH_TOOLS        a folder with crane, oras, regctl and skopeo, looked into before PATH
  BENCH_ACTION       another build's index.js, instead of dist/index.js
  BENCH_BEFORE       another build's index.js, to push in turn with that one
  BENCH_LAYOUTS      a folder to make the layouts in, and to keep them (about 5 GB)`;

/** A mistake on the command line. */
export class UsageError extends Error {}

/** @throws UsageError; the errors of `parseArgs`, whose codes begin with ERR_PARSE_ARGS */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      layouts: { type: 'string' },
      conditions: { type: 'string' },
      tools: { type: 'string' },
      parts: { type: 'string' },
      runs: { type: 'string' },
      'part-size': { type: 'string' },
      'parts-in-flight': { type: 'string' },
      scale: { type: 'string' },
      'cell-seconds': { type: 'string', default: '60' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  const usual = quick ? QUICK_CONDITIONS : USUAL_CONDITIONS;
  return {
    layouts: values.layouts === undefined ? undefined : chosen(values.layouts, LAYOUT_NAMES),
    conditions:
      values.conditions === undefined ? usual : chosen(values.conditions, CONDITION_NAMES),
    tools: values.tools === undefined ? TOOL_NAMES : chosen(values.tools, TOOL_NAMES),
    parts: values.parts === undefined ? USUAL_PARTS : chosen(values.parts, PART_NAMES),
    runs: count('--runs', values.runs ?? (quick ? '1' : '3')),
    cellSeconds: count('--cell-seconds', values['cell-seconds']),
    scale: values.scale === undefined ? (quick ? 1 / 20 : 1) : fraction('--scale', values.scale),
    inputs: {
      partSize: optional(values['part-size'], (text) => count('--part-size', text)),
      partsInFlight: optional(values['parts-in-flight'], (text) =>
        text === 'auto' ? text : count('--parts-in-flight', text),
      ),
    },
    sparse: quick ? [0.1, 1] : [1, 20],
    linear: quick ? [25, 50, 100] : [250, 500, 1000],
    write: values.write,
  };
}

const USUAL_PARTS: readonly PartName[] = ['pushes', 'linearity', 'memory'];
const USUAL_CONDITIONS: readonly ConditionName[] = [
  'loopback',
  'loopback-tls',
  'latency',
  'ecr-like',
];
const QUICK_CONDITIONS: readonly ConditionName[] = ['loopback', 'ecr-like'];

function chosen<T extends string>(text: string, allowed: readonly T[]): T[] {
  return text.split(',').map((name) => {
    const found = allowed.find((value) => value === name.trim());
    if (found === undefined)
      throw new UsageError(`unknown: ${name.trim()}; there are ${allowed.join(', ')}`);
    return found;
  });
}

function optional<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}

function fraction(option: string, text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new UsageError(`${option} ${text}: give a number above 0, at most 1`);
}

function count(option: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`${option} ${text}: give a whole number from 1 on`);
}
