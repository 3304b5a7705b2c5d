import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bound, lowerBound } from './bound.ts';
import type { Layout } from './make-layout.ts';
import { type Limits, UNLIMITED } from './sink/limits.ts';
import { EMPTY } from './sink/state.ts';

const MIB = 1024 * 1024;
const LIMITS: Limits = {
  ...UNLIMITED,
  bandwidth: 10 * MIB,
  bandwidthOf: 'wire',
  requestLatency: 20,
  partLatency: 150,
};

function layoutOf(sizes: readonly number[], children = 0, present: readonly number[] = []): Layout {
  const blobs = sizes.map((size, at) => ({ digest: `sha256:${at}`, size }));
  const manifest = { digest: 'sha256:root', mediaType: 'a/b', text: '{}' };
  return {
    spec: { name: 'test', title: 'test', images: [] },
    directory: '',
    root: manifest,
    children: new Array<typeof manifest>(children).fill(manifest),
    blobs,
    files: [],
    before: { ...EMPTY, blobs: blobs.filter((_, at) => present.includes(at)) },
  };
}

interface Case {
  readonly title: string;
  readonly layout: Layout;
  readonly limits?: Limits;
  readonly connections?: number;
  readonly depth?: number;
  readonly partSize?: number;
  /** Seconds. */
  readonly expected: Partial<Bound>;
}

// A look-up and PutImage are 0.04 s; Initiate and Complete, or POST and PUT, 0.04 s; a part 0.17 s and its bytes.
const cases: Case[] = [
  {
    title: 'without limits there is no bound',
    layout: layoutOf([30 * MIB]),
    limits: UNLIMITED,
    expected: { ecr: 0, ecrWithQuotas: 0, oci: 0 },
  },
  {
    title: 'a layer of three parts takes them one after another, a third larger on the wire',
    layout: layoutOf([30 * MIB]),
    expected: { ecr: 0.04 + 0.04 + 3 * 0.17 + 4, oci: 0.04 + 0.04 + 3 * 0.15 + 3 },
  },
  {
    title: 'the longest layer decides, as the others go beside it',
    layout: layoutOf([30 * MIB, 3 * MIB, 3 * MIB]),
    expected: { ecr: 0.04 + 0.04 + 3 * 0.17 + 4 },
  },
  {
    title: 'too few connections share the work of all layers',
    layout: layoutOf([30 * MIB, 30 * MIB, 30 * MIB]),
    connections: 2,
    expected: { ecr: 0.04 + (3 * (0.04 + 3 * 0.17 + 4)) / 2 },
  },
  {
    title: 'an index takes a round trip more than an image',
    layout: layoutOf([30 * MIB], 8),
    expected: { ecr: 0.06 + 0.04 + 3 * 0.17 + 4 },
  },
  {
    title: 'layers that are there take nothing',
    layout: layoutOf([30 * MIB, 3 * MIB], 0, [0]),
    expected: { ecr: 0.04 + 0.04 + 0.17 + 0.4 },
  },
  {
    title: 'of 700 layers, 400 may start at once and 100 a second after',
    layout: layoutOf(new Array<number>(700).fill(3)),
    limits: { ...UNLIMITED, requestLatency: 20 },
    expected: { ecr: 0.04 + 0.04 + 0.02, ecrWithQuotas: 0.04 + 3 },
  },
  {
    title: 'of 51 manifests, 40 may be put at once and 10 a second after',
    layout: layoutOf([3], 50),
    limits: { ...UNLIMITED, requestLatency: 20 },
    expected: { ecrWithQuotas: 0.06 + 1.1 },
  },
  {
    title: 'counted in layer bytes, a part is no larger than a stretch',
    layout: layoutOf([30 * MIB]),
    limits: { ...LIMITS, bandwidthOf: 'layer' },
    expected: { ecr: 0.04 + 0.04 + 3 * 0.17 + 3 },
  },
  // Side by side. The transfer of a part takes 4/3 s, of a third more bytes than 10 MiB.
  {
    title: 'at any depth the first transfer is waited for, and an answer for each part',
    layout: layoutOf([30 * MIB]),
    depth: Infinity,
    expected: { ecr: 0.04 + 0.04 + 4 / 3 + 3 * 0.17, oci: 0.04 + 0.04 + 3 * 0.15 + 3 },
  },
  {
    title: 'at depth 2 the third of three parts begins when the first was answered',
    layout: layoutOf([30 * MIB]),
    depth: 2,
    expected: { ecr: 0.04 + 0.04 + (4 / 3 + 0.17) + (4 / 3 + 0.17) },
  },
  {
    title: 'at depth 2 the fourth of four ends at least an answer after the third',
    layout: layoutOf([40 * MIB]),
    depth: 2,
    expected: { ecr: 0.04 + 0.04 + (4 / 3 + 0.17) + (4 / 3 + 0.17) + 0.17 },
  },
  {
    title: 'at depth 3 of three parts all begin at once',
    layout: layoutOf([30 * MIB]),
    depth: 3,
    expected: { ecr: 0.04 + 0.04 + 4 / 3 + 3 * 0.17 },
  },
  {
    title: 'where a transfer takes less than an answer, depth 2 is all that helps',
    layout: layoutOf([100 * MIB]),
    limits: { ...LIMITS, bandwidth: (400 / 3) * MIB },
    depth: 2,
    expected: { ecr: 0.04 + 0.04 + 0.1 + 10 * 0.17 },
  },
  {
    title: 'a GiB at 28 MiB/s takes 18 s, where one part after another takes 66',
    layout: layoutOf([1024 * MIB]),
    limits: { ...LIMITS, bandwidth: 28 * MIB },
    depth: Infinity,
    expected: { ecr: 0.04 + 0.04 + 10 / 21 + 103 * 0.17 },
  },
  {
    title: 'a last part that is small ends when the one before it was answered',
    layout: layoutOf([10 * MIB + 3]),
    depth: 2,
    expected: { ecr: 0.04 + 0.04 + 4 / 3 + 2 * 0.17 },
  },
  {
    title: 'larger parts are fewer, and their first transfer is longer',
    layout: layoutOf([30 * MIB]),
    depth: 2,
    partSize: 20 * MIB,
    expected: { ecr: 0.04 + 0.04 + 8 / 3 + 2 * 0.17 },
  },
  {
    title: 'larger parts in turn are fewer',
    layout: layoutOf([30 * MIB]),
    partSize: 20 * MIB,
    expected: { ecr: 0.04 + 0.04 + 2 * 0.17 + 4 },
  },
  {
    title: 'there is no more depth than there are connections',
    layout: layoutOf([30 * MIB]),
    depth: Infinity,
    connections: 2,
    expected: { ecr: 0.04 + 0.04 + 2 * (4 / 3 + 0.17) },
  },
  {
    title: 'connections share the work of all layers, whatever the depth',
    layout: layoutOf([30 * MIB, 30 * MIB, 30 * MIB]),
    depth: Infinity,
    connections: 4,
    expected: { ecr: 0.04 + (3 * (0.04 + 3 * 0.17 + 4)) / 4 },
  },
  {
    title: 'a line that all share carries all bytes, between an Initiate and the last answers',
    layout: layoutOf([30 * MIB, 15 * MIB]),
    limits: { ...LIMITS, bandwidth: undefined, sharedBandwidth: 10 * MIB },
    depth: Infinity,
    expected: { ecr: 0.04 + 6 + 0.04 + 0.17, oci: 0.04 + 4.5 + 0.04 + 0.15 },
  },
  {
    title: 'a line that is faster than all that use it takes nothing',
    layout: layoutOf([30 * MIB]),
    limits: { ...LIMITS, sharedBandwidth: 100 * MIB },
    expected: { ecr: 0.04 + 0.04 + 3 * 0.17 + 4 },
  },
];
for (const { title, layout, limits = LIMITS, connections, expected, ...way } of cases) {
  test(title, () => {
    const bound = lowerBound(layout, limits, connections, way);
    for (const [name, value] of Object.entries(expected)) {
      const found = bound[name as keyof Bound];
      assert.ok(Math.abs(found - value) < 1e-9, `${name}: ${found}, expected ${value}`);
    }
  });
}

test('more depth never takes longer, and no more than the order of parts is left in the end', () => {
  const layout = layoutOf([170 * MIB + 1]);
  const at = [1, 2, 3, 4, 6, 8, 10, 100, Infinity].map(
    (depth) => lowerBound(layout, LIMITS, Infinity, { depth }).ecr,
  );
  assert.deepEqual(
    at,
    at.toSorted((a, b) => b - a),
  );
  assert.ok(Math.abs((at.at(-1) ?? NaN) - (0.04 + 0.04 + 4 / 3 + 18 * 0.17)) < 1e-9);
});

test('an image that is there under its tag takes one look-up', () => {
  const layout = layoutOf([5], 0, [0]);
  const before = { ...layout.before, tags: [['bench', 'sha256:root']] as const };
  assert.equal(lowerBound({ ...layout, before }, LIMITS).ecr, 0.02);
});
