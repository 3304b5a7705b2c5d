import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { ECRClient } from '@aws-sdk/client-ecr';
import { requestHandler } from '../../src/ecr/calls/clients.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { execute } from '../support/execute.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { digestOf, Probe } from './probe.ts';
import { type Switch, SWITCHES } from './switches.ts';
import { NOT_TRIED, UNKNOWNS } from './unknowns.ts';
import { consequenceOf, isForeseen, reportOf, type Verification, verify } from './verify.ts';

/** Each check finds out how the local ECR was switched. */

const NAME = 'team/app';

async function start({ options, settings, faults = [] }: Switch): Promise<LocalEcr> {
  const ecr = await startLocalEcr(options);
  ecr.createRepository(NAME, settings);
  ecr.createRepository(NAME, { service: 'ecr-public' });
  for (const fault of faults) ecr.fault(fault);
  return ecr;
}

function probeOf(ecr: LocalEcr): Probe & Disposable {
  const client = new ECRClient({
    endpoint: ecr.url,
    region: ecr.world.region,
    credentials: ecr.world.credentials[0],
    requestHandler: requestHandler({}),
    maxAttempts: 1,
  });
  return Object.assign(new Probe(client, NAME), { [Symbol.dispose]: () => client.destroy() });
}

async function check(ecr: LocalEcr, id: string, { availability }: Switch): Promise<Verification> {
  using probe = probeOf(ecr);
  using _ = withEnvironment(ecr.env);
  const layer = randomBytes(100);
  const archivedLayer = digestOf(layer);
  await probe.upload(layer);
  if (availability !== undefined) ecr.setAvailability(NAME, archivedLayer, availability);
  const uploadId = await probe.initiate();
  const asked = { archivedLayer, uploadId, publicRepository: NAME };
  return await verify(probe, { hold: 0.5, ...asked, only: [id] });
}

for (const [id, answers] of Object.entries(SWITCHES)) {
  for (const [answer, how] of Object.entries(answers)) {
    test(`${id}: ${answer}`, async () => {
      // What the preparations send is not to be struck.
      const faults = how.faults?.map((fault) => afterPreparation(fault));
      await using ecr = await start({ ...how, ...(faults === undefined ? {} : { faults }) });
      const result = await check(ecr, id, how);
      const [finding] = result.findings;
      assert.ok(finding);
      assert.equal(finding.found.replace(/ \(.*\)$/, ''), answer);
      assert.ok(consequenceOf(finding));
      assert.ok(isForeseen(result));
      assert.deepEqual(result.left, []);
      assertClean(ecr);
    });
  }
}

/** The preparations send one part. */
function afterPreparation(fault: NonNullable<Switch['faults']>[number]) {
  return fault.operation === 'UploadLayerPart' ? { ...fault, nth: (fault.nth ?? 1) + 1 } : fault;
}

function assertClean(ecr: LocalEcr): void {
  for (const { repositories } of ecr.world.registries)
    for (const [name, { images, tags }] of repositories) {
      assert.equal(name, NAME);
      assert.equal(images.size + tags.size, 0);
    }
}

test('every unknown is switched in every way that it foresees, but for what the local ECR never does', () => {
  const never = ['part-again: taken again', 'completed-twice: taken', 'same-immutable-tag: taken'];
  const foreseen = UNKNOWNS.flatMap(({ id, answers }) =>
    Object.keys(answers).map((answer) => `${id}: ${answer}`),
  );
  const switched = Object.entries(SWITCHES).flatMap(([id, answers]) =>
    Object.keys(answers).map((answer) => `${id}: ${answer}`),
  );
  assert.deepEqual(new Set(switched), new Set(foreseen.filter((each) => !never.includes(each))));
});

test('what is not foreseen is found, and told', async () => {
  await using ecr = await start({
    faults: [{ kind: 'error', operation: 'BatchCheckLayerAvailability', name: 'NovelException' }],
  });
  using probe = probeOf(ecr);
  const result = await verify(probe, { hold: 0, only: ['missing-layers'] });
  assert.equal(isForeseen(result), false);
  const report = reportOf(result, 'a test');
  assert.match(report, /the check failed: NovelException: .* \| not foreseen/);
});

test('what cannot be deleted is told', async () => {
  await using ecr = await start({
    faults: [{ kind: 'error', operation: 'BatchDeleteImage', name: 'AccessDeniedException' }],
  });
  using probe = probeOf(ecr);
  const result = await verify(probe, { hold: 0, only: ['layer-visibility'] });
  assert.match(reportOf(result, 'a test'), /Not deleted: team\/app@sha256:\w{64}: AccessDenied/);
});

test('the command line does all that it can, prints a report without names of the account, and leaves nothing', async () => {
  await using ecr = await start({});
  using _ = withEnvironment(ecr.env);
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const report = await execute(process.execPath, main, '--repository', NAME, '--hold', '1');
  for (const { question } of UNKNOWNS) assert.ok(report.includes(`| ${question} |`), question);
  assert.equal(report.match(new RegExp(NOT_TRIED, 'g'))?.length, 4, report);
  assert.doesNotMatch(report, /not foreseen|Not deleted|012345678901|team\/app/);
  const [, uploadId = ''] = /--upload-id (\S+)`/.exec(report) ?? [];
  const later = ['--only', 'upload-lifetime', '--upload-id', uploadId];
  assert.match(
    await execute(process.execPath, main, '--repository', NAME, ...later),
    /\| still known \|/,
  );
  assertClean(ecr);
});
