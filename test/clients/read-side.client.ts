import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { execute } from '../support/execute.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  type Image,
  type ImageSpec,
} from '../support/image.ts';
import { runAction } from '../support/run-action.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { missing } from './servers/server.ts';

/**
 * What the built action pushed to the local ECR is pulled by clients of others, and every manifest, config and layer
 * comes out with the bytes of its digest. skopeo and podman are Debian's; where crane or regctl is not on the PATH, its
 * tests are skipped.
 */

const NAME = 'team/app';
const TAG = '1.0';
const arm: Partial<ImageSpec> = { platform: { os: 'linux', architecture: 'arm64' } };
/** Real tars: podman unpacks them. */
const layersOf = (text: string, compression: 'gzip' | 'zstd' = 'gzip') => [
  { files: { 'etc/motd': `hello ${text}\n` }, compression },
  { files: { 'srv/app': `${text}\n`.repeat(1000) }, compression },
];
const image = buildImage({ seed: 'image', layers: layersOf('image') });
const other = buildImage({ seed: 'arm', layers: layersOf('arm'), ...arm });
const sbom = buildImage({
  seed: 'sbom',
  subject: image.descriptor,
  artifactType: 'application/spdx+json',
});
const docker = (seed: string, spec: Partial<ImageSpec> = {}) =>
  buildImage({ seed, flavour: 'docker', layers: layersOf(seed), ...spec });

interface Shape {
  /** What is pushed: the image first, then what goes along. */
  readonly graphs: readonly [Graph, ...Graph[]];
  /** What a machine of linux/amd64 runs. */
  readonly amd: Image;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'an image': { graphs: [image], amd: image },
  'an index with attestations': {
    graphs: [buildIndex([image, other, buildAttestation(image), buildAttestation(other)])],
    amd: image,
  },
  'an image with a referrer': { graphs: [image, sbom], amd: image },
  'layers compressed with zstd': single(
    buildImage({ seed: 'zstd', layers: layersOf('zstd', 'zstd') }),
  ),
  "an image of Docker's types": single(docker('docker')),
  "a list of Docker's types": list(docker('docker'), docker('docker arm', arm)),
};

function single(graph: Image): Shape {
  return { graphs: [graph], amd: graph };
}

function list(amd: Image, ...others: readonly Graph[]): Shape {
  return { graphs: [buildIndex([amd, ...others], { flavour: 'docker' })], amd };
}

interface Client {
  readonly isOfDebian?: true;
  /** Pulls a reference, and gives the digests of the bytes that it has then. */
  readonly pull: (ecr: LocalEcr, reference: string, folder: string) => Promise<ReadonlySet<string>>;
}

const host = ({ port }: LocalEcr): string => `127.0.0.1:${port}`;

const CLIENTS: Readonly<Record<string, Client>> = {
  skopeo: {
    isOfDebian: true,
    pull: async (_, reference, folder) => {
      const how = ['--insecure-policy', 'copy', '--all', '--preserve-digests'];
      const source = `docker://${reference}`;
      await execute('skopeo', ...how, '--src-tls-verify=false', source, `dir:${folder}`);
      return digestsIn(folder);
    },
  },
  crane: {
    pull: async (_, reference, folder) => {
      await execute('crane', 'pull', '--format=oci', reference, folder);
      return digestsIn(folder);
    },
  },
  regctl: {
    pull: async (ecr, reference, folder) => {
      const plain = ['--host', `reg=${host(ecr)},tls=disabled`];
      await execute('regctl', ...plain, 'image', 'copy', reference, `ocidir://${folder}:x`);
      return digestsIn(folder);
    },
  },
};

/** Of all files, whatever they are called. */
async function digestsIn(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const contents = files.map(({ parentPath, name }) => readFile(join(parentPath, name)));
  return new Set((await Promise.all(contents)).map(digestOf));
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A local ECR that the action has pushed the shape to. */
async function pushed({ graphs }: Shape, folder: string): Promise<LocalEcr> {
  const ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const layout = join(folder, 'layout');
  await writeLayoutDirectory(layout, graphs);
  const inputs = { layout, repository: NAME, tags: TAG };
  const run = await runAction({ inputs, env: ecr.env });
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  return ecr;
}

for (const [client, { isOfDebian, pull }] of Object.entries(CLIENTS)) {
  for (const [what, shape] of Object.entries(SHAPES)) {
    test(`${client} pulls ${what}`, { skip: !isOfDebian && missing(client) }, async () => {
      await using scratch = await temporaryDirectory();
      await using ecr = await pushed(shape, scratch.path);
      for (const [at, { descriptor, blobs }] of shape.graphs.entries()) {
        const reference = at === 0 ? `:${TAG}` : `@${descriptor.digest}`;
        const folder = join(scratch.path, `pulled-${at}`);
        const found = await pull(ecr, `${host(ecr)}/${NAME}${reference}`, folder);
        for (const digest of blobs.keys()) assert.ok(found.has(digest), digest);
      }
    });
  }
}

test('regctl finds the referrer by its subject', { skip: missing('regctl') }, async () => {
  await using scratch = await temporaryDirectory();
  await using ecr = await pushed({ graphs: [image, sbom], amd: image }, scratch.path);
  const plain = ['--host', `reg=${host(ecr)},tls=disabled`];
  const source = `${host(ecr)}/${NAME}:${TAG}`;
  const target = join(scratch.path, 'pulled');
  await execute('regctl', ...plain, 'image', 'copy', '--referrers', source, `ocidir://${target}:x`);
  const found = await digestsIn(target);
  for (const digest of sbom.blobs.keys()) assert.ok(found.has(digest), digest);
});

interface PodmanImage {
  readonly Id: string;
  readonly Digest: string;
  readonly RepoDigests: readonly string[];
  readonly RootFS: { readonly Layers: readonly string[] };
}

/** It keeps layers unpacked, and knows them by the digests of their tars, which it checks against the config. */
for (const [what, { graphs, amd }] of Object.entries(SHAPES)) {
  test(`podman pulls ${what}`, async () => {
    await using scratch = await temporaryDirectory();
    await using ecr = await pushed({ graphs, amd }, scratch.path);
    const [root, run] = ['root', 'run'].map((name) => join(scratch.path, name)) as [string, string];
    const podman = (...args: readonly string[]): Promise<string> =>
      execute('podman', '--root', root, '--runroot', run, '--storage-driver', 'vfs', ...args);
    const repository = `${host(ecr)}/${NAME}`;
    await podman('pull', '--quiet', '--tls-verify=false', '--arch=amd64', `${repository}:${TAG}`);
    const [found] = JSON.parse(await podman('image', 'inspect', `${repository}:${TAG}`)) as [
      PodmanImage,
    ];
    const digests = [amd, graphs[0]].map(({ descriptor }) => `${repository}@${descriptor.digest}`);
    assert.deepEqual(new Set(found.RepoDigests), new Set(digests));
    assert.equal(`sha256:${found.Id}`, amd.config.digest);
    const config = amd.blobs.get(amd.config.digest);
    assert.ok(config instanceof Uint8Array);
    const { rootfs } = JSON.parse(Buffer.from(config).toString()) as {
      rootfs: { diff_ids: readonly string[] };
    };
    assert.deepEqual(found.RootFS.Layers, rootfs.diff_ids);
  });
}
