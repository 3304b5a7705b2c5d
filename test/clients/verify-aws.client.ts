import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { execute } from '../support/execute.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { ServerRepository } from './servers/repository.ts';
import { missing, SERVERS } from './servers/server.ts';

/** What `npm run verify-aws` finds out of a server that others wrote, where it is not known beforehand. */

const NAME = 'team/app';

test('of moto', { skip: missing('moto_server') }, async () => {
  const moto = SERVERS.find(({ name }) => name === 'moto') ?? assert.fail('there is no moto');
  await using server = await moto.start();
  using repository = new ServerRepository(server, NAME);
  await repository.create('IMMUTABLE');
  using _ = withEnvironment({ ...server.env, AWS_EC2_METADATA_DISABLED: 'true' });
  const main = fileURLToPath(new URL('../verify-aws/main.ts', import.meta.url));
  const report = await execute(process.execPath, main, '--repository', NAME, '--hold', '2');
  const rows = [...report.matchAll(/^\| (W.*|How.*) \| (.*?) \| .*\|$/gm)];
  assert.deepEqual(Object.fromEntries(rows.map(([, question, found]) => [question, found])), {
    'Whether ECR takes parts of 20 MiB': 'taken',
    'Whether the end of a part may be held back': 'taken',
    'How ECR says that a layer is missing': 'MissingLayerDigest',
    'What ECR answers to a part that it has already': 'position told',
    'What ECR answers to Complete of an upload that is complete': 'UploadNotFoundException',
    'Whether PutImage sees a layer at once': 'at once',
    'Whether ECR takes an index in an index': 'taken',
    'What ECR answers to the same image under its immutable tag': 'ImageAlreadyExistsException',
    "Whether ECR's layer API creates repositories on push": 'RepositoryNotFoundException',
    'What ECR says of the layers of an archived image': 'not tried: no --archived-layer',
    'How long an upload lives': 'not tried: no --upload-id',
    'Whether ECR Public takes an image without a tag': 'not tried: no --public-repository',
  });
  assert.doesNotMatch(report, /Not deleted/);
  const client = new ECRClient({});
  const { imageDetails } = await client.send(new DescribeImagesCommand({ repositoryName: NAME }));
  client.destroy();
  assert.deepEqual(imageDetails, []);
});
