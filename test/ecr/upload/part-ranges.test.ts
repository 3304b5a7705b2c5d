import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choosePartSize, MAX_PART_SIZE, partLength } from '../../../src/ecr/upload/part-ranges.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

const sizes: { what: string; layer: number; offered: number; maxParts: number; size: number }[] = [
  { what: 'as offered', layer: GiB, offered: 10 * MiB, maxParts: 4200, size: 10 * MiB },
  { what: 'as offered at the limit', layer: 4200, offered: 1, maxParts: 4200, size: 1 },
  { what: 'larger just beyond the limit', layer: 4201, offered: 1, maxParts: 4200, size: 2 },
  {
    what: "as large as ECR's largest layer needs",
    layer: 52_000 * MiB,
    offered: 10 * MiB,
    maxParts: 4200,
    size: Math.ceil((52_000 * MiB) / 4200),
  },
  {
    what: 'at most what a call takes, though the parts then are too many',
    layer: 100_000 * MiB,
    offered: 10 * MiB,
    maxParts: 4200,
    size: MAX_PART_SIZE,
  },
  { what: 'at most what a call takes', layer: 1, offered: GiB, maxParts: 1, size: MAX_PART_SIZE },
];

for (const { what, layer, offered, maxParts, size } of sizes) {
  test(`parts are ${what}: ${layer} bytes, ${offered} offered`, () => {
    assert.equal(choosePartSize(layer, offered, maxParts), size);
  });
}

const lengths = [
  { layer: 1, first: 0, length: 1 },
  { layer: 9, first: 0, length: 9 },
  { layer: 10, first: 0, length: 10 },
  { layer: 11, first: 0, length: 10 },
  { layer: 11, first: 10, length: 1 },
  { layer: 20, first: 10, length: 10 },
  { layer: 20, first: 3, length: 10 },
];

for (const { layer, first, length } of lengths) {
  test(`of a layer of ${layer} bytes, the part of at most 10 from ${first} on has ${length}`, () => {
    assert.equal(partLength(layer, first, 10), length);
  });
}
