import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { startCredentialsServer } from '../support/credentials-server.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, shownError } from './step.ts';

const image = buildImage({ seed: 'credentials', layers: [{ size: 3000 }] });

for (const operation of [
  'BatchGetImage',
  'BatchCheckLayerAvailability',
  'InitiateLayerUpload',
  'UploadLayerPart',
  'CompleteLayerUpload',
  'PutImage',
]) {
  test(`keys that expire at ${operation} are asked for again, and the push goes on`, async () => {
    await using step = await prepareStep();
    await writeLayoutDirectory(step.path('layout'), [image]);
    await using server = await startCredentialsServer((count) => {
      const credential = {
        ...DEFAULT_CREDENTIAL,
        accessKeyId: `AKIDCONTAINER${count}`,
        sessionToken: `session-token-${count}`,
      };
      step.ecr.issue(credential);
      return credential;
    });
    const scripted = step.ecr.fault({ operation, kind: 'expire-credentials' });
    await step.push({}, { env: server.env });
    assert.equal(scripted.hits, 1);
    assert.equal(server.asked(), 2);
    assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
  });
}

test('keys that cannot be renewed end the push by name, after one more look', async () => {
  const credential = { ...DEFAULT_CREDENTIAL, sessionToken: 'session-token' };
  await using step = await prepareStep({ credentials: [credential] });
  await writeLayoutDirectory(step.path('layout'), [image]);
  await using server = await startCredentialsServer(() => credential);
  step.ecr.fault({ operation: 'UploadLayerPart', kind: 'expire-credentials' });
  const run = await step.run({}, { env: server.env });
  assert.equal(shownError(run).code, 'CREDENTIALS_EXPIRED');
  assert.ok(server.asked() <= 3, String(server.asked()));
  assert.equal(step.repository.tags.size, 0);
});

test('AWS quotes the request that it refuses, and the session token in it is not shown', async () => {
  const credential = { ...DEFAULT_CREDENTIAL, sessionToken: 'IQoJb3JpZ2luX2VjE+/Q==' };
  await using step = await prepareStep({ credentials: [credential] });
  await writeLayoutDirectory(step.path('layout'), [image]);
  step.ecr.fault({
    kind: 'error',
    operation: 'InitiateLayerUpload',
    name: 'InvalidSignatureException',
    message: `The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nhost:ecr\nx-amz-security-token:${credential.sessionToken}\n\nhost;x-amz-security-token'`,
  });
  // Whatever a run leaves is searched for the credentials that it had.
  const run = await step.run({}, { env: { AWS_SESSION_TOKEN: credential.sessionToken } });
  assert.equal(shownError(run).code, 'CREDENTIALS_INVALID');
  assert.match(run.stdout, /x-amz-security-token:\*\*\*/);
});
