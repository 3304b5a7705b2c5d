import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FaultyCall } from '../local-ecr/faults.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { initiateUpload, uploadPart } from '../local-ecr/uploads.ts';
import { startActionsCacheServer } from '../support/actions-cache-server.ts';
import { buildImage } from '../support/image.ts';
import { seededBytes } from '../support/random.ts';
import { MAX_UPLOADS_BYTES, uploadsToBytes } from '../../src/resume/uploads.ts';
import { assertComplete, PART, partsSent, prepareRunner, shown } from './resume-runner.ts';
import { prepareStep, REPOSITORY_NAME, shownError, type Step } from './step.ts';

const PARTS = 4;
const image = buildImage({ seed: 'one', layers: [{ size: PARTS * PART }] });
const [layer] = image.layers;
assert.ok(layer);
const { digest, size } = layer;
const content = image.blobs.get(digest);
assert.ok(content instanceof Uint8Array);

/** Of a process that has ended: none has so high a number. */
const FILE = `${'0'.repeat(32)}.4999999.json`;

interface Position {
  readonly uploadId: string;
  readonly nextByte: number;
  readonly partSize?: number;
}

function entry({ uploadId, nextByte, partSize = PART }: Position): Uint8Array {
  const where = { type: 'private', registryId: undefined, region: 'us-east-1' };
  const kept = { ...where, repository: REPOSITORY_NAME, digest, size };
  const upload = { ...kept, uploadId, partSize, nextByte, at: Date.now() };
  return uploadsToBytes({ push: 'abc-def', uploads: [upload] });
}

/** An upload of which ECR has so many parts. */
async function begun(
  { ecr, repository }: Step,
  parts: number,
  {
    bytes = content as Uint8Array,
    into = repository,
  }: { bytes?: Uint8Array; into?: Repository } = {},
): Promise<string> {
  const { id } = initiateUpload(into);
  for (let at = 0; at < parts; at++) {
    const [first, end] = [at * PART, (at + 1) * PART];
    const part = { first, last: end - 1, bytes: bytes.subarray(first, end) };
    await uploadPart(into, id, part, ecr.world.rules.ecr.limits);
  }
  return id;
}

interface Case {
  readonly what: string;
  readonly position: (step: Step) => Promise<Position> | Position;
  /** Names of the errors that ECR answers. */
  readonly refused: readonly string[];
  /** Parts on the wire, at most. */
  readonly most: number;
}

const cases: readonly Case[] = [
  {
    what: 'as it is',
    position: async (step) => ({ uploadId: await begun(step, 3), nextByte: 3 * PART }),
    refused: [],
    most: 1,
  },
  {
    what: 'that lacks only its completion',
    position: async (step) => ({ uploadId: await begun(step, 4), nextByte: 4 * PART }),
    refused: [],
    most: 0,
  },
  {
    what: 'that ECR does not know',
    position: () => ({ uploadId: randomUUID(), nextByte: PART }),
    refused: [],
    most: 8,
  },
  {
    what: 'that has expired',
    position: async (step) => {
      const uploadId = await begun(step, 2);
      step.repository.uploads.delete(uploadId);
      return { uploadId, nextByte: 2 * PART };
    },
    refused: [],
    most: 8,
  },
  {
    what: 'into another repository',
    position: async (step) => {
      const into = step.ecr.createRepository('team/other');
      return { uploadId: await begun(step, 2, { into }), nextByte: 2 * PART };
    },
    refused: [],
    most: 8,
  },
  {
    what: 'of another layer',
    position: async (step) => {
      const bytes = seededBytes('another layer', size);
      return { uploadId: await begun(step, 2, { bytes }), nextByte: 2 * PART };
    },
    refused: ['InvalidLayerException'],
    most: 8,
  },
  {
    what: 'that is further in the journal than in ECR',
    position: async (step) => ({ uploadId: await begun(step, 1), nextByte: 3 * PART }),
    refused: [],
    most: 5,
  },
  {
    what: 'that is further in ECR than in the journal',
    position: async (step) => ({ uploadId: await begun(step, 3), nextByte: 2 * PART }),
    refused: [],
    most: 4,
  },
  {
    what: 'that goes on in larger parts than it was begun with',
    position: async (step) => ({
      ...{ uploadId: await begun(step, 2), nextByte: 2 * PART },
      partSize: 2 * PART,
    }),
    refused: [],
    most: 2,
  },
  {
    what: 'that is said to end within a part',
    position: async (step) => ({ uploadId: await begun(step, 2), nextByte: 2 * PART - 1 }),
    refused: [],
    most: 4,
  },
];

for (const { what, position, refused, most } of cases) {
  test(`an upload ${what}: the layer arrives, after ${refused.length} refused calls`, async () => {
    await using step = await prepareStep();
    await using runner = await prepareRunner(step, image);
    await mkdir(runner.journal);
    await writeFile(join(runner.journal, FILE), entry(await position(step)));
    assertComplete(step, image, await runner.run());
    // An upload that goes on begins with a look at where ECR stands, which is always refused, and takes one byte.
    const errors = step.ecr
      .calls()
      .filter(({ part }) => part === undefined || part.firstByte <= size)
      .flatMap(({ outcome = '' }) => /^\w+Exception$/.exec(outcome) ?? []);
    assert.deepEqual(errors, refused);
    assert.deepEqual(await runner.kept(), []);
    assert(partsSent(step) <= most + 0.1, `${partsSent(step)} parts`);
  });
}

const VALID = entry({ uploadId: randomUUID(), nextByte: PART });

const hostile: readonly [what: string, make: (path: string) => Promise<unknown>][] = [
  ['garbage', (path) => writeFile(path, 'garbage')],
  ['a huge file', (path) => writeFile(path, Buffer.alloc(MAX_UPLOADS_BYTES + 1, VALID))],
  ['a link', (path) => writeFile(`${path}.1`, VALID).then(() => symlink(`${path}.1`, path))],
  ['a folder', (path) => mkdir(path)],
  ['workflow commands', (path) => writeFile(path, '\n::error::hello\n::set-output name=a::b\n')],
];

for (const [what, make] of hostile) {
  test(`${what} in the place of the journal: the push begins at the start, and says nothing`, async () => {
    await using step = await prepareStep();
    await using runner = await prepareRunner(step, image);
    await mkdir(runner.journal);
    await make(join(runner.journal, FILE));
    const run = await runner.run();
    assertComplete(step, image, run);
    assert.doesNotMatch(shown(run), /::error|::set-output|journal|uploads/);
    assert.ok(step.ecr.calls().every(({ outcome }) => outcome === 'ok'));
  });
}

test('a temporary folder that cannot be written is one debug line', async () => {
  await using step = await prepareStep();
  await using runner = await prepareRunner(step, image, { env: { RUNNER_TEMP: '/dev/null' } });
  const run = await runner.run();
  assertComplete(step, image, run);
  assert.equal(run.stdout.match(/^::debug::Where uploads are is not kept any more/gm)?.length, 1);
});

for (const fault of ['hang', 500, 403] as const) {
  test(`a cache that answers ${fault} does not hold a push up, and is not mentioned`, async () => {
    await using cache = await startActionsCacheServer(fault);
    await using step = await prepareStep();
    await using runner = await prepareRunner(step, image, { env: cache.env });
    const run = await runner.run();
    assertComplete(step, image, run);
    assert.doesNotMatch(shown(run), /cache|::warning|::error/i);
    const [, waited = 0] = /no answer within (\d+) ms/.exec(run.stdout) ?? [];
    assert(Number(waited) < 5000);
  });
}

test('resume: false keeps nothing, looks for nothing, and asks no cache', async () => {
  await using cache = await startActionsCacheServer();
  await using step = await prepareStep();
  const inputs = { resume: 'false' };
  await using runner = await prepareRunner(step, image, { env: cache.env, inputs });
  const ended = await runner.killed('SIGTERM', 3);
  assert.deepEqual(await runner.kept(), []);
  assert.deepEqual(ended.state, {});
  assert.match(ended.stdout, / Another run sends the layers whole that are not there\n$/);
  assertComplete(step, image, await runner.run());
  assert.deepEqual(cache.calls, []);
});

test('layers of one part ask no cache and keep nothing', async () => {
  await using cache = await startActionsCacheServer();
  await using step = await prepareStep();
  const small = buildImage({ seed: 'small', layers: [{ size: PART }, { size: 1000 }] });
  await using runner = await prepareRunner(step, small, { env: cache.env });
  const run = await runner.run();
  assertComplete(step, small, run);
  assert.deepEqual([cache.calls, run.state, await runner.kept()], [[], {}, []]);
});

test('the last line of a step that is cancelled says how far it came', async () => {
  await using step = await prepareStep();
  await using runner = await prepareRunner(step, image, { inputs: { 'parts-in-flight': '1' } });
  const third = {
    operation: 'UploadLayerPart',
    when: ({ input }: FaultyCall) => input['partFirstByte'] === 2 * PART,
    times: 10,
  };
  const reached = Promise.withResolvers<undefined>();
  step.ecr.fault({ ...third, kind: 'before', run: () => reached.resolve(undefined) });
  step.ecr.fault({ ...third, kind: 'hang' });
  const { process, finished } = await runner.started();
  await reached.promise;
  process.kill('SIGTERM');
  const ended = await finished;
  assert.equal(ended.exitCode, 1);
  assert.equal(shownError(ended).code, 'CANCELLED');
  assert.match(
    ended.stdout,
    /\nHow far it came: [01] of 2 blobs \(.* of 20\.0 MiB\) are there, and 10\.0 MiB of unfinished ones; no tag has moved\. Another run goes on from there\n$/,
  );
  assert.equal((await runner.kept()).length, 1);
  const kept = await readFile(join(runner.journal, (await runner.kept())[0] ?? ''), 'utf8');
  assert.match(kept, /"nextByte":10485760/);
});

test('a tag whose answer had not come when the step was cancelled may have moved, and the last line says so', async () => {
  await using step = await prepareStep();
  await using runner = await prepareRunner(step, image);
  const put = Promise.withResolvers<undefined>();
  step.ecr.fault({ kind: 'before', operation: 'PutImage', run: () => put.resolve(undefined) });
  step.ecr.fault({ kind: 'hang-after-effect', operation: 'PutImage', times: 10 });
  const { process, finished } = await runner.started();
  await put.promise;
  process.kill('SIGINT');
  const { stdout } = await finished;
  assert.match(
    stdout,
    /\nHow far it came: 2 of 2 blobs .* are there; no tag has moved, but latest may have\. Another run goes on from there\n$/,
  );
});
