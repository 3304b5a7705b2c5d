import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PutOutcome } from '../../src/ecr/registry.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { Fault } from '../local-ecr/faults.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildIndex } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';

const index = buildIndex([]);
const { digest, mediaType } = index.descriptor;
const put = { digest, mediaType, bytes: index.manifest };
const tagged = { ...put, tag: '1.0' };
const other = digestOf(Buffer.from('another image'));
const mayNotLook = {
  credentials: [{ ...DEFAULT_CREDENTIAL, policy: [{ actions: ['ecr:PutImage'] }] }],
};

async function open(options: LocalEcrOptions = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr);
  const controller = new AbortController();
  return {
    ecr,
    repository,
    controller,
    operations: () => ecr.calls().map(({ operation }) => operation),
    put: (image: typeof put): Promise<PutOutcome> => registry.putImage(image, controller.signal),
    registry,
    [Symbol.asyncDispose]: () => {
      registry.close();
      return ecr[Symbol.asyncDispose]();
    },
  };
}

/** The call is answered so; with `isDone: false`, and nothing else happens. */
function answered(output: object, { isDone }: { readonly isDone: boolean }): Fault {
  const operation = 'PutImage';
  if (isDone) return { kind: 'answer', operation, change: () => output };
  // What the server throws with this status looks like an answer.
  return { kind: 'error', operation, name: 'Ok', status: 200, fields: { ...output } };
}

const named = (imageId: object): object => ({ image: { registryId: '012345678901', imageId } });

/** Answers that do not say that `1.0` is this image now. */
const doubtful: Readonly<Record<string, object>> = {
  'is empty': {},
  'holds null': { image: null },
  'names nothing': { image: {} },
  'names no image': named({}),
  'names another image': named({ imageDigest: other, imageTag: '1.0' }),
  'names another tag': named({ imageDigest: digest, imageTag: '2.0' }),
  'names what is no digest': named({ imageDigest: 5, imageTag: ['1.0'] }),
};

for (const [what, output] of Object.entries(doubtful)) {
  describe(`an answer that ${what}`, () => {
    test('is success where a look shows the image under its tag', async () => {
      await using local = await open();
      local.ecr.fault(answered(output, { isDone: true }));
      assert.deepEqual(await local.put(tagged), { kind: 'put' });
      assert.deepEqual(local.operations(), ['PutImage', 'BatchGetImage']);
    });

    test('is none where a look does not', async () => {
      await using local = await open();
      local.ecr.fault(answered(output, { isDone: false }));
      assert.equal((await local.put(tagged)).kind, 'unconfirmed');
      assert.equal(local.repository.tags.size, 0);
    });
  });
}

test('the image under another tag is no proof, and its digest alone is one only of an image without a tag', async () => {
  await using local = await open();
  await local.put({ ...tagged, tag: '0.9' } as typeof put);
  for (const [image, kind] of [
    [tagged, 'unconfirmed'],
    [put, 'put'],
  ] as const) {
    local.ecr.fault(answered({}, { isDone: false }));
    assert.equal((await local.put(image)).kind, kind);
  }
});

test('an answer need not name the tag', async () => {
  await using local = await open();
  local.ecr.fault(answered(named({ imageDigest: digest }), { isDone: true }));
  assert.deepEqual(await local.put(tagged), { kind: 'put' });
  assert.deepEqual(local.operations(), ['PutImage']);
});

test('the error names what was asked for and what was answered', async () => {
  await using local = await open(mayNotLook);
  local.ecr.fault(answered(named({ imageDigest: other, imageTag: '2.0' }), { isDone: false }));
  const outcome = await local.put(tagged);
  assert.ok(outcome.kind === 'unconfirmed');
  refused('UNEXPECTED_RESPONSE', `${digest} as 1.0`, `${other} as 2.0`)(outcome.cause);
});

test('but nothing that is no digest and no tag, and the account is not learned from it', async () => {
  await using local = await open(mayNotLook);
  const evil = '\n::error::evil';
  local.ecr.fault(answered(named({ imageDigest: evil, imageTag: evil }), { isDone: false }));
  const outcome = await local.put(tagged);
  assert.ok(outcome.kind === 'unconfirmed');
  assert.doesNotMatch(outcome.cause.message, /evil|\n/);
  assert.equal(local.registry.repository.registryId, undefined);
});

const lost: Readonly<Record<string, Fault>> = {
  'was lost': { kind: 'answer-lost', times: 3 },
  'was an error of the server': {
    kind: 'error-after-effect',
    name: 'ServerException',
    status: 500,
  },
};

for (const [what, fault] of Object.entries(lost)) {
  const operation = 'PutImage';
  test(`where every answer ${what}, a look tells that the image is there`, async () => {
    await using local = await open();
    local.ecr.fault({ ...fault, operation, times: 1 });
    // From then on, whatever the first did.
    local.ecr.fault({ kind: 'http', status: 503, operation, nth: 2, times: 100 });
    assert.deepEqual(await local.put(tagged), { kind: 'put' });
    assert.equal(local.repository.tags.get('1.0'), digest);
  });
}

test('or that it is not: the error of PutImage stays', async () => {
  await using local = await open();
  local.ecr.fault({ kind: 'http', status: 503, operation: 'PutImage', times: 100 });
  await assert.rejects(local.put(tagged), refused('SERVER_ERROR', 'PutImage'));
  assert.deepEqual(local.operations(), ['PutImage', 'PutImage', 'PutImage', 'BatchGetImage']);
});

test('a look that fails is no proof, and does not hide the error of PutImage', async () => {
  await using local = await open();
  local.ecr.fault({ kind: 'http', status: 503, times: 100 });
  await assert.rejects(local.put(tagged), refused('SERVER_ERROR', 'PutImage'));
});

test('nobody looks after a refusal', async () => {
  await using local = await open();
  local.ecr.fault({ kind: 'error', operation: 'PutImage', name: 'LimitExceededException' });
  await assert.rejects(local.put(tagged), refused('LIMIT_EXCEEDED', 'PutImage'));
  assert.deepEqual(local.operations(), ['PutImage']);
});

const exists: Fault = {
  kind: 'error',
  operation: 'PutImage',
  name: 'ImageAlreadyExistsException',
  times: 100,
};

for (const [what, holder, image, kind] of [
  ['points to it', digest, tagged, 'already-exists'],
  ['points to nothing yet', undefined, tagged, 'already-exists'],
  ['points to another', other, tagged, 'tag-is-elsewhere'],
  ['is not asked for', other, put, 'already-exists'],
] as const) {
  test(`an image that exists, as ECR says, and whose tag ${what}, is ${kind}`, async () => {
    await using local = await open();
    if (holder !== undefined) hold(local.repository, holder, '1.0');
    local.ecr.fault(exists);
    assert.equal((await local.put(image)).kind, kind);
  });
}

test('who may not look takes its word', async () => {
  await using local = await open(mayNotLook);
  hold(local.repository, other, '1.0');
  local.ecr.fault(exists);
  assert.equal((await local.put(tagged)).kind, 'already-exists');
});

/** The tag stands for an image of that digest, whatever that holds. */
function hold({ images, tags }: Repository, held: string, tag: string): void {
  const about = { mediaType, size: 0, pushedAt: new Date() };
  images.set(held, {
    ...about,
    digest: held,
    manifest: Buffer.from('{}'),
    blobs: [],
    children: [],
  });
  tags.set(tag, held);
}

test('an abort while it looks is thrown as it is', async () => {
  await using local = await open();
  const reason = new Error('cancelled');
  local.ecr.fault(answered({}, { isDone: false }));
  local.ecr.fault({
    kind: 'before',
    operation: 'BatchGetImage',
    run: () => local.controller.abort(reason),
  });
  await assert.rejects(local.put(tagged), reason);
});
