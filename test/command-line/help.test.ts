import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMAND_NAMES, COMMANDS } from '../../src/command-line/commands.ts';
import { helpOf } from '../../src/command-line/help.ts';
import { INPUTS } from '../../src/inputs/table.ts';

const pages = [undefined, ...COMMAND_NAMES].map((name) => [name ?? 'all', helpOf(name)] as const);

test('the overview names every command, with its examples', () => {
  const overview = helpOf(undefined);
  for (const name of COMMAND_NAMES) {
    assert.match(overview, new RegExp(`^  ecr-layer-push ${name} `, 'm'));
    for (const [, line] of COMMANDS[name].examples)
      assert.ok(overview.includes(`\n  ecr-layer-push ${line}\n`), line);
  }
});

for (const command of COMMAND_NAMES) {
  test(`${command} --help has a flag for every input but operands, and those that the command stands for`, () => {
    const page = helpOf(command);
    const operands = COMMAND_NAMES.map((name) => COMMANDS[name].operandInput);
    const left = new Set([...operands, ...Object.keys(COMMANDS[command].sets)]);
    const names = Object.keys(INPUTS).filter((name) => !left.has(name));
    const flags = [...page.matchAll(/^ {2}(?:--tag TAG, )?--([\w-]+)/gm)].map(([, name]) => name);
    assert.deepEqual(flags, [...names, 'json', 'verbose', 'version']);
    for (const [, line] of COMMANDS[command].examples) assert.ok(page.includes(line), line);
  });
}

for (const [name, page] of pages) {
  test(`the help of ${name} fits into 80 columns, but for examples, and holds no Markdown`, () => {
    const prose = page.split('\n').filter((line) => !line.startsWith('  ecr-layer-push'));
    assert.deepEqual(
      prose.filter((line) => line.length > 80 || line.includes('`')),
      [],
    );
    assert.match(page, /[^\n]\n$/);
  });
}
