import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AskedRun,
  parseArguments,
  UsageError,
} from '../../src/command-line/parse-arguments.ts';
import { INPUTS, type InputRow } from '../../src/inputs/table.ts';

/** Split at spaces. */
function parse(line: string) {
  return parseArguments(line === '' ? [] : line.split(' '));
}

function parseRun(line: string): AskedRun {
  const asked = parse(line);
  assert.equal(asked.kind, 'run');
  return asked;
}

const defaults = Object.fromEntries(
  Object.entries<InputRow>(INPUTS).map(([name, row]) => [name, row.default ?? '']),
);

const runs: readonly [line: string, command: string, inputs: Readonly<Record<string, string>>][] = [
  ['push image.tar', 'push', { layout: 'image.tar' }],
  ['push --repository team/app image.tar', 'push', { layout: 'image.tar', repository: 'team/app' }],
  ['push a.tar b.tar', 'push', { layout: 'a.tar\nb.tar' }],
  ['push --layout a.tar b.tar', 'push', { layout: 'a.tar\nb.tar' }],
  ['push D:\\a\\image.tar', 'push', { layout: 'D:\\a\\image.tar' }],
  ['push a --tag v1 --tag v2', 'push', { layout: 'a', tags: 'v1\nv2' }],
  ['push a --tags v1,v2 --tag=v3', 'push', { layout: 'a', tags: 'v1,v2\nv3' }],
  ['push a --tag=', 'push', { layout: 'a', tags: '' }],
  ['push a --image=-x', 'push', { layout: 'a', image: '-x' }],
  ['push a --create-repository', 'push', { layout: 'a', 'create-repository': 'true' }],
  ['push a --resume=false', 'push', { layout: 'a', resume: 'false' }],
  ['push a --no-resume', 'push', { layout: 'a', resume: 'false' }],
  ['push a --no-proxy .local', 'push', { layout: 'a', 'no-proxy': '.local' }],
  ['push a --dry-run', 'push', { layout: 'a', 'dry-run': 'true' }],
  ['push -- --odd.tar', 'push', { layout: '--odd.tar' }],
  ['plan a', 'plan', { layout: 'a', 'dry-run': 'true' }],
  ['plan a --dry-run', 'plan', { layout: 'a', 'dry-run': 'true' }],
  ['index one.json two.json', 'index', { 'index-of': 'one.json\ntwo.json' }],
];

for (const [line, command, inputs] of runs) {
  test(`${line}: what is given becomes inputs, and the rest has its defaults`, () => {
    const asked = parseRun(line);
    assert.equal(asked.command, command);
    assert.deepEqual(asked.inputs, { ...defaults, ...inputs });
  });
}

for (const [name, row] of Object.entries<InputRow>(INPUTS)) {
  test(`the input ${name} is a flag of the same name`, () => {
    const value = row.kind === 'flag' ? 'true' : 'some';
    const asked = parseArguments(['push', 'a', `--${name}=${value}`]);
    assert.equal(asked.kind, 'run');
    assert.equal(asked.inputs[name], name === 'layout' ? 'some\na' : value);
    if (row.kind === 'flag') return;
    assert.deepEqual(parseArguments(['push', 'a', `--${name}`, value]), asked);
  });
}

test('--json and --verbose are off unless they are given', () => {
  const flags = (line: string) => {
    const { json, verbose } = parseRun(line);
    return [json, verbose];
  };
  assert.deepEqual(flags('push a'), [false, false]);
  assert.deepEqual(flags('push a --json --verbose'), [true, true]);
});

for (const [line, command] of [
  ['--help', undefined],
  ['-h', undefined],
  ['push --help', 'push'],
  ['plan a --no-such --help', 'plan'],
  ['pusch --help', undefined],
] as const) {
  test(`${line} asks for the help of ${command ?? 'all commands'}`, () => {
    assert.deepEqual(parse(line), { kind: 'help', command });
  });
}

test('--version asks for the version', () => {
  assert.deepEqual(parse('--version'), { kind: 'version' });
});

const mistakes: readonly [line: string, message: RegExp, hint: RegExp][] = [
  ['', /^There is no command$/, /^The commands are push, plan, index\./],
  ['pusch a', /^There is no command pusch$/, /^Did you mean push\?/],
  ['image.tar', /^There is no command image\.tar$/, /^The commands are/],
  ['push', /^push needs a LAYOUT$/, /push --help$/],
  ['index', /^index needs a DESCRIPTOR$/, /index --help$/],
  ['push a --repositry b', /^There is no flag --repositry$/, /^Did you mean --repository\?/],
  ['push a --repo b', /--repo$/, /^Did you mean --repository or --repository-settings\?/],
  ['push a --jsn', /^There is no flag --jsn$/, /^Did you mean --json\?/],
  ['push a -x', /^There is no flag -x$/, /^See /],
  ['push a --no-such', /^There is no flag --no-such$/, /^See /],
  ['push a --constructor b', /^There is no flag --constructor$/, /^See /],
  ['push a --__proto__ b', /^There is no flag --__proto__$/, /^See /],
  ['push a --no-repository', /^There is no flag --no-repository$/, /--repository\?/],
  ['push a --repository', /^--repository needs a value$/, /--repository VALUE/],
  ['push a --tag --json', /^--tag needs a value, and --json looks/, /--tag=--json/],
  ['push a --repository b --repository c', /^--repository is given twice$/, /once/],
  ['push a --resume --no-resume', /^--no-resume is given twice$/, /once/],
  ['push a --resume false', /^--resume takes no value after a space$/, /--resume=false/],
  ['push a --no-resume=false', /^--no-resume takes no value$/, /--no-resume alone/],
  ['push a --json=true', /^--json takes no value$/, /--json alone/],
  ['plan a --dry-run=false', /^plan is --dry-run=true, not false$/, /Leave --dry-run out/],
];

for (const [line, message, hint] of mistakes) {
  test(`a mistake is named, and what to write instead: ${line || 'nothing at all'}`, () => {
    assert.throws(
      () => parse(line),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        assert.match(error.hint, hint);
        return true;
      },
    );
  });
}

test('an operand is one value, also JSON over several lines', () => {
  const pretty = JSON.stringify({ digest: 'sha256:0', size: 1 }, undefined, 2);
  const asked = parseArguments(['index', pretty, 'two.json']);
  assert.ok(asked.kind === 'run');
  assert.equal(asked.inputs['index-of'], '{ "digest": "sha256:0", "size": 1 }\ntwo.json');
});
