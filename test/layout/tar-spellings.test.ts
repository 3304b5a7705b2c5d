import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { PushError } from '../../src/errors.ts';
import type { Layout } from '../../src/layout/layout.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { arbitraryLayout, type GeneratedLayout } from '../support/arbitrary-graph.ts';
import { type Content, sizeOf } from '../support/content.ts';
import { jsonBytes } from '../support/image.ts';
import { tarBytes, type TarEntry } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory } from '../support/write-layout.ts';
import { digestOfBlob } from './read-layout.ts';

/** However a tar spells a layout, what is read is what its directory holds. */

/** More runs, and the seed that a failure names, come from the environment. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 100);
const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** How one file gets into the tar. */
interface Spelling {
  /** In front of its name. */
  readonly prefix: string;
  readonly headers: 'plain' | 'pax' | 'gnu';
  /** The file itself, or a link to where it is under another name. */
  readonly as: 'file' | 'hard link' | 'symbolic link' | 'hard link from above';
  /** How often. */
  readonly times: number;
  readonly place: number;
}

interface Whole {
  readonly spellings: readonly Spelling[];
  readonly folders: boolean;
  /** Bytes cut from its end. */
  readonly cut: number;
  readonly compression: 'none' | 'gzip' | 'zstd';
}

const spelling: fc.Arbitrary<Spelling> = fc.record({
  prefix: fc.constantFrom('', './', '/', '//', '/./', './/', 'x/../', '/x/.././'),
  headers: fc.constantFrom('plain', 'pax', 'gnu'),
  as: fc.constantFrom('file', 'file', 'hard link', 'symbolic link', 'hard link from above'),
  times: fc.constantFrom(1, 1, 1, 2, 3),
  place: fc.nat(),
});

const whole: fc.Arbitrary<Whole> = fc.record({
  spellings: fc.array(spelling, { minLength: 1, maxLength: 8 }),
  folders: fc.boolean(),
  cut: fc.constantFrom(0, 0, 1, 511, 512, 513, 1024),
  compression: fc.constantFrom('none', 'none', 'gzip', 'zstd'),
});

type Files = ReadonlyMap<string, Content>;

function filesOf({ root, referrers }: GeneratedLayout): Map<string, Content> {
  const graphs = [root, ...referrers];
  const manifests = graphs.map(({ descriptor }) => descriptor);
  return new Map([
    ['oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' })],
    ['index.json', jsonBytes({ schemaVersion: 2, manifests })],
    ...graphs.flatMap(({ blobs }) =>
      [...blobs].map(([digest, content]) => [blobPath(digest), content] as const),
    ),
  ]);
}

/** The entries of all files, in the order of their places. */
function entriesOf(files: Files, { spellings, folders }: Whole): TarEntry[] {
  const placed = [...files].flatMap(([name, content], at) => {
    const chosen = spellings[at % spellings.length];
    assert.ok(chosen);
    const entries = spell(name, content, chosen, `other/${at}`);
    return entries.map((entry, of) => ({ entry, place: (chosen.place + at * 7 + of * 3) % 31 }));
  });
  const ordered = placed.toSorted((a, b) => a.place - b.place).map(({ entry }) => entry);
  const folder = (name: string): TarEntry => ({ name, type: '5' });
  return folders ? [folder('./'), folder('/blobs/'), ...ordered, folder('blobs')] : ordered;
}

function spell(name: string, content: Content, how: Spelling, elsewhere: string): TarEntry[] {
  const up = '../'.repeat(name.split('/').length - 1);
  const file = written({ name: `${how.prefix}${name}`, content }, how);
  const target = written({ name: elsewhere, content }, how);
  const link = (type: string, linkName: string, from = how.prefix): TarEntry =>
    written({ name: `${from}${name}`, type, linkName }, how);
  const entries = {
    file: [file],
    'hard link': [target, link('1', elsewhere, how.prefix.replace(/^\/+/, ''))],
    'symbolic link': [target, link('2', `${up}${elsewhere}`)],
    'hard link from above': [
      { ...target, name: `/${elsewhere}` },
      link('1', `//${elsewhere}`, '/'),
    ],
  }[how.as];
  return Array.from({ length: how.times }, () => entries).flat();
}

function written(entry: TarEntry, { headers }: Spelling): TarEntry {
  if (headers === 'plain') return entry;
  if (headers === 'gnu') return { ...entry, gnuLongName: true };
  const size = entry.content === undefined ? {} : { size: String(sizeOf(entry.content)) };
  return { ...entry, name: 'see-pax', pax: { path: entry.name, ...size } };
}

function bytesOf(entries: readonly TarEntry[], { cut, compression }: Whole): Uint8Array {
  const bytes = tarBytes(entries);
  const tar = bytes.subarray(0, bytes.byteLength - cut);
  if (compression === 'none') return tar;
  return compression === 'gzip' ? gzipSync(tar) : zstdCompressSync(tar);
}

async function contentOf(layout: Layout, files: Files): Promise<string[]> {
  const digests = [...files.keys()].filter((name) => name.startsWith('blobs/'));
  return Promise.all(
    digests.map((name) => {
      const digest = name.replace('blobs/', '').replace('/', ':') as Descriptor['digest'];
      const size = sizeOf(files.get(name) ?? new Uint8Array());
      return digestOfBlob(layout, { mediaType: 'x', digest, size });
    }),
  );
}

test('however a tar spells a layout, its index and blobs are those of its directory', async (t) => {
  t.diagnostic(`PROPERTY_SEED=${seed} PROPERTY_RUNS=${numRuns}`);
  const property = fc.asyncProperty(arbitraryLayout, whole, async (generated, how) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'image');
    const files = filesOf(generated);
    await writeLayoutDirectory(path, [generated.root, ...generated.referrers]);
    await writeFile(`${path}.tar`, bytesOf(entriesOf(files, how), how));
    await using layout = await openLayout(path);
    await using tar = await openLayout(`${path}.tar`);
    assert.deepEqual(tar.index.manifests, layout.index.manifests);
    assert.deepEqual(await contentOf(tar, files), await contentOf(layout, files));
  });
  await fc.assert(property, { numRuns, seed, endOnFailure: true });
});

/** What makes a tar hostile, wherever it stands among its other entries. */
type Spoil = (entries: readonly TarEntry[], files: Files, at: number) => TarEntry[];

const insert =
  (make: (files: Files, name: string) => TarEntry[]): Spoil =>
  (entries, files, at) => {
    const place = at % (entries.length + 1);
    const name = [...files.keys()][at % files.size] ?? '';
    return [...entries.slice(0, place), ...make(files, name), ...entries.slice(place)];
  };

const spoils: Readonly<Record<string, Spoil>> = {
  'another file by a name of the layout': insert((files, name) => {
    const size = sizeOf(files.get(name) ?? new Uint8Array());
    return [{ name: `/${name}`, content: Buffer.alloc(size, '#') }];
  }),
  'another size by a name of the layout': insert((files, name) => {
    const size = sizeOf(files.get(name) ?? new Uint8Array());
    return [{ name: `./${name}`, content: Buffer.alloc(size + 1, '#') }];
  }),
  'a link out by a name of the layout': insert((_, name) => [
    { name, type: '2', linkName: '/etc/passwd' },
  ]),
  'a hard link out by a name of the layout': insert((_, name) => [
    { name: `/${name}`, type: '1', linkName: '/../../etc/passwd' },
  ]),
  'a sparse file': insert(() => [{ name: 'x', type: 'S' }]),
  'a global header that names files': insert(() => [
    { name: 'g', type: 'g', content: Buffer.from('10 path=x\n') },
  ]),
};

test('a tar with something hostile among its entries is refused with a code', async () => {
  const property = fc.asyncProperty(
    arbitraryLayout,
    whole,
    fc.constantFrom(...Object.keys(spoils)),
    fc.nat(),
    async (generated, how, spoil, at) => {
      await using directory = await temporaryDirectory();
      const path = join(directory.path, 'image.tar');
      const files = filesOf(generated);
      const entries = spoils[spoil]?.(entriesOf(files, how), files, at) ?? [];
      await writeFile(path, bytesOf(entries, { ...how, cut: 0 }));
      await assert.rejects(openLayout(path), (error) => {
        assert.ok(error instanceof PushError, String(error));
        assert.ok(['INVALID_TAR', 'UNSAFE_LINK'].includes(error.code), error.message);
        return true;
      });
    },
  );
  await fc.assert(property, { numRuns, seed, endOnFailure: true });
});
