import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepositoryReference } from '../../src/ecr/names/reference.ts';
import type { Registry } from '../../src/ecr/registry.ts';
import { PushError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { heldByAny } from '../../src/push/held-manifests.ts';
import { refused } from '../support/refused.ts';

const { signal } = new AbortController();
const texts = ['one', 'two', 'three'];
const digests = texts.map((text) => digestOf(Buffer.from(text)));
const [one, two] = digests;
assert.ok(one && two);

type Answer = ReturnType<Registry['findManifests']>;

function registry(answer: () => Answer, type: RepositoryReference['type'] = 'private'): Registry {
  const repository = { type, registryId: undefined, region: 'us-east-1', name: 'team/app' };
  return { repository, findManifests: answer } as unknown as Registry;
}

/** `bytes: false` for ECR Public. */
function holding(held: readonly string[], bytes = true): Registry {
  return registry(() => {
    const entries = held.map((text) => {
      const content = Buffer.from(text);
      return [digestOf(content), { mediaType: 'm', bytes: bytes ? content : undefined }] as const;
    });
    return Promise.resolve(new Map(entries));
  });
}

test('what any repository holds counts, with bytes where one has them', async () => {
  for (const order of [
    [holding(['one'], false), holding(['one', 'two'])],
    [holding(['one', 'two']), holding(['one'], false)],
  ]) {
    const { manifests, error } = await heldByAny(digests, order, signal);
    assert.equal(error, undefined);
    assert.deepEqual([...manifests.keys()], [one, two]);
    assert.deepEqual(manifests.get(one)?.bytes, Buffer.from('one'));
  }
});

test('a repository that cannot be asked does not keep others from answering', async () => {
  const denied = new PushError('REPOSITORY_NOT_FOUND', 'none');
  const failing = registry(() => Promise.reject(denied));
  const { manifests, error } = await heldByAny(digests, [failing, holding(['two'])], signal);
  assert.deepEqual([[...manifests.keys()], error], [[two], denied]);
});

for (const [type, hint] of [
  ['private', /ecr:BatchGetImage/],
  ['public', /ecr-public:DescribeImages.*\(data\)/],
] as const) {
  test(`who may not look into a ${type} repository is told what helps`, async () => {
    const blind = registry(() => Promise.resolve(undefined), type);
    const { error } = await heldByAny(digests, [blind], signal);
    refused('ACCESS_DENIED', 'team/app', 'cannot be looked up')(error);
    assert.match(error?.hint ?? '', hint);
  });
}

test('a bug is thrown, and so is the reason of the signal', async () => {
  const bug = new TypeError('x is not a function');
  const failing = registry(() => Promise.reject(bug));
  await assert.rejects(heldByAny(digests, [failing], signal), bug);
  const reason = new Error('cancelled');
  const aborted = AbortSignal.abort(reason);
  await assert.rejects(heldByAny(digests, [failing], aborted), reason);
  await assert.rejects(heldByAny(digests, [holding([])], aborted), reason);
});
