import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDepth, MAX_DEPTH } from '../../src/image/limits.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { refused } from '../support/refused.ts';

const digest = digestOf(Buffer.from('image'));
const parentsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => digestOf(Buffer.from(`index ${at}`)));

for (const count of [0, 1, MAX_DEPTH - 1, MAX_DEPTH]) {
  test(`a manifest may lie under ${count} indexes`, () => {
    assert.doesNotThrow(() => checkDepth(digest, parentsOf(count)));
  });
}

test('a manifest under one index more than the limit is refused', () => {
  assert.throws(
    () => checkDepth(digest, parentsOf(MAX_DEPTH + 1)),
    refused('TOO_LARGE', digest, `${MAX_DEPTH} indexes`),
  );
});

for (const at of [0, 1, 2]) {
  test(`an index that is its own parent, ${at} from the root, is refused for that`, () => {
    const parents = parentsOf(2).toSpliced(at, 0, digest);
    assert.throws(() => checkDepth(digest, parents), refused('INVALID_MANIFEST', digest, 'itself'));
  });
}

test('a circle is told as one, however deep it is', () => {
  const parents = [digest, ...parentsOf(MAX_DEPTH + 1)];
  assert.throws(() => checkDepth(digest, parents), refused('INVALID_MANIFEST', digest));
});
