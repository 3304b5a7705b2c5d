import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGantt } from './mermaid.ts';

test('Mermaid reads a diagram: its sections, and its bars with their times', async () => {
  const lines = ['gantt', 'dateFormat x', 'section one', 'a bar :crit, 1000, 2500', 'section two'];
  assert.deepEqual(await readGantt([...lines, 'b :3000, 4000'].join('\n')), {
    sections: ['one', 'two'],
    bars: [
      { name: 'a bar', section: 'one', state: 'crit', from: 1000, to: 2500 },
      { name: 'b', section: 'two', state: undefined, from: 3000, to: 4000 },
    ],
  });
});

for (const [what, source] of Object.entries({
  'a line that is none of its own': 'gantt\nsection a\nno bar',
  'a diagram of another kind': 'pie\n"a": 1',
  'what is no diagram': 'once upon a time',
})) {
  test(`Mermaid refuses ${what}`, async () => {
    await assert.rejects(readGantt(source));
  });
}
