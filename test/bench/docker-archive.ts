import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../support/action-metadata.ts';
import { writeDockerArchive } from '../support/docker-archive.ts';
import { execute } from '../support/execute.ts';
import { buildImage, type Files } from '../support/image.ts';
import { seededBytes } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { makeIdentity } from './identity.ts';
import { type Command, measure, type Measured } from './measure.ts';
import { UNLIMITED } from './sink/limits.ts';
import { EMPTY } from './sink/state.ts';
import { startSink } from './sink-process.ts';
import { findTool } from './tools.ts';

/**
 * What it takes to push an archive of `docker save`, whose layers are not compressed yet, beside what skopeo and crane
 * take for the same archive: `npx node test/bench/docker-archive.ts [RUNS]`, on Linux. Where skopeo writes into a
 * folder, it does nothing but compress.
 */
const runs = Number(process.argv[2] ?? 3);
const TAG = 'bench';
const MB = 1e6;

/** A program, the files of its dependencies, and what cannot be compressed: by the packages that are installed here. */
async function makeArchive(path: string): Promise<number> {
  const sources: Files = Object.fromEntries(await sourceFiles());
  const program = await readFile(process.execPath);
  const image = buildImage({
    seed: 'docker archive',
    layers: [
      { files: { 'usr/bin/node': program }, compression: 'none' },
      { files: sources, compression: 'none' },
      { files: { 'srv/data': seededBytes('data', 40 * MB) }, compression: 'none' },
    ],
  });
  await writeDockerArchive(path, [{ image, repoTags: [`bench/app:${TAG}`] }]);
  return (await stat(path)).size;
}

/** As many as make 100 MB, in the order of their names. */
async function sourceFiles(): Promise<[string, Uint8Array][]> {
  const root = fileURLToPath(REPOSITORY);
  const names: string[] = [];
  for await (const name of glob('node_modules/**/*.{js,ts,json,md,map}', { cwd: root }))
    names.push(name);
  const files: [string, Uint8Array][] = [];
  let size = 0;
  for (const [at, name] of names.sort().entries()) {
    if (size > 100 * MB) break;
    const path = join(root, name);
    if (!(await stat(path)).isFile()) continue;
    const content = await readFile(path);
    size += content.byteLength;
    files.push([`srv/sources/${at}`, content]);
  }
  return files;
}

interface Contender {
  readonly label: string;
  readonly program: string;
  readonly command: (archive: string, scratch: string) => Promise<Command>;
}

await using directory = await temporaryDirectory();
const archive = join(directory.path, 'app.tar');
const bytes = await makeArchive(archive);
const identity = await makeIdentity(directory.path);
await using sink = await startSink(identity);
const port = sink.plainPort;
const target = `127.0.0.1:${port}/bench/app:${TAG}`;

function rival(label: string, program: string, ...args: readonly string[]): Contender {
  const command: Contender['command'] = (path, scratch) => {
    const filled = args.map((arg) => arg.replace('ARCHIVE', path).replace('SCRATCH', scratch));
    const env = { PATH: process.env['PATH'] ?? '', HOME: scratch, TMPDIR: scratch };
    return Promise.resolve({ program, args: filled, env });
  };
  return { label, program, command };
}

async function actionWith(compression: string): Promise<Contender> {
  const tool = await findTool('action');
  if (tool === undefined) throw new Error('build the action first');
  const command: Contender['command'] = async (path, scratch) => {
    const place = { directory: path, port, tls: false, certPath: identity.certPath, scratch };
    const { env, ...rest } = await tool.command(place);
    return { ...rest, env: { ...env, 'INPUT_LAYER-COMPRESSION': compression } };
  };
  return { label: `action, ${compression}`, program: process.execPath, command };
}

const SKOPEO = ['--insecure-policy', 'copy', '--quiet'] as const;
const contenders: Contender[] = [
  await actionWith('gzip'),
  await actionWith('zstd'),
  await actionWith('none'),
  rival(
    'skopeo to a folder, gzip',
    'skopeo',
    ...SKOPEO,
    'docker-archive:ARCHIVE',
    `oci:SCRATCH/out:${TAG}`,
  ),
  rival(
    'skopeo to the registry, gzip',
    'skopeo',
    ...SKOPEO,
    '--dest-tls-verify=false',
    'docker-archive:ARCHIVE',
    `docker://${target}`,
  ),
  rival('crane', 'crane', 'push', 'ARCHIVE', target),
];

async function measured({ command }: Contender): Promise<Measured> {
  await using scratch = await temporaryDirectory();
  await sink.configure(EMPTY, UNLIMITED);
  return await measure(await command(archive, scratch.path), scratch.path);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function isInstalled(program: string): Promise<boolean> {
  return execute('which', program).then(
    () => true,
    () => false,
  );
}

console.log(
  `Archive of ${(bytes / MB).toFixed()} MB, Node ${process.versions.node}, ${runs} runs\n`,
);
console.log('| client | time (s) | CPU (s) | MB/s | memory (MB) | sent (MB) |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const contender of contenders) {
  if (!(await isInstalled(contender.program))) {
    console.log(`| ${contender.label} | not installed | | | | |`);
    continue;
  }
  const found: Measured[] = [];
  for (let run = 0; run < runs; run++) found.push(await measured(contender));
  const sent = (await sink.report()).blobs.reduce((sum, { size }) => sum + size, 0);
  const wall = median(found.map((one) => one.wall));
  const cells = [
    wall.toFixed(2),
    median(found.map(({ cpu }) => cpu)).toFixed(2),
    (bytes / MB / wall).toFixed(),
    (median(found.map(({ peakMemory }) => peakMemory)) / MB).toFixed(),
    (sent / MB).toFixed(),
  ];
  console.log(`| ${contender.label} | ${cells.join(' | ')} |`);
}
