import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InitiateLayerUploadCommand } from '@aws-sdk/client-ecr';
import {
  ACCOUNT,
  APP,
  complete,
  initiate,
  privateClient,
  refusal,
  sendPart,
  sha256,
} from './sample.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcrOptions } from './options.ts';

const TINY = { partSize: 8, minPartBytes: 4, maxPartBytes: 10, maxParts: 4, maxLayerBytes: 30 };
const UNKNOWN = '00000000-0000-0000-0000-000000000000';
const HELLO = Buffer.from('hello, world');

async function start(options: LocalEcrOptions = { limits: { ecr: TINY } }) {
  const ecr = await startLocalEcr(options);
  ecr.createRepository(APP);
  return {
    ecr,
    client: privateClient(ecr),
    [Symbol.asyncDispose]: () => ecr[Symbol.asyncDispose](),
  };
}

describe('InitiateLayerUpload', () => {
  test('answers a UUID and the part size of 10 MiB', async () => {
    await using local = await start({});
    const command = new InitiateLayerUploadCommand({ repositoryName: APP });
    const { uploadId, partSize } = await local.client.send(command);
    assert.match(uploadId ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(partSize, 10_485_760);
  });

  test('refuses a repository that was never created', async () => {
    await using local = await start();
    const { name, message } = await refusal(initiate(local.client, 'other'));
    assert.equal(name, 'RepositoryNotFoundException');
    assert.equal(
      message,
      `The repository with name 'other' does not exist in the registry with id '${ACCOUNT}'`,
    );
  });
});

describe('UploadLayerPart', () => {
  test('answers the position of the last byte received', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    assert.equal(await sendPart(local.client, uploadId, 0, HELLO.subarray(0, 8)), 7);
    assert.equal(await sendPart(local.client, uploadId, 8, HELLO.subarray(8)), 11);
  });

  const rangeCases = [
    {
      name: 'a part that leaves a gap',
      part: [9, 'x'] as const,
      message: 'First byte of the layer part is 9 instead of 8',
    },
    {
      name: 'a part that was sent before',
      part: [0, 'hello, w'] as const,
      message: 'First byte of the layer part is 0 instead of 8',
    },
    {
      name: 'a part shorter than its range',
      part: [8, 'x', 9] as const,
      message: 'The layer part has 1 bytes, which do not fill the range from 8 to 9',
    },
    {
      name: 'a part longer than its range',
      part: [8, 'xyz', 9] as const,
      message: 'The layer part has 3 bytes, which do not fill the range from 8 to 9',
    },
    {
      name: 'a part without bytes',
      part: [8, '', 7] as const,
      message: 'The layer part has 0 bytes, which do not fill the range from 8 to 7',
    },
  ];
  for (const { name, part, message } of rangeCases) {
    test(`refuses ${name} and says up to where the layer is valid`, async () => {
      await using local = await start();
      const uploadId = await initiate(local.client);
      await sendPart(local.client, uploadId, 0, HELLO.subarray(0, 8));
      const [first, content, last] = part;
      const error = await refusal(
        sendPart(local.client, uploadId, first, Buffer.from(content), last),
      );
      assert.equal(error.name, 'InvalidLayerPartException');
      assert.equal(error.message, message);
      const { lastValidByteReceived, registryId, repositoryName } = error;
      assert.deepEqual(
        { lastValidByteReceived, registryId, repositoryName, uploadId: error['uploadId'] },
        { lastValidByteReceived: 7, registryId: ACCOUNT, repositoryName: APP, uploadId },
      );
    });
  }

  test('names no valid byte while none has come', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    const error = await refusal(sendPart(local.client, uploadId, 5, HELLO.subarray(0, 4)));
    assert.equal(error.message, 'First byte of the layer part is 5 instead of 0');
    assert.equal(error['lastValidByteReceived'], undefined);
  });

  test('takes one of two copies of a part that come at once', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    const twice = [0, 0].map((first) =>
      sendPart(local.client, uploadId, first, HELLO.subarray(0, 8)),
    );
    const outcomes = (await Promise.allSettled(twice)).map(({ status }) => status);
    assert.deepEqual(outcomes.sort(), ['fulfilled', 'rejected']);
  });

  test('takes a part of the largest size and refuses one byte more', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    assert.equal(await sendPart(local.client, uploadId, 0, Buffer.alloc(10)), 9);
    const { name, message } = await refusal(sendPart(local.client, uploadId, 10, Buffer.alloc(11)));
    assert.equal(name, 'InvalidParameterException');
    assert.equal(
      message,
      "Invalid parameter at 'layerPartBlob' failed to satisfy constraint: 'Member must have length less than or equal to 10'",
    );
  });

  test('takes 20,971,520 bytes by default and not one more', async () => {
    await using local = await start({});
    const uploadId = await initiate(local.client);
    assert.equal(await sendPart(local.client, uploadId, 0, Buffer.alloc(20_971_520)), 20_971_519);
    const tooLarge = sendPart(local.client, uploadId, 20_971_520, Buffer.alloc(20_971_521));
    assert.equal((await refusal(tooLarge)).name, 'InvalidParameterException');
  });

  test('refuses more parts than the limit', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    for (const first of [0, 4, 8, 12])
      await sendPart(local.client, uploadId, first, Buffer.alloc(4));
    const { name } = await refusal(sendPart(local.client, uploadId, 16, Buffer.alloc(4)));
    assert.equal(name, 'LimitExceededException');
  });

  test('refuses a part that makes the layer larger than the limit', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    for (const first of [0, 10]) await sendPart(local.client, uploadId, first, Buffer.alloc(10));
    await sendPart(local.client, uploadId, 20, Buffer.alloc(9));
    const { name } = await refusal(sendPart(local.client, uploadId, 29, Buffer.alloc(2)));
    assert.equal(name, 'LimitExceededException');
    assert.equal(await sendPart(local.client, uploadId, 29, Buffer.alloc(1)), 29);
  });

  test('refuses an upload that it does not know', async () => {
    await using local = await start();
    const { name, message } = await refusal(
      sendPart(local.client, UNKNOWN, 0, HELLO.subarray(0, 4)),
    );
    assert.equal(name, 'UploadNotFoundException');
    assert.equal(
      message,
      `The upload with id '${UNKNOWN}' in the repository with name '${APP}' in registry with id '${ACCOUNT}' does not exist`,
    );
  });

  test("does not find another repository's upload", async () => {
    await using local = await start();
    local.ecr.createRepository('other');
    const uploadId = await initiate(local.client, 'other');
    const { name } = await refusal(sendPart(local.client, uploadId, 0, HELLO.subarray(0, 4)));
    assert.equal(name, 'UploadNotFoundException');
  });

  test('takes no part for an upload that is complete', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    await sendPart(local.client, uploadId, 0, HELLO.subarray(0, 8));
    await complete(local.client, uploadId, sha256(HELLO.subarray(0, 8)));
    const { name } = await refusal(sendPart(local.client, uploadId, 8, HELLO.subarray(8)));
    assert.equal(name, 'UploadNotFoundException');
  });
});

describe('CompleteLayerUpload', () => {
  const uploadAll = async (
    client: ReturnType<typeof privateClient>,
    ...parts: readonly number[]
  ): Promise<string> => {
    const uploadId = await initiate(client);
    let first = 0;
    for (const size of parts) {
      await sendPart(client, uploadId, first, HELLO.subarray(first, first + size));
      first += size;
    }
    return uploadId;
  };

  test('answers the digest that it computed, and stores the layer', async () => {
    await using local = await start();
    const uploadId = await uploadAll(local.client, 8, 4);
    assert.equal(await complete(local.client, uploadId, sha256(HELLO)), sha256(HELLO));
    assert.deepEqual(
      [...local.ecr.repository(APP).layers.values()],
      [{ digest: sha256(HELLO), size: 12, availability: 'AVAILABLE' }],
    );
  });

  test('is content when one of several digests is right', async () => {
    await using local = await start();
    const uploadId = await uploadAll(local.client, 8, 4);
    const digest = await complete(local.client, uploadId, sha256('other'), sha256(HELLO));
    assert.equal(digest, sha256(HELLO));
  });

  test('refuses an upload without parts', async () => {
    await using local = await start();
    const uploadId = await initiate(local.client);
    const { name, message } = await refusal(complete(local.client, uploadId, sha256('')));
    assert.equal(name, 'EmptyUploadException');
    assert.equal(
      message,
      `The upload with id '${uploadId}' in the repository with name '${APP}' in registry with id '${ACCOUNT}' cannot be completed because it does not have any parts`,
    );
  });

  test('refuses a digest that is not that of the bytes', async () => {
    await using local = await start();
    const uploadId = await uploadAll(local.client, 8, 4);
    const { name, message } = await refusal(complete(local.client, uploadId, sha256('other')));
    assert.equal(name, 'InvalidLayerException');
    assert.equal(message, 'None of the provided layer digests match the calculated layer digest');
  });

  const smallCases = [
    { name: 'a first part one byte too small', parts: [3, 9], small: true },
    { name: 'a first part of the smallest size', parts: [4, 8], small: false },
    { name: 'a middle part that is too small', parts: [4, 3, 5], small: true },
    { name: 'a last part of one byte', parts: [8, 3], small: false },
    { name: 'an only part of one byte', parts: [1], small: false },
  ];
  for (const { name, parts, small } of smallCases) {
    test(`${small ? 'refuses' : 'takes'} ${name}`, async () => {
      await using local = await start();
      const uploadId = await uploadAll(local.client, ...parts);
      const size = parts.reduce((sum, part) => sum + part, 0);
      const completed = complete(local.client, uploadId, sha256(HELLO.subarray(0, size)));
      if (!small) {
        assert.equal(await completed, sha256(HELLO.subarray(0, size)));
        return;
      }
      const error = await refusal(completed);
      assert.equal(error.name, 'LayerPartTooSmallException');
      assert.equal(error.message, 'All layer parts except the last part should be at least 5MB');
    });
  }

  test('refuses a layer that the repository holds already', async () => {
    await using local = await start();
    await complete(local.client, await uploadAll(local.client, 8, 4), sha256(HELLO));
    const again = complete(local.client, await uploadAll(local.client, 8, 4), sha256(HELLO));
    const { name, message } = await refusal(again);
    assert.equal(name, 'LayerAlreadyExistsException');
    assert.ok(message.includes(sha256(HELLO)), message);
  });

  for (const completedTwice of [
    'LayerAlreadyExistsException',
    'UploadNotFoundException',
  ] as const) {
    test(`answers ${completedTwice} to the second Complete of one upload, as told`, async () => {
      await using local = await start({ behaviours: { completedTwice } });
      const uploadId = await uploadAll(local.client, 12);
      await complete(local.client, uploadId, sha256(HELLO));
      const { name } = await refusal(complete(local.client, uploadId, sha256(HELLO)));
      assert.equal(name, completedTwice);
    });
  }

  test('refuses an upload that it does not know', async () => {
    await using local = await start();
    const { name } = await refusal(complete(local.client, UNKNOWN, sha256(HELLO)));
    assert.equal(name, 'UploadNotFoundException');
  });
});

describe('the limits of each service', () => {
  test('are those that AWS documents', async () => {
    await using local = await start({});
    const MiB = 1024 * 1024;
    const named = Object.entries(local.ecr.world.rules).map(([service, { limits }]) => [
      service,
      limits.maxParts,
      limits.maxLayerBytes / MiB,
      limits.maxPartBytes,
      limits.minPartBytes / MiB,
      limits.maxLayersPerImage,
    ]);
    assert.deepEqual(named, [
      ['ecr', 4200, 52_000, 20_971_520, 5, 500],
      ['ecr-public', 1000, 10_000, 20_971_520, 5, 500],
    ]);
  });
});

describe('a repository creation template', () => {
  const createOnPush = [{ prefix: 'team', settings: { imageTagMutability: 'IMMUTABLE' as const } }];

  test('creates a repository at its first InitiateLayerUpload, with its settings', async () => {
    await using ecr = await startLocalEcr({ createOnPush });
    await initiate(privateClient(ecr), 'team/new');
    assert.equal(ecr.repository('team/new').settings.imageTagMutability, 'IMMUTABLE');
  });

  test('does nothing for other prefixes', async () => {
    await using ecr = await startLocalEcr({ createOnPush });
    const { name } = await refusal(initiate(privateClient(ecr), 'teams/new'));
    assert.equal(name, 'RepositoryNotFoundException');
  });

  test('acts for every name when its prefix is ROOT', async () => {
    await using ecr = await startLocalEcr({ createOnPush: [{ prefix: 'ROOT' }] });
    await initiate(privateClient(ecr), 'any/name');
    assert.equal(ecr.repository('any/name').repositoryName, 'any/name');
  });
});
