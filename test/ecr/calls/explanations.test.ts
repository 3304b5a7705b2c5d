import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { explain } from '../../../src/ecr/calls/exceptions.ts';
import { EXPLANATIONS, UNEXPECTED } from '../../../src/ecr/calls/explanations.ts';
import { PushError } from '../../../src/errors.ts';
import type { Service } from '../../local-ecr/rules.ts';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { PRIVATE, PUBLIC } from '../../support/call-contexts.ts';
import { assertGolden, goldenSection } from '../../support/golden.ts';
import { buildImage } from '../../support/image.ts';
import { type LocalRun, runLocally } from '../../support/run-locally.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../../support/write-layout.ts';

test('no name stands for two things', () => {
  const names = EXPLANATIONS.flatMap((row) => row.names);
  assert.equal(names.length, new Set(names).size);
});

for (const row of EXPLANATIONS) {
  test(`the row of ${row.code} is whole, for both kinds of registry`, () => {
    for (const context of [PRIVATE, PUBLIC]) {
      for (const name of row.names) {
        const error = Object.assign(new Error(`text of ${name}`), { name });
        const { code, message, hint } = explain(error, context);
        assert.equal(code, row.code);
        assert.ok(hint.endsWith('.'), hint);
        assert.doesNotMatch(message + hint, /[{}]|undefined/);
      }
    }
  });
}

test('no row stands for what is not expected', () => {
  assert.deepEqual(UNEXPECTED.names, []);
  assert.equal(UNEXPECTED.code, 'UNEXPECTED_RESPONSE');
});

/**
 * Every exception that the two services' models have for UploadLayerPart and CompleteLayerUpload, answered each time:
 * what a user then sees, as explanations.golden.md keeps it.
 */

type Operation = 'UploadLayerPart' | 'CompleteLayerUpload';

const COMMON = [
  'ServerException',
  'InvalidParameterException',
  'RepositoryNotFoundException',
  'UploadNotFoundException',
];
const OF_CALL: Readonly<Record<Operation, readonly string[]>> = {
  UploadLayerPart: ['InvalidLayerPartException', 'LimitExceededException'],
  CompleteLayerUpload: [
    'InvalidLayerException',
    'LayerPartTooSmallException',
    'LayerAlreadyExistsException',
    'EmptyUploadException',
  ],
};
const OF_SERVICE: Readonly<Record<Service, readonly string[]>> = {
  ecr: ['KmsException'],
  'ecr-public': ['RegistryNotFoundException', 'UnsupportedCommandException'],
};
const FIELDS: Readonly<Record<string, Record<string, unknown>>> = {
  KmsException: { kmsError: 'DisabledException' },
};

const image = buildImage({ seed: 'image' });
const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const layout = join(directory.path, 'layout');
await writeLayoutDirectory(layout, [image]);

const REFERENCES: Readonly<Record<Service, string>> = {
  ecr: '012345678901.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.0',
  'ecr-public': 'public.ecr.aws/local/team/app:1.0',
};

interface Answered {
  readonly service: Service;
  readonly operation: string;
  readonly name: string;
  readonly attempts?: string;
}

async function runAnswered({ service, operation, name, attempts = '1' }: Answered) {
  await using ecr = await startLocalEcr();
  const repository = ecr.createRepository('team/app', { service, region: 'eu-west-1' });
  const fields = FIELDS[name] ?? {};
  const message = 'The text that AWS gives';
  // That a layer exists is true only once it does: as after an answer that was lost.
  const kind = name === 'LayerAlreadyExistsException' ? 'error-after-effect' : 'error';
  ecr.fault({ kind, service, operation, name, message, fields, times: 1000 });
  if (/^Re.*NotFound/.test(name))
    // Gone for every call from then on.
    ecr.fault({
      kind: 'error',
      operation: 'BatchCheckLayerAvailability',
      name,
      nth: 2,
      times: 1000,
    });
  const inputs = { layout, tags: REFERENCES[service] };
  const run = await runLocally(ecr, inputs, { env: { AWS_MAX_ATTEMPTS: attempts } });
  const calls = ecr.calls(operation);
  return { run, calls, tags: repository.tags };
}

/** The digest that fails first is a matter of luck: both blobs go up at once. */
function shown({ error }: LocalRun): string {
  if (error === undefined) return 'The step succeeds.';
  assert.ok(error instanceof PushError);
  return `${error.code}: ${error.message}\n${error.hint}`.replace(/sha256:[0-9a-f]{64}/g, 'DIGEST');
}

const sections = new Map<string, string>();

void describe('what is shown of each exception that the calls which send layers may answer', () => {
  for (const service of ['ecr', 'ecr-public'] as const) {
    for (const operation of ['UploadLayerPart', 'CompleteLayerUpload'] as const) {
      for (const name of [...COMMON, ...OF_CALL[operation], ...OF_SERVICE[service]]) {
        const heading = `${name} (${service}, ${operation})`;
        test(heading, async () => {
          const { run, tags } = await runAnswered({ service, operation, name });
          assert.equal(tags.size, name === 'LayerAlreadyExistsException' ? 1 : 0);
          sections.set(heading, goldenSection(heading, shown(run)));
        });
      }
    }
  }
  after(async () => {
    const title = '# What is shown of each exception\n';
    const text = [title, ...sections.values()].join('\n');
    await assertGolden(new URL('explanations.golden.md', import.meta.url), text);
  });
});

const quotas: readonly Answered[] = [
  { service: 'ecr', operation: 'UploadLayerPart', name: 'LimitExceededException' },
  { service: 'ecr', operation: 'PutImage', name: 'LimitExceededException' },
  { service: 'ecr-public', operation: 'UploadLayerPart', name: 'LimitExceededException' },
  { service: 'ecr-public', operation: 'PutImage', name: 'LimitExceededException' },
];

for (const { service, operation, name } of quotas) {
  test(`a quota at ${operation} of ${service} ends the call at once, whatever the attempts`, async () => {
    const { run, calls } = await runAnswered({ service, operation, name, attempts: '5' });
    assert.match(shown(run), /^LIMIT_EXCEEDED: /);
    const requests = calls.map(({ input }) => JSON.stringify(input));
    assert.ok(requests.length > 0);
    assert.equal(new Set(requests).size, requests.length, 'no request was made twice');
  });
}
