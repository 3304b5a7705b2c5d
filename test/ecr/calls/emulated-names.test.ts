import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ECRClient, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { attempts } from '../../../src/ecr/calls/attempts.ts';
import { nameInEcr } from '../../../src/ecr/calls/emulated-names.ts';
import { causeOf, errorName, explain, isNotAllowed } from '../../../src/ecr/calls/exceptions.ts';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { PRIVATE } from '../../support/call-contexts.ts';
import { refused } from '../../support/refused.ts';

for (const [call, name, status, expected] of [
  ['CompleteLayerUpload', 'LayerDigestMismatchException', 400, 'InvalidLayerException'],
  ['UploadLayerPart', 'InvalidLayerException', 400, 'InvalidLayerPartException'],
  // ECR's own names stay.
  ['CompleteLayerUpload', 'InvalidLayerException', 400, 'InvalidLayerException'],
  ['UploadLayerPart', 'InvalidLayerPartException', 400, 'InvalidLayerPartException'],
  ['PutImage', 'LayerDigestMismatchException', 400, 'LayerDigestMismatchException'],
  [undefined, 'InvalidLayerException', undefined, 'InvalidLayerException'],
  ['PutImage', 'InternalFailure', 500, 'InternalFailure'],
  ['PutImage', 'InternalFailure', 501, 'UnsupportedCommandException'],
  ['PutImage', 'NotImplemented', 505, 'UnsupportedCommandException'],
  ['constructor', 'name', 400, 'name'],
  ['PutImage', 'toString', 400, 'toString'],
] as const) {
  test(`${name} of ${call ?? 'an unknown call'} with status ${status} is ${expected} in ECR`, () => {
    assert.equal(nameInEcr(name, { call, status }), expected);
  });
}

test('what a server without ECR answers is told in its own words', async () => {
  await using ecr = await startLocalEcr();
  const message = "API for service 'ecr' not yet implemented";
  ecr.fault({ kind: 'error', name: 'InternalFailure', message, status: 501 });
  const client = new ECRClient({
    endpoint: ecr.url,
    region: ecr.world.region,
    credentials: ecr.world.credentials[0],
    maxAttempts: 1,
  });
  client.middlewareStack.use(attempts(client.config.credentials));
  const error: unknown = await client
    .send(new DescribeImagesCommand({ repositoryName: 'app' }))
    .catch((thrown: unknown) => thrown);
  client.destroy();
  assert.equal(errorName(error), 'UnsupportedCommandException');
  assert.equal(causeOf(error), `InternalFailure: ${message}`);
  assert.equal(isNotAllowed(error), true);
  refused('INVALID_ENDPOINT', 'does not offer this call', message)(explain(error, PRIVATE));
});
