import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instructionsIn } from '../../src/oci/history.ts';

test('each layer has the step that made it, and steps without a layer are passed over', () => {
  const history = [
    { created_by: 'ADD rootfs.tar /' },
    { created_by: 'ENV A=b', empty_layer: true },
    { created_by: 'RUN make', empty_layer: false },
    { comment: 'says nothing' },
  ];
  assert.deepEqual(instructionsIn(history), ['ADD rootfs.tar /', 'RUN make', '']);
});

for (const history of [undefined, null, {}, 'RUN make', 1]) {
  test(`a history that is ${JSON.stringify(history)} tells nothing`, () => {
    assert.deepEqual(instructionsIn(history), []);
  });
}

test('malformed steps count as layers that nothing is known of', () => {
  assert.deepEqual(instructionsIn([null, 7, [], { created_by: 7 }]), ['', '', '', '']);
});

test('of a long instruction the beginning is kept', () => {
  const [kept = ''] = instructionsIn([{ created_by: 'x'.repeat(100_000) }]);
  assert.equal(kept, 'x'.repeat(500));
});

test('more layers than ECR takes are none of an image', () => {
  const steps = Array.from({ length: 501 }, () => ({ created_by: 'RUN make' }));
  assert.equal(instructionsIn(steps.slice(1)).length, 500);
  assert.deepEqual(instructionsIn(steps), []);
});
