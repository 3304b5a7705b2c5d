import assert from 'node:assert/strict';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Digest, digestOf, parseDigest } from '../../src/oci/digest.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { execute } from '../support/execute.ts';
import { seededBytes } from '../support/random.ts';
import { runAction } from '../support/run-action.ts';
import { sampleImage } from '../support/sample-image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory } from '../support/write-layout.ts';

/**
 * Layouts that the tools of others wrote go through the built action, and a tool of others pulls them back.
 * A tool that is missing fails its tests.
 */

/** Makes a layout with one image in it, named `TAG`, in the directory `layout`. */
type Maker = (layout: string, scratch: string) => Promise<unknown>;

const NAME = 'team/app';
const TAG = '1.0';

const makers: Readonly<Record<string, Maker>> = {
  'umoci makes from files': umoci,
  'umoci makes, adds to and configures again': async (layout, scratch) => {
    await umoci(layout, scratch);
    await execute('umoci', 'insert', '--image', `${layout}:${TAG}`, scratch, '/again');
    await execute('umoci', 'config', '--image', `${layout}:${TAG}`, '--config.cmd', '/srv/data');
  },
  'buildah builds from scratch': (layout, scratch) =>
    buildah(async (run) => {
      await run('bud', '--layers', '--isolation', 'chroot', '--tag', 'app', scratch);
      await run('push', 'app', `oci:${layout}:${TAG}`);
    }),
  'buildah builds in the format of Docker': (layout, scratch) =>
    buildah(async (run) => {
      await run('bud', '--isolation', 'chroot', '--format', 'docker', '--tag', 'app', scratch);
      await run('push', '--format', 'oci', 'app', `oci:${layout}:${TAG}`);
    }),
  'buildah builds for two platforms, as an index': (layout, scratch) =>
    buildah(async (run) => {
      for (const platform of ['linux/amd64', 'linux/arm64']) {
        const list = ['--platform', platform, '--manifest', 'list'];
        await run('bud', '--no-cache', '--isolation', 'chroot', ...list, scratch);
      }
      await run('manifest', 'push', '--all', 'list', `oci:${layout}:${TAG}`);
    }),
  'skopeo copies from another layout': async (layout, scratch) =>
    copy(await sampleLayout(scratch), `oci:${layout}:${TAG}`),
  'skopeo compresses with zstd': async (layout, scratch) => {
    const zstd = ['--dest-compress', '--dest-compress-format', 'zstd'];
    await copy(...zstd, await sampleLayout(scratch), `oci:${layout}:${TAG}`);
  },
  'skopeo leaves uncompressed': async (layout, scratch) => {
    const plain = `dir:${join(scratch, 'plain')}`;
    await copy('--dest-decompress', await sampleLayout(scratch), plain);
    await copy('--dest-oci-accept-uncompressed-layers', plain, `oci:${layout}:${TAG}`);
  },
  'skopeo converts from a Docker archive': async (layout, scratch) => {
    const archive = `docker-archive:${join(scratch, 'archive.tar')}:app:${TAG}`;
    await copy(await sampleLayout(scratch), archive);
    await copy(archive, `oci:${layout}:${TAG}`);
  },
};

/** The same as one tar, which is pushed as it is. */
const archiveMakers: Readonly<Record<string, Maker>> = {
  'skopeo writes as an oci-archive': async (archive, scratch) =>
    copy(await sampleLayout(scratch), `oci-archive:${archive}:${TAG}`),
  'podman saves as an oci-archive': (archive, scratch) =>
    containers(async (run) => {
      await run('buildah', 'bud', '--isolation', 'chroot', '--tag', 'app', scratch);
      await run('podman', 'save', '--format', 'oci-archive', '--output', archive, 'app');
    }),
  ...Object.fromEntries(
    ['v7', 'ustar', 'gnu', 'posix'].map((format) => [
      `GNU tar packs in the format ${format}`,
      (archive: string, scratch: string) => pack(archive, scratch, `--format=${format}`),
    ]),
  ),
  'GNU tar packs with a slash before every name': (archive, scratch) =>
    pack(archive, scratch, '--absolute-names', '--transform=s,^[.]/,/,'),
  'GNU tar packs and gzip compresses': (archive, scratch) => pack(archive, scratch, '--gzip'),
  'GNU tar packs and zstd compresses': (archive, scratch) => pack(archive, scratch, '--zstd'),
};

async function pack(archive: string, scratch: string, ...options: string[]): Promise<void> {
  const [, layout = ''] = (await sampleLayout(scratch)).split(':');
  await execute('tar', '--create', ...options, '--file', archive, '--directory', layout, '.');
}

for (const [name, make] of Object.entries(makers)) {
  test(`a layout that ${name} arrives whole, and skopeo pulls it back`, () =>
    arrivesWhole(async (layout, scratch) => {
      await make(layout, scratch);
      return layout;
    }));
}

for (const [name, make] of Object.entries(archiveMakers)) {
  test(`a tar that ${name} arrives whole, and skopeo pulls it back`, () =>
    arrivesWhole(async (layout, scratch) => {
      const archive = join(scratch, 'archive.tar');
      await make(archive, scratch);
      await mkdir(layout);
      await execute('tar', '--extract', '--file', archive, '--directory', layout);
      return archive;
    }));
}

/** Tars of `docker save` before Docker 25, as other tools still write them. */
const savedMakers: Readonly<Record<string, Maker>> = {
  'podman saves': (archive, scratch) =>
    containers(async (run) => {
      await run('buildah', 'bud', '--isolation', 'chroot', '--tag', 'app', scratch);
      await run('podman', 'save', '--output', archive, 'app');
    }),
  'skopeo writes as a docker-archive': async (archive, scratch) =>
    copy(await sampleLayout(scratch), `docker-archive:${archive}:app:${TAG}`),
  'skopeo writes as a docker-archive, compressed as a whole': async (archive, scratch) => {
    await copy(await sampleLayout(scratch), `docker-archive:${archive}.plain:app:${TAG}`);
    await execute('gzip', '--suffix', '.gz', `${archive}.plain`);
    await rename(`${archive}.plain.gz`, archive);
  },
};

for (const [name, make] of Object.entries(savedMakers)) {
  test(`an archive that ${name} arrives as an image, the same in two runs, and skopeo pulls it back`, async () => {
    await using directory = await temporaryDirectory();
    const [archive, pulled, scratch] = ['archive.tar', 'pulled', 'scratch'].map((file) =>
      join(directory.path, file),
    ) as [string, string, string];
    await writeFiles(scratch);
    await make(archive, scratch);
    const digests: (string | undefined)[] = [];
    for (let run = 0; run < 2; run++) {
      await using ecr = await startLocalEcr();
      ecr.createRepository(NAME);
      const inputs = { layout: archive, repository: NAME, tags: TAG };
      const { exitCode, stdout, outputs } = await runAction({ inputs, env: ecr.env });
      assert.equal(exitCode, 0, stdout);
      digests.push(outputs['digest']);
      if (run === 0) await pull(ecr, pulled);
    }
    assert.equal(digests[0], digests[1]);
    assert.equal(await rootOf(pulled), digests[0]);
    const unpacked = JSON.parse(await execute('tar', '-xOf', archive, 'manifest.json')) as [
      { readonly Config: string; readonly Layers: readonly string[] },
    ];
    const { config, layers } = await nodeOf(pulled, digests[0] ?? '');
    assert(unpacked[0].Config.includes(config?.digest.slice('sha256:'.length) ?? 'no config'));
    assert.equal(layers?.length, unpacked[0].Layers.length);
  });
}

/** `make` makes a layout as a directory, and gives the path that is pushed: its own, or that of a tar of it. */
async function arrivesWhole(
  make: (layout: string, scratch: string) => Promise<string>,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const [layout, pulled, scratch] = ['layout', 'pulled', 'scratch'].map((folder) =>
    join(directory.path, folder),
  ) as [string, string, string];
  await writeFiles(scratch);
  const pushed = await make(layout, scratch);
  const root = await rootOf(layout);
  await using ecr = await startLocalEcr();
  ecr.createRepository(NAME);

  await pushes(ecr, pushed, root);
  await pull(ecr, pulled);

  assert.equal(await rootOf(pulled), root);
  const expected = await reachable(layout, root);
  assert.ok(expected.size >= 3, 'a manifest, a config and a layer at least');
  for (const digest of expected) await assertSameBlob(layout, pulled, digest);
}

async function writeFiles(directory: string): Promise<void> {
  await mkdir(join(directory, 'etc'), { recursive: true });
  await writeFile(join(directory, 'etc/motd'), 'hello\n');
  await writeFile(join(directory, 'data'), seededBytes('data', 11_000_000));
  const containerfile = ['FROM scratch', 'COPY etc /etc', 'COPY data /srv/data', 'CMD /srv/data'];
  await writeFile(join(directory, 'Containerfile'), containerfile.join('\n'));
}

async function umoci(layout: string, scratch: string): Promise<void> {
  const image = ['--image', `${layout}:${TAG}`];
  await execute('umoci', 'init', '--layout', layout);
  await execute('umoci', 'new', ...image);
  await execute('umoci', 'insert', ...image, join(scratch, 'etc'), '/etc');
  await execute('umoci', 'insert', ...image, join(scratch, 'data'), '/srv/data');
}

function buildah(
  work: (run: (...args: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  return containers((run) => work((...args) => run('buildah', ...args)));
}

/** With a store of their own, which needs neither a daemon nor overlay mounts. */
async function containers(
  work: (run: (tool: 'buildah' | 'podman', ...args: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  await using store = await temporaryDirectory();
  const folders = ['--root', join(store.path, 'root'), '--runroot', join(store.path, 'run')];
  await work((tool, ...args) => execute(tool, ...folders, '--storage-driver', 'vfs', ...args));
}

async function sampleLayout(scratch: string): Promise<string> {
  const directory = join(scratch, 'sample');
  await writeLayoutDirectory(directory, [sampleImage(TAG).image]);
  return `oci:${directory}:${TAG}`;
}

function copy(...args: string[]): Promise<string> {
  return execute('skopeo', '--insecure-policy', 'copy', ...args);
}

async function pushes(ecr: LocalEcr, layout: string, root: Digest): Promise<void> {
  const inputs = { layout, repository: NAME, tags: TAG };
  const run = await runAction({ inputs, env: ecr.env });
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  assert.equal(run.outputs['digest'], root);
}

async function pull(ecr: LocalEcr, layout: string): Promise<void> {
  const source = `docker://${new URL(ecr.url).host}/${NAME}:${TAG}`;
  const options = ['--all', '--preserve-digests', '--src-tls-verify=false'];
  await copy(...options, source, `oci:${layout}:${TAG}`);
}

interface Node {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly layers?: readonly { readonly digest: string }[];
  readonly config?: { readonly digest: string };
}

async function rootOf(layout: string): Promise<Digest> {
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as Node;
  assert.equal(index.manifests?.length, 1);
  return parseDigest(index.manifests[0]?.digest ?? '', layout);
}

async function nodeOf(layout: string, manifest: string): Promise<Node> {
  return JSON.parse(await readFile(join(layout, blobPath(manifest)), 'utf8')) as Node;
}

/** Everything under a manifest, itself included: layouts of umoci hold orphans besides. */
async function reachable(layout: string, manifest: string): Promise<Set<string>> {
  const node = await nodeOf(layout, manifest);
  const blobs = [...(node.layers ?? []), ...(node.config ? [node.config] : [])];
  const digests = new Set([manifest, ...blobs.map((blob) => blob.digest)]);
  for (const child of node.manifests ?? []) {
    for (const digest of await reachable(layout, child.digest)) digests.add(digest);
  }
  return digests;
}

async function assertSameBlob(layout: string, pulled: string, digest: string): Promise<void> {
  const original = await readFile(join(layout, blobPath(digest)));
  const copied = await readFile(join(pulled, blobPath(digest)));
  assert.ok(copied.equals(original), digest);
  assert.equal(digestOf(copied), digest);
}
