import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSavedFiles, type SavedFiles } from '../../src/layout/saved-files.ts';
import { TarIndex } from '../../src/layout/tar-index.ts';
import { MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import { parseDiffIds } from '../../src/oci/parse-diff-ids.ts';
import { archiveEntries, type ArchiveForm } from '../support/docker-archive.ts';
import { buildImage, jsonBytes } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { type TarEntry, writeTar } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const files = (text: string) => ({ files: { text }, compression: 'none' as const });
const image = buildImage({ seed: 'saved', layers: [files('one'), files('two'), files('one')] });
const config = image.blobs.get(image.config.digest) as Uint8Array;
const configName = `${image.config.digest.slice('sha256:'.length)}.json`;

/** Reads the files of an archive, and hands them on while it is open. */
async function withFiles(
  entries: readonly TarEntry[],
  use: (files: SavedFiles, path: string) => void | Promise<void>,
  wanted?: string,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'app.tar');
  await writeTar(path, entries);
  await using handle = await open(path);
  const tar = { handle, path, size: (await handle.stat()).size };
  await use(await readSavedFiles(tar, await TarIndex.read(tar), wanted), path);
}

for (const form of ['docker', 'podman'] satisfies ArchiveForm[]) {
  test(`${form}: the config is read, and the layers are found in order, each once`, () =>
    withFiles(archiveEntries([{ image }], { form }), (found, path) => {
      assert.deepEqual(found.config.bytes, new Uint8Array(config));
      assert.equal(found.config.location, `${path}: ${configName}`);
      assert.deepEqual(
        found.layers.map(({ diffId }) => diffId),
        parseDiffIds(config, 'config'),
      );
      assert.deepEqual(
        found.layers.map(({ blob }) => blob?.size),
        image.layers.map(({ size }) => size),
      );
      assert.equal(found.layers[0], found.layers[2]);
      assert.notEqual(found.layers[0], found.layers[1]);
    }));
}

test('the image that is wanted is the one that is read', async () => {
  const other = buildImage({ seed: 'other' });
  const entries = archiveEntries([
    { image, repoTags: ['team/app:1'] },
    { image: other, repoTags: ['team/app:2'] },
  ]);
  const use = (found: SavedFiles): void => assert.deepEqual(found.image.repoTags, ['team/app:2']);
  await withFiles(entries, use, 'team/app:2');
});

test('a layer that is not in the archive is found to be absent', async () => {
  const { name } = archiveEntries([{ image }], { form: 'podman' })[1] ?? { name: '' };
  const links = (entry: TarEntry): boolean => entry.type === undefined;
  const entries = archiveEntries([{ image }], { form: 'podman', omit: [name] }).filter(links);
  await withFiles(entries, ({ layers }) =>
    assert.deepEqual(
      layers.map(({ blob }) => blob === undefined),
      [false, true, false],
    ),
  );
});

interface Spelling {
  readonly form: ArchiveForm;
  /** How names are spelled in the tar, in its links, and in its manifest.json; if not here, as usual. */
  readonly inTar?: Spell;
  readonly inLinks?: Spell;
  readonly inList?: Spell;
}

const rooted: Spell = (name) => `/${name}`;
const backslashed: Spell = (name) => name.replaceAll('/', '\\');
const usual: Spell = (name) => name;

const spellings: Readonly<Record<string, Spelling>> = {
  'a slash in front in the list': { form: 'docker', inList: rooted },
  'a slash in front everywhere, as imgutil': { form: 'docker', inTar: rooted, inList: rooted },
  'backslashes as Docker on Windows': {
    ...{ form: 'docker', inLinks: backslashed, inList: backslashed },
  },
  'backslashes in the tar': { form: 'podman', inTar: backslashed },
  'backslashes everywhere': { form: 'podman', inTar: backslashed, inList: backslashed },
  'a folder in front': { form: 'docker', inList: (name) => `.\\${backslashed(name)}` },
};

for (const [what, spelling] of Object.entries(spellings)) {
  test(`names with ${what} lead to the files`, async () => {
    const { form, inTar = usual, inLinks = usual, inList = usual } = spelling;
    const entries = archiveEntries([{ image }], { form }).map((entry) =>
      entry.name === 'manifest.json'
        ? { ...entry, content: respelled(entry.content, inList) }
        : {
            ...{ ...entry, name: inTar(entry.name) },
            ...(entry.linkName !== undefined && { linkName: inLinks(entry.linkName) }),
          },
    );
    await withFiles(entries, ({ config: found, layers }) => {
      assert.deepEqual(found.bytes, new Uint8Array(config));
      assert.deepEqual(
        layers.map(({ blob }) => blob?.size),
        image.layers.map(({ size }) => size),
      );
      assert.equal(layers[0], layers[2]);
    });
  });
}

type Spell = (name: string) => string;

function respelled(content: TarEntry['content'], spell: Spell): Uint8Array {
  const [one] = JSON.parse(Buffer.from(content as Uint8Array).toString()) as [
    { Config: string; Layers: string[] },
  ];
  return jsonBytes([{ ...one, Config: spell(one.Config), Layers: one.Layers.map(spell) }]);
}

test('a layer without bytes is absent, as imgutil leaves out what a daemon has', async () => {
  const [blank = ''] = archiveEntries([{ image }], { form: 'podman' }).map(({ name }) => name);
  const entries = archiveEntries([{ image }], { form: 'podman', omit: [blank] });
  await withFiles([...entries, { name: blank }], ({ layers }) =>
    assert.deepEqual(
      layers.map(({ blob }) => blob === undefined),
      [true, false, true],
    ),
  );
});

const list = (members: object) =>
  jsonBytes([{ Config: configName, RepoTags: ['team/app:1'], Layers: [], ...members }]);
const [layerName = ''] = archiveEntries([{ image }], { form: 'podman' }).map(({ name }) => name);

const refusals: Readonly<Record<string, [TarEntry[], Parameters<typeof refused>]>> = {
  'an archive without its config': [
    archiveEntries([{ image }], { omit: [configName] }),
    ['BLOB_MISSING', configName],
  ],
  'a config that is not JSON': [
    archiveEntries([{ image }], { manifestJson: list({ Config: 'x' }), more: [file('x', 'no')] }),
    ['INVALID_JSON', 'x'],
  ],
  'a config that is too large': [
    archiveEntries([{ image }], {
      manifestJson: list({ Config: 'x' }),
      more: [{ name: 'x', content: { prefix: Buffer.from('{'), size: MAX_MANIFEST_BYTES + 1 } }],
    }),
    ['TOO_LARGE', 'x'],
  ],
  'a config that is a link out of the tar': [
    archiveEntries([{ image }], {
      manifestJson: list({ Config: 'x' }),
      more: [{ name: 'x', type: '2', linkName: '../../etc/passwd' }],
    }),
    ['UNSAFE_LINK', 'x'],
  ],
  'a layer that is a link out of the tar': [
    archiveEntries([{ image }], {
      manifestJson: list({ Layers: ['x', 'x', 'x'] }),
      more: [{ name: 'x', type: '2', linkName: '/etc/passwd' }],
    }),
    ['UNSAFE_LINK', 'x'],
  ],
  'a layer that is a link to itself': [
    archiveEntries([{ image }], {
      manifestJson: list({ Layers: ['x', 'x', 'x'] }),
      more: [{ name: 'x', type: '2', linkName: 'x' }],
    }),
    ['UNSAFE_LINK', 'x'],
  ],
  'a path out of the tar': [
    archiveEntries([{ image }], { manifestJson: list({ Layers: ['../x'] }) }),
    ['INVALID_MANIFEST', '../x'],
  ],
  'fewer layers than the config has': [
    archiveEntries([{ image }], { manifestJson: list({ Layers: [layerName] }) }),
    ['INVALID_MANIFEST', '3 rootfs.diff_ids', '1 layers'],
  ],
  'two lists': [
    archiveEntries([{ image }], { more: [{ name: 'manifest.json', content: list({}) }] }),
    ['INVALID_TAR', 'manifest.json twice'],
  ],
  'two configs under one name': [
    archiveEntries([{ image }], { more: [file(configName, '{}')] }),
    ['INVALID_TAR', `${configName} twice`],
  ],
  'two layers under one name': [
    archiveEntries([{ image }], { form: 'podman', more: [file(layerName, 'other')] }),
    ['INVALID_TAR', `${layerName} twice`],
  ],
};

for (const [what, [entries, expected]] of Object.entries(refusals)) {
  test(`${what} is refused`, async () => {
    await assert.rejects(
      withFiles(entries, () => undefined),
      refused(...expected),
    );
  });
}

function file(name: string, text: string): TarEntry {
  return { name, content: Buffer.from(text) };
}

test('files that come again with the same bytes are the same files', async () => {
  const entries = archiveEntries([{ image }], { form: 'podman' });
  await withFiles([...entries, ...entries], ({ layers }) => assert.ok(layers.length > 0));
});
