import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareStep } from '../e2e/step.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { startFront } from './nginx.ts';

/** nginx stands between the action and the local ECR, and has its own mind about bodies that stand still. */

const MiB = 1024 * 1024;
const PARTS = 6;
/** Of ECR, for each part (s). Of four on the wire, the last is held for three times that. */
const PART_TIME = 0.9;
const image = buildImage({ seed: 'one', layers: [{ sparse: PARTS * 5 * MiB }] });
const needed = (PARTS * 5 * MiB * 4) / 3;
const FALLBACK = /from now on, each layer uses a single connection/g;

const fronts: readonly { what: string; directives: readonly string[]; isPatient: boolean }[] = [
  {
    what: 'hands bodies on when they are whole',
    directives: ['client_body_timeout 2s', 'proxy_request_buffering on'],
    isPatient: true,
  },
  {
    what: 'hands bodies on as they come',
    directives: ['client_body_timeout 2s', 'proxy_request_buffering off', 'proxy_http_version 1.1'],
    isPatient: true,
  },
  {
    what: 'gives up on bodies of which nothing comes for 0.5 s, and hands them on when they are whole',
    directives: ['client_body_timeout 500ms', 'proxy_request_buffering on'],
    isPatient: false,
  },
  {
    what: 'gives up on bodies of which nothing comes for 0.5 s, and hands them on as they come',
    directives: [
      'client_body_timeout 500ms',
      'proxy_request_buffering off',
      'proxy_http_version 1.1',
    ],
    isPatient: false,
  },
];

for (const { what, directives, isPatient } of fronts) {
  test(`through nginx that ${what}, a layer arrives in order`, async () => {
    await using step = await prepareStep();
    await using front = await startFront(step.workspace, step.ecr.url, directives);
    await writeLayoutDirectory(step.path('layout'), [image]);
    step.ecr.fault({
      kind: 'delay',
      milliseconds: PART_TIME * 1000,
      operation: 'UploadLayerPart',
      times: 1000,
    });
    const env = { AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${front.port}` };
    const { stdout } = await step.push({ 'part-size': '5' }, { env });
    assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
    assert.deepEqual(step.ecr.log.partsOutOfOrder(), []);
    assert.equal(stdout.match(FALLBACK)?.length ?? 0, isPatient ? 0 : 1, stdout);
    const requests = await front.requests();
    assert.equal(
      requests.every(({ status }) => status === 200),
      isPatient,
    );
    const longest = Math.max(...requests.map(({ time }) => time));
    if (isPatient) assert(longest > 2 * PART_TIME, `none was held: ${longest} s at most`);
    const bytes = requests.reduce((sum, request) => sum + request.bytes, 0) / needed;
    assert(bytes <= (isPatient ? 1.01 : 1.6), `${bytes} times the bytes`);
  });
}
