import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { makeIdentity } from './identity.ts';
import {
  type Endpoint,
  engine,
  floor,
  openEndpoint,
  type Path,
  RepeatedFile,
  stock,
} from './part-paths.ts';
import { type SinkProcess, startSink } from './sink-process.ts';
import { UNLIMITED } from './sink/limits.ts';

/**
 * What a GB of layers costs on its way into a discarding server of another process: `npx node
 * test/bench/part-engine.ts [rounds] [GiB]`. All paths in turn, several rounds; ratios are of the same run.
 */
const [rounds = 5, gibibytes = 1] = process.argv.slice(2).map(Number);
const FILE_BYTES = 256 * 1024 * 1024;
const PATHS: Readonly<Record<string, Path>> = { floor, engine, stock };
const CASES = [
  { protocol: 'plain', layers: 1 },
  { protocol: 'plain', layers: 4 },
  { protocol: 'TLS', layers: 1 },
  { protocol: 'TLS', layers: 4 },
];

/** A GB (s). */
interface Cost {
  readonly cpu: number;
  readonly wall: number;
  readonly sinkCpu: number;
}

async function measurePath(
  path: Path,
  layers: number,
  file: string,
  endpoint: Endpoint,
  sink: SinkProcess,
): Promise<Cost> {
  await sink.configure({ blobs: [], manifests: [], tags: [] }, UNLIMITED);
  const size = Math.round((gibibytes * 1024 ** 3) / layers);
  const before = await sink.report();
  const startedAt = performance.now();
  const started = process.cpuUsage();
  await Promise.all(
    Array.from({ length: layers }, async () => {
      await using blob = await RepeatedFile.open(file, size);
      await path(blob, endpoint);
    }),
  );
  const { user, system } = process.cpuUsage(started);
  const wall = (performance.now() - startedAt) / 1000;
  const after = await sink.report();
  const gigabytes = (size * layers) / 1e9;
  return {
    cpu: (user + system) / 1e6 / gigabytes,
    wall: wall / gigabytes,
    sinkCpu: (after.cpuSeconds - before.cpuSeconds) / gigabytes,
  };
}

function median(costs: readonly Cost[], key: keyof Cost): number {
  const sorted = costs.map((cost) => cost[key]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Of the ratios within each round: what disturbs one path mostly disturbs its neighbours, too. */
function medianRatio(a: readonly Cost[], b: readonly Cost[], key: keyof Cost): number {
  const ratios = a
    .map((cost, round) => cost[key] / (b[round]?.[key] ?? NaN))
    .toSorted((x, y) => x - y);
  return ratios[Math.floor(ratios.length / 2)] ?? NaN;
}

function print(title: string, costs: Readonly<Record<string, Cost[]>>): void {
  const { floor: least = [], engine: ours = [], stock: theirs = [] } = costs;
  console.log(`\n${title} (s a GB of layer, medians of ${rounds})`);
  console.table(
    Object.fromEntries(
      Object.entries(costs).map(([name, each]) => [
        name,
        {
          CPU: median(each, 'cpu').toFixed(2),
          wall: median(each, 'wall').toFixed(2),
          'CPU of the sink': median(each, 'sinkCpu').toFixed(2),
          'CPU / floor': medianRatio(each, least, 'cpu').toFixed(2),
          'wall / stock': medianRatio(each, theirs, 'wall').toFixed(2),
        },
      ]),
    ),
  );
  const cpu = medianRatio(ours, least, 'cpu');
  const wall = medianRatio(ours, theirs, 'wall');
  console.log(
    `CPU ${cpu.toFixed(2)} × floor (target 1.25), wall ${wall.toFixed(2)} × stock (target 0.5)`,
  );
}

await using directory = await temporaryDirectory();
const identity = await makeIdentity(directory.path);
await using sink = await startSink(identity);
const file = join(directory.path, 'layer');
await writeFile(file, randomBytes(FILE_BYTES));
for (const { protocol, layers } of CASES) {
  const isTls = protocol === 'TLS';
  const endpoint = openEndpoint(
    isTls ? sink.tlsPort : sink.plainPort,
    isTls ? identity.cert : undefined,
  );
  const costs: Record<string, Cost[]> = { floor: [], engine: [], stock: [] };
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, path] of Object.entries(PATHS)) {
      const cost = await measurePath(path, layers, file, endpoint, sink);
      if (round > 0) costs[name]?.push(cost);
    }
  }
  print(`${protocol}, ${layers} at once`, costs);
  endpoint.client.destroy();
}
