import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMAND_NAMES, COMMANDS, isCommand } from '../../src/command-line/commands.ts';
import { parseArguments } from '../../src/command-line/parse-arguments.ts';

test('all commands are listed', () => {
  assert.deepEqual(Object.keys(COMMANDS), COMMAND_NAMES);
  assert.deepEqual([...COMMAND_NAMES, 'help', undefined].filter(isCommand), COMMAND_NAMES);
});

/** As a shell splits it, up to a pipe. */
function words(line: string): string[] {
  const [command = ''] = line.split(' | ');
  return command.split(' ').map((word) => word.replaceAll("'", ''));
}

for (const command of COMMAND_NAMES) {
  for (const [, line] of COMMANDS[command].examples) {
    test(`the example is understood: ${line}`, () => {
      const asked = parseArguments(words(line));
      assert.ok(asked.kind === 'run' && asked.command === command);
      assert.notEqual(asked.inputs['tags'], 'latest');
    });
  }
}
