import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startLocalEcr } from '../local-ecr/server.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import { execute } from '../support/execute.ts';
import { buildAttestation, buildImage, buildIndex, type Graph, named } from '../support/image.ts';
import { runAction } from '../support/run-action.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { missing } from './servers/server.ts';

/**
 * Layouts that crane, oras, regctl, cosign and ko write, pushed by the built action and pulled back by skopeo. They are in
 * no package of Debian's: where one is not on the PATH, its tests are skipped.
 */

const NAME = 'team/app';
const platform = (architecture: string) => ({ os: 'linux', architecture });
const layers = [{ files: { 'etc/motd': 'hello\n' } }];
const amd = buildImage({ seed: 'amd', layers, platform: platform('amd64') });
const arm = buildImage({ seed: 'arm', layers, platform: platform('arm64') });
const index = buildIndex([amd, arm, buildAttestation(amd)]);
const sbom = buildImage({
  seed: 'sbom',
  subject: index.descriptor,
  artifactType: 'application/spdx+json',
});

/** As cosign keeps it in a registry: by a tag. */
const signature = buildImage({ seed: 'signature', layers: [{ size: 100 }] });
const signatureTag = `${amd.descriptor.digest.replace(':', '-')}.sig`;

interface Form {
  readonly tool: 'crane' | 'oras' | 'regctl' | 'cosign' | 'ko';
  readonly what: string;
  /** Of the image that the tool pulls. */
  readonly tag: 'index' | 'single';
  readonly make: (source: string, target: string) => Promise<unknown>;
  /** What must arrive under the tag; the action's own digest where the tool does not keep it. */
  readonly root: Graph | undefined;
  readonly along?: Graph;
  /** Pulls it back; skopeo if nothing is said. */
  readonly puller?: 'crane';
}

const forms: readonly Form[] = [
  {
    tool: 'crane',
    what: 'pull --format=oci of an index',
    tag: 'index',
    make: (source, target) => execute('crane', 'pull', '--format=oci', source, target),
    root: index,
  },
  {
    tool: 'crane',
    what: 'pull --format=oci of an image',
    tag: 'single',
    make: (source, target) => execute('crane', 'pull', '--format=oci', source, target),
    root: amd,
  },
  {
    tool: 'crane',
    what: 'pull, a docker-archive',
    tag: 'single',
    make: (source, target) => execute('crane', 'pull', source, target),
    root: undefined,
  },
  {
    tool: 'oras',
    what: 'cp --to-oci-layout',
    tag: 'index',
    make: (source, target) =>
      execute('oras', 'cp', '--from-plain-http', source, '--to-oci-layout', `${target}:v1`),
    root: index,
  },
  {
    tool: 'oras',
    what: 'cp -r --to-oci-layout',
    tag: 'index',
    make: (source, target) =>
      execute('oras', 'cp', '-r', '--from-plain-http', source, '--to-oci-layout', `${target}:v1`),
    root: index,
    along: sbom,
  },
  {
    tool: 'regctl',
    what: 'image copy to an ocidir',
    tag: 'index',
    make: (source, target) => regctl(source, 'image', 'copy', source, `ocidir://${target}:v1`),
    root: index,
  },
  {
    tool: 'regctl',
    what: 'image copy --referrers to an ocidir',
    tag: 'index',
    make: (source, target) =>
      regctl(source, 'image', 'copy', '--referrers', source, `ocidir://${target}:v1`),
    root: index,
    along: sbom,
  },
  {
    tool: 'regctl',
    what: 'image export',
    tag: 'single',
    make: (source, target) => regctl(source, 'image', 'export', source, target),
    root: amd,
  },
  {
    tool: 'cosign',
    what: 'save of an image with a signature',
    tag: 'single',
    make: (source, target) =>
      execute('cosign', 'save', '--allow-http-registry', '--dir', target, source),
    root: amd,
    along: signature,
  },
  {
    tool: 'ko',
    what: 'build --oci-layout-path for two platforms',
    tag: 'index',
    make: koBuild,
    root: undefined,
    // A list of Docker's with OCI images in it, which skopeo does not copy as it is.
    puller: 'crane',
  },
];

for (const { tool, what, tag, make, root, along, puller } of forms) {
  test(
    `${tool} ${what}: pushed whole, and pulled back`,
    { skip: missing(tool) || (puller !== undefined && missing(puller)) },
    async () => {
      await using scratch = await temporaryDirectory();
      await using from = await filled(scratch.path);
      const made = join(scratch.path, 'made');
      await make(`127.0.0.1:${from.port}/${NAME}:${tag}`, made);
      await using ecr = await startLocalEcr();
      const repository = ecr.createRepository(NAME);
      const inputs = { layout: made, repository: NAME };
      const run = await runAction({ inputs, env: ecr.env });
      assert.equal(run.exitCode, 0, run.stdout + run.stderr);
      if (root !== undefined) assert.equal(run.outputs['digest'], root.descriptor.digest);
      if (along !== undefined) assert(repository.images.has(along.descriptor.digest), run.stdout);
      await pull(ecr, join(scratch.path, 'pulled'), puller);
    },
  );
}

function regctl(source: string, ...args: string[]): Promise<string> {
  const [host = ''] = source.split('/');
  return execute('regctl', '--host', `reg=${host},tls=disabled`, ...args);
}

/** A program of its own, on top of the image that `source` names. */
async function koBuild(source: string, target: string): Promise<void> {
  await using program = await temporaryDirectory();
  await writeFile(join(program.path, 'go.mod'), 'module example.org/app\n\ngo 1.20\n');
  await writeFile(join(program.path, 'main.go'), 'package main\n\nfunc main() {}\n');
  const platforms = '--platform=linux/amd64,linux/arm64';
  // It refuses a path with capital letters, which a temporary folder has.
  const args = ['build', '--push=false', '--sbom=none', platforms, '--oci-layout-path=made', '.'];
  await promisify(execFile)('ko', args, {
    cwd: program.path,
    env: { ...process.env, KO_DOCKER_REPO: 'example.org', KO_DEFAULTBASEIMAGE: source },
  });
  await rename(join(program.path, 'made'), target);
}

/** A registry to pull from: the local ECR, filled by the action. */
async function filled(scratch: string): Promise<LocalEcr> {
  const ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const single = [amd, named(signature, signatureTag)];
  for (const [tag, graphs] of Object.entries({ index: [index, sbom], single })) {
    const layout = join(scratch, tag);
    await writeLayoutDirectory(layout, [named(graphs[0] ?? index, tag), ...graphs.slice(1)]);
    const inputs = { layout, image: tag, repository: NAME, tags: tag };
    const run = await runAction({ inputs, env: ecr.env });
    assert.equal(run.exitCode, 0, run.stdout);
  }
  return ecr;
}

async function pull(
  { port }: LocalEcr,
  target: string,
  puller: 'crane' | undefined,
): Promise<void> {
  const source = `127.0.0.1:${port}/${NAME}:latest`;
  if (puller === 'crane') {
    await execute('crane', 'pull', '--format=oci', source, target);
    return;
  }
  const options = ['--insecure-policy', 'copy', '--all', '--preserve-digests'];
  await execute(
    'skopeo',
    ...options,
    '--src-tls-verify=false',
    `docker://${source}`,
    `dir:${target}`,
  );
}
