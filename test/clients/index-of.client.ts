import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { execute } from '../support/execute.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { runAction } from '../support/run-action.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/**
 * What runners push by digest and another joins, pulled by its tag. Without skopeo these tests fail; crane is in no package
 * of Debian's: where it is not on the PATH, its tests are skipped.
 */

const NAME = 'team/app';
const imageFor = (architecture: string, flavour: 'oci' | 'docker') =>
  buildImage({
    seed: architecture,
    flavour,
    layers: [{ files: { 'etc/arch': architecture } }],
    platform: { os: 'linux', architecture },
  });

/** As two runners leave them: one an image, the other an image with its attestation, or both Docker's. */
function runners(flavour: 'oci' | 'docker'): { roots: readonly Graph[]; listed: readonly Graph[] } {
  const [amd, arm] = [imageFor('amd64', flavour), imageFor('arm64', flavour)];
  if (flavour === 'docker') return { roots: [amd, arm], listed: [amd, arm] };
  const attestation = buildAttestation(amd);
  return { roots: [buildIndex([amd, attestation]), arm], listed: [amd, arm, attestation] };
}

async function step(ecr: LocalEcr, inputs: Readonly<Record<string, string>>) {
  const run = await runAction({ inputs: { repository: NAME, ...inputs }, env: ecr.env });
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  return run.outputs;
}

/** A local ECR with the joined index under the tag v1. */
async function joined(
  roots: readonly Graph[],
  folder: string,
): Promise<{ ecr: LocalEcr; digest: string }> {
  const ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const descriptors: string[] = [];
  for (const [at, root] of roots.entries()) {
    const layout = join(folder, `runner-${at}`);
    await writeLayoutDirectory(layout, [root]);
    const { descriptor = '' } = await step(ecr, { layout, 'push-by-digest': 'true' });
    descriptors.push(descriptor);
  }
  const { digest = '' } = await step(ecr, { 'index-of': descriptors.join('\n'), tags: 'v1' });
  return { ecr, digest };
}

interface Index {
  readonly manifests: readonly { readonly digest: string }[];
}

for (const flavour of ['oci', 'docker'] as const) {
  test(`skopeo copies an index of ${flavour} images by its tag, every digest as it was`, async () => {
    await using folder = await temporaryDirectory();
    const { roots, listed } = runners(flavour);
    const { ecr, digest } = await joined(roots, folder.path);
    await using _ = ecr;
    const source = `docker://127.0.0.1:${ecr.port}/${NAME}:v1`;
    const target = join(folder.path, 'pulled');
    const options = ['--all', '--preserve-digests', '--src-tls-verify=false'];
    await execute('skopeo', '--insecure-policy', 'copy', ...options, source, `dir:${target}`);
    const manifest = await readFile(join(target, 'manifest.json'), 'utf8');
    const digests = (JSON.parse(manifest) as Index).manifests.map((entry) => entry.digest);
    assert.deepEqual(
      digests,
      listed.map(({ descriptor }) => descriptor.digest),
    );
    for (const { descriptor, manifest: bytes } of listed) {
      const name = `${descriptor.digest.slice('sha256:'.length)}.manifest.json`;
      assert.ok((await readFile(join(target, name))).equals(bytes), name);
    }
    const raw = await execute('skopeo', 'inspect', '--tls-verify=false', '--raw', source);
    assert.equal(raw, manifest);
    assert.equal(ecr.repository(NAME).tags.get('v1'), digest);
  });

  test(`skopeo chooses the platform from an index of ${flavour} images`, async () => {
    await using folder = await temporaryDirectory();
    const { ecr } = await joined(runners(flavour).roots, folder.path);
    await using _ = ecr;
    for (const architecture of ['amd64', 'arm64']) {
      const output = await execute(
        ...(['skopeo', `--override-arch=${architecture}`, '--override-os=linux'] as const),
        ...['inspect', '--tls-verify=false', `docker://127.0.0.1:${ecr.port}/${NAME}:v1`],
      );
      assert.partialDeepStrictEqual(JSON.parse(output), { Architecture: architecture });
    }
  });
}

const CRANE = 'crane';
const hasCrane = spawnSync(CRANE, ['version']).status === 0;

for (const flavour of ['oci', 'docker'] as const) {
  test(
    `crane pulls an index of ${flavour} images by its tag`,
    { skip: hasCrane ? false : 'crane is not on the PATH' },
    async () => {
      await using folder = await temporaryDirectory();
      const { ecr, digest } = await joined(runners(flavour).roots, folder.path);
      await using _ = ecr;
      const source = `127.0.0.1:${ecr.port}/${NAME}:v1`;
      assert.equal((await execute(CRANE, 'digest', source)).trim(), digest);
      const target = join(folder.path, 'pulled');
      await execute(CRANE, 'pull', '--format=oci', source, target);
      const written = await readFile(join(target, 'index.json'), 'utf8');
      assert.deepEqual((JSON.parse(written) as Index).manifests[0]?.digest, digest);
      // It unpacks layers, and those of the attestations here are no tars.
      if (flavour === 'docker') await execute(CRANE, 'validate', '--remote', source);
    },
  );
}
