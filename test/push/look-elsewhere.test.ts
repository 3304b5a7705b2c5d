import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ecr } from '../../src/ecr/ecr.ts';
import { parseReference, type RepositoryReference } from '../../src/ecr/names/reference.ts';
import { type ErrorCode, PushError } from '../../src/errors.ts';
import { lookElsewhere } from '../../src/push/look-elsewhere.ts';
import { type PushReport, reportImage, TargetRecord } from '../../src/push/report.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import type { Statement } from '../local-ecr/policy.ts';
import { type LocalEcr, type RegistrySelector, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { walked } from '../support/walked.ts';

const ACCOUNT = DEFAULT_CREDENTIAL.accountId;
const OTHER = '999999999999';
const { graph } = await walked(buildImage({ seed: 'image' }));
const HINT = 'Create it.';
const full = (text: string): RepositoryReference => parseReference(text).repository;
const at = (account: string, region: string) =>
  full(`${account}.dkr.ecr.${region}.amazonaws.com/team/app`);

/** A push whose only target is missing. */
function missing(repository: RepositoryReference, error: unknown): PushReport {
  const target = new TargetRecord(['1.0']).end({
    repository,
    error,
    traffic: { retries: 0, throttles: 0, bytesOnWire: 0 },
  });
  return { image: reportImage(graph), targets: [target] };
}

async function looked(
  ecr: LocalEcr,
  report: PushReport,
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env, ...environment });
  await using aws = new Ecr();
  const { targets, image } = await lookElsewhere(
    report,
    (repository) => aws.open(repository),
    aws.signal,
    environment,
  );
  assert.equal(image, report.image);
  const [target, ...more] = targets;
  assert.ok(target);
  assert.deepEqual(more, []);
  assert.deepEqual({ ...target, error: 0 }, { ...report.targets[0], error: 0 });
  return target.error;
}

interface Case {
  readonly wanted: RepositoryReference;
  readonly code?: ErrorCode;
  /** Where repositories of that name are. */
  readonly there: readonly RegistrySelector[];
  readonly region?: string;
  readonly policy?: readonly Statement[];
  readonly hint: string;
  /** Where it is looked, in this order. */
  readonly calls: readonly string[];
}

const US = 'us-east-1';
const EU = 'eu-west-1';

const cases: Readonly<Record<string, Case>> = {
  'it is in the region of the job': {
    wanted: at(ACCOUNT, EU),
    there: [{}],
    hint: `Check the region: repository team/app of registry ${ACCOUNT} in us-east-1 exists.`,
    calls: [`${ACCOUNT} ${US}`],
  },
  'it is in the account of the credentials': {
    wanted: at(OTHER, US),
    there: [{}],
    hint: 'Check the account (registry-id): repository team/app in us-east-1 exists.',
    calls: [`- ${US}`],
  },
  'it is in the region and the account of the job': {
    wanted: at(OTHER, EU),
    there: [{}],
    hint: 'Check the region and the account (registry-id): repository team/app in us-east-1 exists.',
    calls: [`${OTHER} ${US}`, `- ${EU}`, `- ${US}`],
  },
  'the nearest is named where there are several': {
    wanted: at(OTHER, EU),
    there: [{}, { accountId: OTHER }],
    hint: `Check the region: repository team/app of registry ${OTHER} in us-east-1 exists.`,
    calls: [`${OTHER} ${US}`],
  },
  'AWS_DEFAULT_REGION is looked at where AWS_REGION is empty': {
    wanted: at(ACCOUNT, US),
    there: [{ region: EU }],
    region: '',
    hint: `Check the region: repository team/app of registry ${ACCOUNT} in eu-west-1 exists.`,
    calls: [`${ACCOUNT} ${EU}`],
  },
  'it is nowhere': {
    wanted: at(OTHER, EU),
    there: [],
    hint: HINT,
    calls: [`${OTHER} ${US}`, `- ${EU}`, `- ${US}`],
  },
  'it was looked for where the job leads already': {
    wanted: { type: 'private', registryId: undefined, region: US, name: 'team/app' },
    there: [{ region: EU }],
    hint: HINT,
    calls: [],
  },
  'the credentials may not look there': {
    wanted: at(ACCOUNT, EU),
    there: [{}],
    policy: [{ actions: ['ecr:PutImage'] }],
    hint: HINT,
    calls: [`${ACCOUNT} ${US}`, `- ${EU}`, `- ${US}`],
  },
  'a public one is under the own alias': {
    wanted: full('public.ecr.aws/other/team/app'),
    code: 'REGISTRY_NOT_FOUND',
    there: [{ service: 'ecr-public' }],
    hint: 'Check the alias: public repository team/app exists.',
    calls: [`- ${US}`],
  },
};

for (const [name, given] of Object.entries(cases)) {
  test(`a repository is missing, and ${name}`, async () => {
    const { wanted, code = 'REPOSITORY_NOT_FOUND', there, region = US, policy } = given;
    await using ecr = await startLocalEcr({
      credentials: [policy === undefined ? DEFAULT_CREDENTIAL : { ...DEFAULT_CREDENTIAL, policy }],
      accounts: [OTHER],
    });
    for (const selector of there) ecr.createRepository('team/app', selector);
    const cause = new Error("ECR's own words");
    const original = new PushError(code, 'it is missing', { hint: HINT, cause });
    const report = missing(wanted, original);
    const error = await looked(ecr, report, { AWS_REGION: region, AWS_DEFAULT_REGION: EU });
    assert.ok(error instanceof PushError);
    assert.equal(error.hint, given.hint);
    assert.deepEqual(
      [error.code, error.message, error.cause],
      [original.code, original.message, cause],
    );
    const calls = ecr.calls().map(({ operation, input, region: where }) => {
      assert.equal(operation, 'BatchCheckLayerAvailability');
      const { registryId = '-' } = input as { registryId?: string };
      return `${registryId} ${where}`;
    });
    assert.deepEqual(calls, given.calls);
  });
}

for (const [what, error] of [
  ['that is complete', undefined],
  ['that failed otherwise', new PushError('ACCESS_DENIED', 'refused')],
  ['that failed by a bug', new TypeError('a bug')],
] as const) {
  test(`a target ${what} is not looked for elsewhere`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository('team/app');
    const report = missing(at(ACCOUNT, EU), error);
    assert.equal(await looked(ecr, report, { AWS_REGION: US }), report.targets[0]?.error);
    assert.deepEqual(ecr.calls(), []);
  });
}
