import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomFaults } from './random-faults.ts';
import { APP, initiate, privateClient } from './sample.ts';
import { startLocalEcr } from './server.ts';

const CALLS = ['InitiateLayerUpload', 'UploadLayerPart', 'PutImage'];

/** What befalls so many calls of each operation, in turn. */
function drawn(random: RandomFaults, calls: number): string[] {
  const service = 'ecr';
  return CALLS.flatMap((operation) =>
    Array.from({ length: calls }, () => {
      const bytes = random.bytesBeforeReset({ service, operation });
      if (bytes < Infinity) return `${operation} reset after ${bytes}`;
      return `${operation} ${random.draw({ service, operation })?.kind ?? 'sound'}`;
    }),
  );
}

test('a seed draws the same faults again, and another one others', () => {
  const [first, again, other] = ['a', 'a', 'b'].map((seed) =>
    drawn(new RandomFaults(seed, 0.2), 100),
  );
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
});

test('the order of calls of different operations does not matter', () => {
  const [one, two] = [new RandomFaults('a', 0.5), new RandomFaults('a', 0.5)];
  const kinds = (random: RandomFaults, operations: readonly string[]) =>
    new Map(
      operations.map((operation) => [operation, random.draw({ service: 'ecr', operation })?.kind]),
    );
  const forwards = kinds(one, CALLS);
  const backwards = kinds(two, CALLS.toReversed());
  for (const operation of CALLS) assert.equal(forwards.get(operation), backwards.get(operation));
});

test('about the share that is given is struck, and what struck is told', () => {
  const random = new RandomFaults('share', 0.2);
  const struck = drawn(random, 2000).filter((what) => !what.endsWith('sound'));
  assert.equal(struck.length, random.struck.length);
  assert.ok(struck.length > 0.17 * 6000 && struck.length < 0.23 * 6000, String(struck.length));
});

test('what only one operation knows befalls no other', () => {
  const random = new RandomFaults('kinds', 1);
  drawn(random, 1000);
  const of = (kind: string) =>
    new Set(
      random.struck.filter((what) => what.endsWith(` ${kind}`)).map((what) => what.split(' ')[0]),
    );
  assert.deepEqual([...of('take-half')], ['UploadLayerPart']);
  assert.deepEqual([...of('hide-layers')], ['PutImage']);
});

test('a local ECR strikes so, until its faults are cleared', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const random = ecr.faultRandomly('server', 1);
  const client = privateClient(ecr);
  for (let call = 0; call < 10; call++) await initiate(client).catch(() => undefined);
  assert.equal(random.struck.length, 10);
  ecr.clearFaults();
  assert.ok(await initiate(client));
  assert.equal(random.struck.length, 10);
});
