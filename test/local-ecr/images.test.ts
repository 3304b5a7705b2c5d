import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchGetImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import type { ImageIdentifier } from '@aws-sdk/client-ecr';
import {
  APP,
  OCI_INDEX,
  OCI_MANIFEST,
  descriptor,
  index,
  manifest,
  privateClient,
  put,
  putLayers,
  refusal,
  sha256,
} from './sample.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcr } from './server.ts';

const IMAGE = manifest(['a']);
const OTHER = manifest(['bbbbb'], { subject: descriptor(IMAGE, OCI_MANIFEST) });
const BOTH = index([IMAGE, OTHER]);

/** `IMAGE` under v1 and v2, `OTHER` without a tag, an index over both under `both`. */
async function start(): Promise<LocalEcr> {
  const ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  await putLayers(client, ['a', 'bbbbb']);
  await put(client, IMAGE, { tag: 'v1' });
  await put(client, IMAGE, { tag: 'v2' });
  await put(client, OTHER);
  await put(client, BOTH, { tag: 'both' });
  return ecr;
}

describe('BatchGetImage', () => {
  const get = (ecr: LocalEcr, imageIds: ImageIdentifier[], acceptedMediaTypes?: string[]) =>
    privateClient(ecr).send(
      new BatchGetImageCommand({ repositoryName: APP, imageIds, acceptedMediaTypes }),
    );

  test('finds images by tag and by digest, manifests as they were pushed', async () => {
    await using ecr = await start();
    const ids = [{ imageTag: 'v2' }, { imageDigest: sha256(OTHER) }, { imageTag: 'both' }];
    const { images, failures } = await get(ecr, ids);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      images?.map(({ imageId, imageManifest, imageManifestMediaType }) => [
        ...[imageId?.imageTag, imageId?.imageDigest, imageManifest, imageManifestMediaType],
      ]),
      [
        ['v2', sha256(IMAGE), IMAGE, OCI_MANIFEST],
        [undefined, sha256(OTHER), OTHER, OCI_MANIFEST],
        ['both', sha256(BOTH), BOTH, OCI_INDEX],
      ],
    );
  });

  const failureCases: { name: string; id: ImageIdentifier; code: string }[] = [
    { name: 'an unknown tag', id: { imageTag: 'v9' }, code: 'ImageNotFound' },
    { name: 'an unknown digest', id: { imageDigest: sha256('x') }, code: 'ImageNotFound' },
    { name: 'neither tag nor digest', id: {}, code: 'MissingDigestAndTag' },
    { name: 'what is no digest', id: { imageDigest: 'v1' }, code: 'InvalidImageDigest' },
    {
      name: "a tag with another image's digest",
      id: { imageTag: 'v1', imageDigest: sha256(OTHER) },
      code: 'ImageTagDoesNotMatchDigest',
    },
  ];
  for (const { name, id, code } of failureCases) {
    test(`answers ${name} with the failure ${code}, next to what it found`, async () => {
      await using ecr = await start();
      const { images, failures } = await get(ecr, [id, { imageTag: 'v1' }]);
      assert.deepEqual(
        failures?.map(({ failureCode }) => failureCode),
        [code],
      );
      assert.equal(images?.length, 1);
    });
  }

  test('by tag, shows only what the caller accepts', async () => {
    await using ecr = await start();
    const { images, failures } = await get(ecr, [{ imageTag: 'both' }], [OCI_MANIFEST]);
    assert.deepEqual([images?.length, failures?.length], [0, 1]);
    assert.equal((await get(ecr, [{ imageTag: 'both' }], [OCI_INDEX])).images?.length, 1);
  });

  test('by digest, never asks what the caller accepts', async () => {
    await using ecr = await start();
    const { images } = await get(ecr, [{ imageDigest: sha256(BOTH) }], [OCI_MANIFEST]);
    assert.equal(images?.[0]?.imageManifest, BOTH);
  });

  test('takes 1 to 100 ids', async () => {
    await using ecr = await start();
    const ids = Array.from({ length: 101 }, () => ({ imageTag: 'v1' }));
    assert.equal((await get(ecr, ids.slice(1))).images?.length, 100);
    assert.equal((await refusal(get(ecr, ids))).name, 'InvalidParameterException');
    assert.equal((await refusal(get(ecr, []))).name, 'InvalidParameterException');
  });
});

describe('DescribeImages', () => {
  const describeImages = (ecr: LocalEcr, rest: object = {}) =>
    privateClient(ecr).send(new DescribeImagesCommand({ repositoryName: APP, ...rest }));

  test('tells digests, tags, media types and subjects', async () => {
    await using ecr = await start();
    const { imageDetails } = await describeImages(ecr);
    assert.deepEqual(
      imageDetails?.map((detail) => [
        ...[detail.imageDigest, detail.imageTags, detail.imageManifestMediaType],
        ...[detail.imageSizeInBytes, detail.subjectManifestDigest],
      ]),
      [
        [sha256(IMAGE), ['v1', 'v2'], OCI_MANIFEST, 3, undefined],
        [sha256(OTHER), undefined, OCI_MANIFEST, 7, sha256(IMAGE)],
        // That of its largest image.
        [sha256(BOTH), ['both'], OCI_INDEX, 7, undefined],
      ],
    );
    assert.ok(imageDetails[0]?.imagePushedAt instanceof Date);
  });

  test('fails as a whole when one of the ids is missing', async () => {
    await using ecr = await start();
    const imageIds = [{ imageTag: 'v1' }, { imageTag: 'v9' }];
    const { name, message } = await refusal(describeImages(ecr, { imageIds }));
    assert.equal(name, 'ImageNotFoundException');
    assert.match(message, /\{imageDigest:'null', imageTag:'v9'\}/);
  });

  test('tells an image once that is asked for by tag and by digest', async () => {
    await using ecr = await start();
    const imageIds = [{ imageTag: 'v1' }, { imageDigest: sha256(IMAGE) }];
    assert.equal((await describeImages(ecr, { imageIds })).imageDetails?.length, 1);
  });

  for (const [tagStatus, count] of Object.entries({ TAGGED: 2, UNTAGGED: 1, ANY: 3 })) {
    test(`filters by the tag status ${tagStatus}`, async () => {
      await using ecr = await start();
      const { imageDetails } = await describeImages(ecr, { filter: { tagStatus } });
      assert.equal(imageDetails?.length, count);
    });
  }

  const byStatus = { ACTIVE: [IMAGE], ARCHIVED: [OTHER, BOTH], ACTIVATING: [] };
  for (const [imageStatus, found] of Object.entries({ ...byStatus, ANY: [IMAGE, OTHER, BOTH] })) {
    test(`filters by the image status ${imageStatus}`, async () => {
      await using ecr = await start();
      ecr.setAvailability(APP, sha256('bbbbb'), 'ARCHIVED');
      const { imageDetails = [] } = await describeImages(ecr, { filter: { imageStatus } });
      assert.deepEqual(
        imageDetails.map(({ imageDigest }) => imageDigest),
        found.map(sha256),
      );
    });
  }

  test('leaves archived images out, unless they are asked for', async () => {
    await using ecr = await start();
    ecr.setAvailability(APP, sha256('bbbbb'), 'ARCHIVED');
    const statuses = async (rest?: object) =>
      (await describeImages(ecr, rest)).imageDetails?.map(({ imageStatus }) => imageStatus);
    assert.deepEqual(await statuses(), ['ACTIVE']);
    const imageIds = [{ imageTag: 'v1' }, { imageTag: 'both' }];
    assert.deepEqual(await statuses({ imageIds }), ['ACTIVE', 'ARCHIVED']);
  });

  test('answers in pages', async () => {
    await using ecr = await start();
    const first = await describeImages(ecr, { maxResults: 2 });
    const { nextToken } = first;
    const second = await describeImages(ecr, { maxResults: 2, nextToken });
    const digests = [first, second].map(({ imageDetails = [] }) =>
      imageDetails.map(({ imageDigest }) => imageDigest),
    );
    assert.deepEqual(digests, [[sha256(IMAGE), sha256(OTHER)], [sha256(BOTH)]]);
    assert.equal(second.nextToken, undefined);
  });

  for (const imageTag of ['', 'v'.repeat(301)]) {
    test(`refuses a tag of ${imageTag.length} characters, as BatchGetImage does`, async () => {
      await using ecr = await start();
      const imageIds = [{ imageTag: 'v1' }, { imageTag }];
      const batch = new BatchGetImageCommand({ repositoryName: APP, imageIds });
      for (const call of [describeImages(ecr, { imageIds }), privateClient(ecr).send(batch)]) {
        const { name, message } = await refusal(call);
        assert.equal(name, 'InvalidParameterException');
        assert.match(message, /^Invalid parameter at 'imageIds\.2\.member\.imageTag'/);
      }
    });
  }

  test('refuses a token that it did not give', async () => {
    await using ecr = await start();
    const { name } = await refusal(describeImages(ecr, { nextToken: 'next' }));
    assert.equal(name, 'InvalidParameterException');
  });
});
