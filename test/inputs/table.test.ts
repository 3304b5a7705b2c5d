import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryOf } from '../../scripts/docs.ts';
import { type InputRow, INPUTS } from '../../src/inputs/table.ts';
import { readActionMetadata } from '../support/action-metadata.ts';

const { inputs } = await readActionMetadata();
const rows: ReadonlyMap<string, InputRow> = new Map(Object.entries(INPUTS));

test('the table has the inputs of action.yml, in its order, and no other', () => {
  assert.deepEqual([...rows.keys()], [...inputs.keys()]);
});

for (const [name, { description, default: preset }] of inputs) {
  test(`${name} has the default and the first sentence of action.yml, and the kind that goes with them`, () => {
    const row = rows.get(name);
    assert.equal(row?.default, preset);
    assert.equal(row?.says, summaryOf(description).replace(/\.$/, ''));
    const isFlag = preset === 'true' || preset === 'false';
    assert.equal(row.kind === 'flag', isFlag);
    assert.equal(row.value === undefined, isFlag);
  });
}
