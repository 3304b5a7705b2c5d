import { mkdir } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../support/action-metadata.ts';
import { execute } from '../support/execute.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { type Bench, compare, measureLinearity, repeat } from './compare.ts';
import { type ConditionName, CONDITIONS } from './conditions.ts';
import { measureDepth } from './depth.ts';
import { writeDocument } from './document.ts';
import { makeIdentity } from './identity.ts';
import { crowdedSpecs, type LayoutSpec, layoutSpecs, sparseSpec } from './layout-specs.ts';
import { type Options, parseOptions, USAGE, UsageError } from './options.ts';
import { bareNode } from './push-once.ts';
import type { Cell, Results } from './results.ts';
import { startSink } from './sink-process.ts';
import { toMarkdown } from './tables.ts';
import { findTool, type Tool } from './tools.ts';

/** The same pushes by this action and by its rivals, against one sink, in one run: see docs/performance.md. */
async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  await using scratch = await temporaryDirectory();
  const identity = await makeIdentity(scratch.path);
  await using sink = await startSink(identity);
  const bench = {
    sink,
    identity,
    directory: await layoutsDirectory(options),
    runs: options.runs,
    cellSeconds: options.cellSeconds,
    inputs: options.inputs,
    say: (line: string) => console.error(line),
  };
  const results = await run(options, bench, commandOf(args));
  console.log(toMarkdown(results));
  if (options.write) await writeDocument(results);
}

function commandOf(args: readonly string[]): string {
  return args.length === 0 ? 'npm run bench' : `npm run bench -- ${args.join(' ')}`;
}

async function run(options: Options, bench: Bench, command: string): Promise<Results> {
  const found = await Promise.all(
    options.tools.map(async (name) => ({ name, tool: await findTool(name, options.inputs) })),
  );
  const tools = found.flatMap(({ tool }) => (tool === undefined ? [] : [tool]));
  const action = tools.find(({ name }) => name === 'action');
  const has = (part: Options['parts'][number]) => options.parts.includes(part);
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    commit: await commit(),
    scale: options.scale,
    machine: `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`,
    tools: found.map(({ name, tool }) => ({ name, version: tool?.version })),
    bareNode: await repeat(5, bareNode),
    cells: has('pushes') ? await compareEach(pushCases(options), tools, bench) : [],
    linearity:
      action && has('linearity') ? await measureLinearity(action, options.linear, bench) : [],
    memory: action && has('memory') ? await compareEach(memoryCases(options), [action], bench) : [],
    depth: action && has('depth') ? await measureDepth(options.scale, bench) : undefined,
  };
}

/** What is pushed, and under what. */
interface Case {
  readonly condition: ConditionName;
  readonly spec: LayoutSpec;
}

async function compareEach(
  cases: readonly Case[],
  tools: readonly Tool[],
  bench: Bench,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const { condition, spec } of cases) {
    cells.push(await compare(condition, spec, tools, bench));
  }
  return cells;
}

function pushCases({ conditions, layouts, scale }: Options): Case[] {
  const specs = layoutSpecs(scale);
  return conditions.flatMap((condition) =>
    (layouts ?? CONDITIONS[condition].layouts).map((layout) => ({
      condition,
      spec: specs[layout],
    })),
  );
}

/** One layer, one many times as large, and as many parts at once as there can be. */
function memoryCases({ sparse, scale }: Options): Case[] {
  return [
    ...sparse.map((gib): Case => ({ condition: 'loopback', spec: sparseSpec(gib) })),
    ...crowdedSpecs(scale).flatMap((spec): Case[] => [
      { condition: 'loopback-tls', spec },
      { condition: 'ecr-like-tls', spec },
    ]),
  ];
}

/** Kept from run to run, as making them takes longer than most pushes. */
async function layoutsDirectory({ scale }: Options): Promise<string> {
  const base = process.env['BENCH_LAYOUTS'] ?? join(tmpdir(), 'ecr-layer-push-bench');
  const directory = join(base, `scale-${scale}`);
  await mkdir(directory, { recursive: true });
  return directory;
}

async function commit(): Promise<string> {
  const git = (...args: string[]) => execute('git', '-C', fileURLToPath(REPOSITORY), ...args);
  const head = (await git('rev-parse', '--short', 'HEAD')).trim();
  const changed = (await git('status', '--porcelain', 'dist', 'src')).trim();
  return changed === '' ? head : `${head} and changes`;
}

const args = process.argv.slice(2);
try {
  if (args.includes('--help')) console.log(USAGE);
  else await main(args);
} catch (error) {
  if (!isUsageError(error)) throw error;
  console.error(`${error.message}\nSee npm run bench -- --help`);
  process.exitCode = 1;
}

function isUsageError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as NodeJS.ErrnoException;
  return error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS');
}
