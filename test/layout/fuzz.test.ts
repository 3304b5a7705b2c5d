import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  jsonBytes,
  named,
} from '../support/image.ts';
import { tarBytes, type TarEntry } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory } from '../support/write-layout.ts';
import { mutateJson, mutateTar, SeededRandom } from './mutation.ts';
import { readLayout } from './read-layout.ts';

/**
 * Layouts with a few bytes changed: each is read whole or refused with a PushError, soon and in little memory.
 * FUZZ_RUNS sets how many of each kind are tried, FUZZ_SEED which. A failure names its case as SEED/KIND/NUMBER;
 * FUZZ_SEED=SEED FUZZ_FROM=NUMBER FUZZ_RUNS=1 tries it alone.
 */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200);
const FROM = Number(process.env['FUZZ_FROM'] ?? 0);
const SEED = process.env['FUZZ_SEED'] ?? 'ecr-layer-push';

/** A small input may not take longer than this, in milliseconds, nor more memory, in bytes. */
const MAX_TIME = 2_000;
const MAX_MEMORY = 100_000_000;

const layers = [{ size: 700 }, { files: { 'etc/motd': 'hello' } }];
const image = buildImage({ seed: 'fuzz', layers });
const docker = buildImage({ seed: 'fuzz docker', flavour: 'docker' });
const signature = buildImage({
  seed: 'fuzz signature',
  subject: image.descriptor,
  artifactType: 'application/x',
});
const index = buildIndex([image, buildAttestation(image)]);
const graphs: readonly Graph[] = [
  named(index, 'fuzz:latest'),
  image,
  signature,
  buildIndex([docker], { flavour: 'docker' }),
  buildIndex([index, docker]),
];
const manifests = graphs.map((graph) => graph.descriptor);
const indexJson = jsonBytes({ schemaVersion: 2, manifests });

type Outcomes = Map<string, number>;

/** What came of one layout, and how long that took, in milliseconds. */
async function attempt(path: string, seed: string): Promise<{ outcome: string; time: number }> {
  const memory = process.memoryUsage.rss();
  const peak = peakMemory();
  const start = performance.now();
  const outcome = await readLayout(path).then(
    () => 'read whole',
    (error: unknown) => {
      if (error instanceof PushError) return error.code;
      throw new Error(`the case ${seed}`, { cause: error });
    },
  );
  const time = performance.now() - start;
  const grown = peakMemory() > peak ? peakMemory() - memory : 0;
  assert.ok(grown < MAX_MEMORY, `${seed} (${outcome}) took ${grown} bytes of memory`);
  return { outcome, time };
}

/** A layout that is slow to read is so each time; a machine that was busy for a moment is not. */
async function check(path: string, seed: string, outcomes: Outcomes): Promise<void> {
  const times: number[] = [];
  let outcome: string;
  do {
    const result = await attempt(path, seed);
    outcome = result.outcome;
    times.push(result.time);
  } while (Math.min(...times) >= MAX_TIME && times.length < 3);
  assert.ok(Math.min(...times) < MAX_TIME, `${seed} (${outcome}) took ${times.join(', ')} ms`);
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}

/** Bytes: the most that the process has held so far. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

type MakeCase = (directory: string, random: SeededRandom) => Promise<string>;

/** In its own folder, so that one case leaves nothing to the next. */
async function runCase(make: MakeCase, seed: string, outcomes: Outcomes): Promise<void> {
  await using directory = await temporaryDirectory();
  await check(await make(directory.path, new SeededRandom(seed)), seed, outcomes);
}

const kinds: { name: string; make: MakeCase }[] = [
  {
    name: 'index.json',
    make: async (directory, random) => {
      await writeLayoutDirectory(directory, graphs, { indexJson: mutateJson(indexJson, random) });
      return directory;
    },
  },
  {
    // With its new digest and size in index.json: else nothing would ever parse it.
    name: 'a manifest',
    make: async (directory, random) => {
      const graph = random.pick(graphs);
      const changed = mutateJson(graph.manifest, random);
      const digest = digestOf(changed);
      const descriptor = { ...graph.descriptor, digest, size: changed.byteLength };
      await writeLayoutDirectory(directory, graphs, {
        indexJson: jsonBytes({ schemaVersion: 2, manifests: [descriptor, ...manifests] }),
        files: { [blobPath(digest)]: changed },
      });
      return directory;
    },
  },
  {
    name: 'a tar',
    make: async (directory, random) => {
      const path = join(directory, 'image.tar');
      await writeFile(path, mutateTar(tarBytes(random.pick(TARS)), random));
      return path;
    },
  },
];

const content = new Map(graphs.flatMap((graph) => [...graph.blobs]));
const blobs: TarEntry[] = [...content].map(([digest, blob]) => ({
  name: blobPath(digest),
  content: blob,
}));
const indexEntry: TarEntry = { name: 'index.json', content: indexJson };

/** The same layout in the forms that tools write, so that every kind of header is there to be changed. */
const TARS: readonly TarEntry[][] = [
  [indexEntry, ...blobs],
  [indexEntry, ...blobs].map((entry) => ({ ...entry, gnuLongName: true })),
  [indexEntry, ...blobs].map((entry) => ({ ...entry, name: 'x', pax: { path: entry.name } })),
  [
    { name: 'global', type: 'g', content: Buffer.from('14 comment=ab\n') },
    { name: 'blobs/', type: '5' },
    ...blobs.map((entry, at) => ({ ...entry, name: `files/${at}` })),
    ...blobs.map(({ name }, at) =>
      at % 2 === 0
        ? { name, type: '1', linkName: `files/${at}` }
        : { name, type: '2', linkName: `../../files/${at}` },
    ),
    indexEntry,
  ],
];

test('without a change, every form of the layout is read whole', async () => {
  await using directory = await temporaryDirectory();
  await writeLayoutDirectory(directory.path, graphs, { indexJson });
  await readLayout(directory.path);
  for (const [at, entries] of TARS.entries()) {
    const path = join(directory.path, `${at}.tar`);
    await writeFile(path, tarBytes(entries));
    await readLayout(path);
  }
});

for (const { name, make } of kinds) {
  test(`${RUNS} layouts with changes in ${name} are read or refused`, async (context) => {
    const outcomes: Outcomes = new Map();
    for (let run = FROM; run < FROM + RUNS; run++) {
      await runCase(make, `${SEED}/${name}/${run}`, outcomes);
    }
    const counts = [...outcomes].toSorted(([, a], [, b]) => b - a);
    context.diagnostic(`seed ${SEED}: ${counts.map(([code, n]) => `${code} ${n}`).join(', ')}`);
    // Were it always the same answer, the changes would not reach what is to be tried.
    if (RUNS < 100) return;
    assert.ok(outcomes.size > 3 && outcomes.has('read whole'), String(counts));
  });
}
