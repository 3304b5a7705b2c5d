import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { OCI_MANIFEST, descriptor, manifest, sha256 } from '../local-ecr/sample.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { aws, partArgs } from './aws-cli.ts';
import type { Output } from './aws-cli.ts';

/**
 * AWS's own command line drives the local ECR, so that it is not merely what this project thinks ECR is.
 * Without `aws` on the PATH these tests fail.
 */

const MIN_PART = 5 * 1024 * 1024;
const APP = ['--repository-name', 'app'];

type Aws = (...args: readonly string[]) => Promise<Output>;

/** Sends a layer in these parts. @returns the digest that Complete answered */
async function pushLayer(cli: Aws, folder: string, parts: readonly Buffer[]): Promise<string> {
  const { uploadId } = await cli('initiate-layer-upload', ...APP);
  let first = 0;
  for (const bytes of parts) {
    const file = join(folder, 'part');
    await writeFile(file, bytes);
    const answer = await cli(...partArgs('app', String(uploadId), first, bytes.length, file));
    first += bytes.length;
    assert.equal(answer['lastByteReceived'], first - 1);
  }
  const digests = [
    '--upload-id',
    String(uploadId),
    '--layer-digests',
    sha256(Buffer.concat(parts)),
  ];
  const completed = await cli('complete-layer-upload', ...APP, ...digests);
  return String(completed['layerDigest']);
}

for (const service of ['ecr', 'ecr-public'] as const) {
  test(`aws ${service} pushes a whole image by itself`, async () => {
    await using ecr = await startLocalEcr();
    await using folder = await temporaryDirectory();
    const cli: Aws = (...args) => aws(ecr, { service }, ...args);
    await cli('create-repository', ...APP);

    const layer = [randomBytes(MIN_PART), randomBytes(1000)];
    const digest = sha256(Buffer.concat(layer));
    const check = ['batch-check-layer-availability', ...APP, '--layer-digests', digest];
    const { layers: missing } = await cli(...check);
    assert.deepEqual(missing, [{ layerDigest: digest, layerAvailability: 'UNAVAILABLE' }]);
    assert.equal(await pushLayer(cli, folder.path, layer), digest);
    await pushLayer(cli, folder.path, [Buffer.from('{}')]);
    const { layers } = await cli(...check);
    assert.partialDeepStrictEqual(layers, [
      { layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: MIN_PART + 1000 },
    ]);

    const size = MIN_PART + 1000;
    const image = manifest([], { layers: [descriptor('', 'a/b', { digest, size })] });
    const tagged = ['--image-manifest', image, '--image-tag', 'v1'];
    const typed = ['--image-manifest-media-type', OCI_MANIFEST, '--image-digest', sha256(image)];
    const put = await cli('put-image', ...APP, ...tagged, ...typed);
    assert.partialDeepStrictEqual(put, {
      image: { imageId: { imageDigest: sha256(image), imageTag: 'v1' }, imageManifest: image },
    });
    await assertImage(cli, service, image);
    assert.deepEqual(ecr.log.partsOutOfOrder(), []);
  });
}

/** Only the private service can read a manifest back. */
async function assertImage(cli: Aws, service: string, image: string): Promise<void> {
  const ids = [...APP, '--image-ids', 'imageTag=v1'];
  const described = await cli('describe-images', ...ids);
  assert.partialDeepStrictEqual(described, {
    imageDetails: [{ imageDigest: sha256(image), imageTags: ['v1'] }],
  });
  if (service !== 'ecr') return;
  const { images, failures } = await cli('batch-get-image', ...ids, 'imageTag=v9');
  assert.partialDeepStrictEqual(images, [{ imageManifest: image }]);
  assert.partialDeepStrictEqual(failures, [{ failureCode: 'ImageNotFound' }]);
}
