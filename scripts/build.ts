// Writes dist: an entry for each way in, and in files that they share the job itself and the cache client, which is large and
// seldom needed.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, parse } from 'node:path';

interface Build {
  readonly code: string;
  readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>;
}

interface Options {
  readonly filename: string;
  readonly cache: false;
  readonly quiet: true;
}

const require = createRequire(import.meta.url);
const ncc = require('@vercel/ncc') as (entry: string, options: Options) => Promise<Build>;

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
await build('src/index.ts');
await build('src/post.ts');
await build('src/cli.ts');
await build('src/job/job.js');
await build('src/resume/cache-client.js');

async function build(entry: string): Promise<void> {
  const filename = `${parse(entry).name}.js`;
  const { code, assets } = await ncc(join(root, entry), { filename, cache: false, quiet: true });
  const sources = Object.entries(assets).map(([name, { source }]) => [name, source] as const);
  for (const [name, source] of [[filename, code] as const, ...sources]) {
    await mkdir(dirname(join(dist, name)), { recursive: true });
    const mode = name === filename && code.startsWith('#!') ? 0o755 : 0o644;
    await writeFile(join(dist, name), source, { mode });
  }
}
