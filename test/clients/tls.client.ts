import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareStep, shownError } from '../e2e/step.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { startTlsFront } from './nginx.ts';

/** nginx stands in front of the local ECR, with a certificate of an authority that nobody knows. */

const MiB = 1024 * 1024;
const image = buildImage({ seed: 'image', layers: [{ size: 21 * MiB }, { size: 1000 }] });

test('an endpoint behind TLS, whose authority NODE_EXTRA_CA_CERTS names, gets the image', async () => {
  await using step = await prepareStep();
  await using front = await startTlsFront(step.workspace, step.ecr.url);
  await writeLayoutDirectory(step.path('layout'), [image]);
  await step.push(
    {},
    {
      env: {
        AWS_ENDPOINT_URL_ECR: `https://127.0.0.1:${front.port}`,
        NODE_EXTRA_CA_CERTS: front.caFile,
      },
    },
  );
  assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
});

test('an authority that nobody names is refused, and the error says where to name it', async () => {
  await using step = await prepareStep();
  await using front = await startTlsFront(step.workspace, step.ecr.url);
  await writeLayoutDirectory(step.path('layout'), [image]);
  const env = { AWS_ENDPOINT_URL_ECR: `https://127.0.0.1:${front.port}` };
  const { code, hint } = shownError(await step.run({}, { env }));
  assert.equal(code, 'CERTIFICATE_REFUSED');
  assert.match(hint, /NODE_EXTRA_CA_CERTS/);
  assert.equal(step.ecr.calls().length, 0);
});
