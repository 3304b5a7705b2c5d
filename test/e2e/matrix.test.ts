import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { runCell } from './matrix/cell.ts';
import { allCells, type Cell } from './matrix/table.ts';

/**
 * One of so many cells is run, picked by a hash of its name; `MATRIX=1` runs every one, in about twenty minutes.
 * docs/failures.md is made of the same table.
 */
const SHARE = Number(process.env['MATRIX'] ?? 24);

function nameOf({ call, fault, mode, expected }: Cell): string {
  return `${call.name}: ${fault.name} ${mode === 'once' ? 'once' : 'each time'}: ${expected}`;
}

function isPicked({ call, fault, mode }: Cell): boolean {
  const hash = createHash('sha256').update(`${call.name} ${fault.name} ${mode}`).digest();
  return hash.readUInt32BE() % SHARE === 0;
}

// Most of a cell is waiting, and starting Node.
void describe('a push that a fault befalls', { concurrency: 6 }, () => {
  for (const cell of allCells().filter(isPicked)) {
    test(nameOf(cell), async () => {
      const { outcome, problems, struck, log } = await runCell(cell);
      assert.ok(struck, 'the fault struck nothing');
      assert.deepEqual([outcome, problems], [cell.expected, []], log);
    });
  }
});
