import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { rawAnswer } from './raw-call.ts';
import { ACCOUNT, APP, initiate, privateClient, sendPart, sha256 } from './sample.ts';
import { startLocalEcr } from './server.ts';

/** What each error has on the wire, nothing else. `test/clients/model-walk.client.ts` holds all errors to the model. */

test('a part out of place says where it belongs, and nothing else of its repository', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const uploadId = await initiate(privateClient(ecr));
  await sendPart(privateClient(ecr), uploadId, 0, Buffer.from('abc'));
  const input = { repositoryName: APP, uploadId, partFirstByte: 9, partLastByte: 9 };
  const command = new UploadLayerPartCommand({ ...input, layerPartBlob: Buffer.from('x') });
  assert.deepEqual(await rawAnswer(ecr, (client) => client.send(command)), {
    status: 400,
    body: {
      __type: 'InvalidLayerPartException',
      registryId: ACCOUNT,
      repositoryName: APP,
      uploadId,
      lastValidByteReceived: 2,
      message: 'First byte of the layer part is 9 instead of 3',
    },
  });
});

test('a KMS key that fails is told with the error of KMS', async () => {
  await using ecr = await startLocalEcr();
  ecr.breakKey('key', 'DisabledException');
  const encryptionConfiguration = { encryptionType: 'KMS', kmsKey: 'key' } as const;
  const command = new CreateRepositoryCommand({ repositoryName: APP, encryptionConfiguration });
  assert.deepEqual(await rawAnswer(ecr, (client) => client.send(command)), {
    status: 400,
    body: {
      __type: 'KmsException',
      kmsError: 'DisabledException',
      message: "KMS refused the key 'key': DisabledException",
    },
  });
});

test('other errors have a name and a message', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const uploadId = await initiate(privateClient(ecr));
  const input = { repositoryName: APP, uploadId, layerDigests: [sha256('')] };
  const command = new CompleteLayerUploadCommand(input);
  assert.deepEqual(await rawAnswer(ecr, (client) => client.send(command)), {
    status: 400,
    body: {
      __type: 'EmptyUploadException',
      message: `The upload with id '${uploadId}' in the repository with name '${APP}' in registry with id '${ACCOUNT}' cannot be completed because it does not have any parts`,
    },
  });
});
