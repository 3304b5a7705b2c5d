import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteRepositoryCommand } from '@aws-sdk/client-ecr';
import { PushError } from '../../src/errors.ts';
import { privateClient } from '../local-ecr/sample.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';
import { pushToLocal, tryToPush } from './local-push.ts';

const index = buildIndex([buildImage({ seed: 'a' }), buildImage({ seed: 'b' })]);

for (const [operation, nth] of [
  ['InitiateLayerUpload', 1],
  ['InitiateLayerUpload', 4],
  ['UploadLayerPart', 2],
  ['CompleteLayerUpload', 3],
  ['PutImage', 1],
  ['PutImage', 3],
] as const) {
  for (const createRepository of [undefined, {}]) {
    const created = createRepository === undefined ? '' : ', and is not created behind its back';
    test(`a repository that is deleted at ${operation} ${nth} is named${created}`, async () => {
      await using ecr = await startLocalEcr();
      ecr.createRepository(REPOSITORY_NAME);
      const client = privateClient(ecr);
      const input = { repositoryName: REPOSITORY_NAME, force: true };
      const run = async (): Promise<void> => {
        await client.send(new DeleteRepositoryCommand(input));
      };
      ecr.fault({ kind: 'before', operation, nth, run });
      const { targets } = await tryToPush(ecr, index, { createRepository });
      client.destroy();
      const error = targets[0]?.error;
      refused('REPOSITORY_NOT_FOUND', REPOSITORY_NAME, 'It did when the push began')(error);
      assert.ok(error instanceof PushError);
      assert.match(error.hint, /deleted it meanwhile/);
      assert.deepEqual(ecr.calls('CreateRepository'), []);
    });
  }
}

test('and the same push again, which creates it, is complete', async () => {
  await using ecr = await startLocalEcr();
  await pushToLocal(ecr, index, { createRepository: {} });
  assert.equal(ecr.repository(REPOSITORY_NAME).tags.get('1.0'), index.descriptor.digest);
});

test('one that was not there at the start is not said to have been', async () => {
  await using ecr = await startLocalEcr();
  const { targets } = await tryToPush(ecr, index);
  const error = targets[0]?.error;
  assert.ok(error instanceof PushError);
  assert.equal(error.code, 'REPOSITORY_NOT_FOUND');
  assert.doesNotMatch(error.message, /when the push began/);
});
