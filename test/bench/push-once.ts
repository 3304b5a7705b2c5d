import { createReadStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import type { Condition } from './conditions.ts';
import type { IdentityFiles } from './identity.ts';
import { type Layout, TAG } from './make-layout.ts';
import { measure, type Measured } from './measure.ts';
import type { SinkProcess, SinkReport } from './sink-process.ts';
import type { Counts } from './sink/sink.ts';
import type { Tool } from './tools.ts';

/** One push by one tool. */
export interface Run extends Measured {
  readonly counts: Counts;
  /** From the start of the process to its first request (s). */
  readonly startUp: number;
  /** Of the sink, for this push (s). */
  readonly sinkCpu: number;
}

/** What the pushes of one bench share. */
export interface Stage {
  readonly sink: SinkProcess;
  readonly identity: IdentityFiles;
}

export async function pushOnce(
  tool: Tool,
  layout: Layout,
  { limits, tls }: Pick<Condition, 'limits' | 'tls'>,
  { sink, identity }: Stage,
): Promise<Run> {
  await using scratch = await temporaryDirectory();
  await sink.configure(layout.before, limits);
  const port = tls ? sink.tlsPort : sink.plainPort;
  const { directory } = layout;
  const { certPath } = identity;
  const before = await sink.report();
  const command = await tool.command({ directory, port, tls, certPath, scratch: scratch.path });
  const measured = await measure(command, scratch.path);
  const after = await sink.report();
  const { firstRequestAt } = after.counts;
  checkArrived(tool.name, layout, after, measured.output);
  return {
    ...measured,
    counts: after.counts,
    startUp: ((firstRequestAt ?? measured.startedAt) - measured.startedAt) / 1000,
    sinkCpu: after.cpuSeconds - before.cpuSeconds,
  };
}

/** A push that left something out is no measurement. */
function checkArrived(name: string, layout: Layout, report: SinkReport, output: string): void {
  const sizes = new Map(report.blobs.map(({ digest, size }) => [digest, size]));
  const wrong = layout.blobs.filter(({ digest, size }) => sizes.get(digest) !== size);
  const tag = new Map(report.tags).get(TAG);
  if (wrong.length === 0 && tag === layout.root.digest && report.counts.refusals === 0) return;
  throw new Error(
    `${name} pushed ${layout.spec.name} with ${wrong.length} blobs wrong, ${report.counts.refusals} refusals, ` +
      `the tag at ${tag ?? 'nothing'}\n${output}`,
  );
}

/** So that no tool pays for the disk. A sparse file has nothing there to read. */
export async function warm({ files, spec }: Layout): Promise<void> {
  if (spec.name.startsWith('sparse')) return;
  for (const file of files) {
    const stream = createReadStream(file, { highWaterMark: 1 << 20 });
    await finished(stream.resume());
  }
}

/** Seconds that Node takes to start and do nothing: the part of the action's start that is not its own. */
export async function bareNode(): Promise<number> {
  await using scratch = await temporaryDirectory();
  const env = { PATH: process.env['PATH'] ?? '', HOME: scratch.path };
  const command = { program: process.execPath, args: ['-e', '0'], env };
  return (await measure(command, scratch.path)).wall;
}
