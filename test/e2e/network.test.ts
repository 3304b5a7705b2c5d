import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { selfSigned } from '../local-ecr/certificate.ts';
import { incompleteImages } from '../support/complete-images.ts';
import { type FaultyLine, startFaultyLine } from '../support/faulty-line.ts';
import { buildImage } from '../support/image.ts';
import type { ActionRun } from '../support/run-action.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { NETWORK_FAULTS, type NetworkFault } from './matrix/network.ts';
import { prepareStep, shownError, type Step } from './step.ts';

/** `MATRIX=1` runs those that take minutes too. */
const FAULTS = NETWORK_FAULTS.filter(
  ({ isLong = false }) => !isLong || process.env['MATRIX'] === '1',
);

const MiB = 1024 * 1024;
const image = buildImage({ seed: 'network', layers: [{ sparse: 17 * MiB }] });
const { digest } = image.descriptor;

// They wait more than they work.
void describe('a push whose connections', { concurrency: 4 }, () => {
  for (const scheme of ['http', 'https']) {
    for (const fault of FAULTS) {
      test(`over ${scheme}: ${fault.name}: ${fault.expected}`, async () => {
        const certificate = selfSigned();
        await using step = await prepareStep(scheme === 'https' ? { tls: certificate } : {});
        await writeFile(step.path('ca.pem'), certificate.cert);
        await writeLayoutDirectory(step.path('layout'), [image]);
        const run = await push(step, fault);
        assert.equal(run.stderr, '');
        const outcome = run.exitCode === 0 ? 'success' : shownError(run).code;
        assert.equal(outcome, fault.expected, run.stdout);
        const tagged = step.repository.tags.get('latest');
        assert.equal(tagged, outcome === 'success' ? digest : undefined);
        assert.deepEqual(incompleteImages(step.repository), []);
      });
    }
  }
});

async function push(step: Step, fault: NetworkFault): Promise<ActionRun> {
  const { faultOf = () => undefined, refusedFor = 0, host, attempts } = fault;
  let connections = 0;
  await using line = await startFaultyLine(step.ecr.url, () => faultOf(connections++));
  const env = {
    AWS_ENDPOINT_URL_ECR: host === undefined ? line.url : line.url.replace('127.0.0.1', host),
    NODE_EXTRA_CA_CERTS: step.path('ca.pem'),
    ...(attempts === undefined ? {} : { AWS_MAX_ATTEMPTS: String(attempts) }),
  };
  const opened = refuseFor(line, refusedFor);
  const run = await step.run({ 'part-size': '10' }, { env });
  await opened;
  return run;
}

async function refuseFor(line: FaultyLine, milliseconds: number): Promise<void> {
  if (milliseconds === 0) return;
  await line.close();
  if (milliseconds === Infinity) return;
  await setTimeout(milliseconds);
  await line.open();
}
