import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as ecr from '@aws-sdk/client-ecr';
import * as ecrPublic from '@aws-sdk/client-ecr-public';
import * as sts from '@aws-sdk/client-sts';
import { format } from 'prettier';
import { parseArguments } from '../src/command-line/parse-arguments.ts';
import { readActionMetadata, REPOSITORY } from './support/action-metadata.ts';
import { readDocuments } from './support/documents.ts';
import { blocksOf, inlineCodeOf } from './support/markdown.ts';
import { lint, ownSteps, snippetOf, toWorkflow } from './support/workflow.ts';

/** The code in the documents: every block is run or parsed. */

const documents = [...(await readDocuments()).values()];
const { inputs } = await readActionMetadata();
const { scripts } = JSON.parse(await readFile(new URL('package.json', REPOSITORY), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** What a program prints of itself, by its path. */
const helps = new Map<string, string>();

/** By the language behind the fence. */
const CHECKS: Readonly<Record<string, (content: string) => Promise<void> | void>> = {
  json: checkJson,
  sh: checkShell,
  yaml: checkYaml,
  // What is printed, and other tools' files that nothing here can read.
  text: () => undefined,
};

for (const { path, root } of documents) {
  test(`${path}: every block of code is sound`, async () => {
    for (const { language, content } of blocksOf(root)) {
      const check = CHECKS[language] ?? assert.fail(`no check for a block of "${language}"`);
      await check(content);
    }
  });
}

// The changelog names what there was.
for (const { path, root } of documents.filter(({ path }) => path !== 'CHANGELOG.md')) {
  test(`${path}: commands and files of the repository that it names are there`, async () => {
    for (const code of inlineCodeOf(root)) {
      await checkCommands(code);
      if (/^(?:src|test|scripts|docs|schema|dist|\.github|\.ci)\/[\w./-]+$/.test(code))
        await assert.doesNotReject(access(new URL(code, REPOSITORY)), code);
    }
  });
}

function checkJson(content: string): void {
  const value = JSON.parse(content) as { readonly Statement?: readonly Statement[] };
  for (const statement of value.Statement ?? []) {
    for (const action of [statement.Action].flat()) checkPermission(action);
  }
}

interface Statement {
  readonly Action: string | readonly string[];
}

const SERVICES: Readonly<Record<string, object>> = { ecr, 'ecr-public': ecrPublic, sts };

/** A permission is named after the call that it allows. */
function checkPermission(action: string): void {
  const [service = '', call = ''] = action.split(':');
  const calls = SERVICES[service] ?? assert.fail(`a permission of another service: ${action}`);
  assert.ok(`${call}Command` in calls, action);
}

async function checkYaml(content: string): Promise<void> {
  await assert.doesNotReject(format(content, { parser: 'yaml' }), content);
  await checkCommands(content);
  if (snippetOf(content) === 'other') return;
  assert.deepEqual(await lint(toWorkflow(content)), [], content);
  for (const used of ownSteps(content)) checkInputs(used);
}

function checkInputs(used: readonly string[]): void {
  for (const name of used) assert.ok(inputs.has(name), `no input is called ${name}`);
  for (const [name, { required }] of inputs)
    assert.ok(!required || used.includes(name), `a step without ${name}`);
}

async function checkShell(content: string): Promise<void> {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: content, encoding: 'utf8' });
  assert.equal(status, 0, `${content}\n${stderr}`);
  await checkCommands(content);
}

/** Scripts and programs of the repository are there, and take the options that are given to them. */
async function checkCommands(text: string): Promise<void> {
  const lines = text.replaceAll('\\\n', ' ').replaceAll(/ #.*$/gm, '');
  for (const [, name = '', given = ''] of lines.matchAll(/\bnpm run ([\w:-]+)([^&|;\n]*)/g)) {
    const script = scripts[name] ?? assert.fail(`package.json has no script "${name}"`);
    const [, program] = /^node (\S+\.[jt]s)$/.exec(script) ?? [];
    if (program !== undefined) checkOptions(program, given.replace(/^ -- /, ''));
  }
  for (const [, program = '', given = ''] of lines.matchAll(
    /\bnode ((?:src|test|scripts|dist)\/\S+)([^&|;\n]*)/g,
  )) {
    await assert.doesNotReject(access(new URL(program, REPOSITORY)), program);
    if (program === COMMAND_LINE) parseArguments(argumentsIn(given));
    else checkOptions(program, given);
  }
}

const COMMAND_LINE = 'dist/cli.js';

/** Of a command in a script, as far as a redirection. */
function argumentsIn(command: string): readonly string[] {
  const [words = ''] = command.split('>');
  return [...words.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+/g)].map(([word]) =>
    word.replaceAll(/['"]/g, ''),
  );
}

function checkOptions(program: string, given: string): void {
  for (const [option] of given.matchAll(/(?<=^| )--[\w-]+/g)) {
    const help = helps.get(program) ?? helpOf(program);
    helps.set(program, help);
    assert.ok(`${help} --help`.split(/[\s,|[\]=]+/).includes(option), `${program} ${option}`);
  }
}

function helpOf(program: string): string {
  return execFileSync(process.execPath, [fileURLToPath(new URL(program, REPOSITORY)), '--help'], {
    encoding: 'utf8',
  });
}

const unsound: readonly (readonly [string, keyof typeof CHECKS, string, RegExp])[] = [
  ['JSON with a comma too many', 'json', '{"a":1,}', /JSON/],
  [
    'a permission that is misspelt',
    'json',
    '{"Statement":[{"Action":["ecr:PutImages"]}]}',
    /ecr:PutImages/,
  ],
  ['a quote that does not end', 'sh', "echo 'a\n", /unexpected EOF/],
  ['a script that package.json lacks', 'sh', 'npm ci && npm run demos\n', /no script "demos"/],
  ['an option that a script does not take', 'sh', 'npm run bench -- --fast\n', /--fast/],
  [
    'an option that the command line does not take',
    'sh',
    "node dist/cli.js push 'a b' \\\n  --tags v1 --retag v2 > out\n",
    /--retag/,
  ],
  ['a file that is not there', 'sh', 'MATRIX=1 npx node test/gone.ts\n', /test\/gone\.ts/],
  ['YAML that does not parse', 'yaml', 'a: [b\n', /./],
  ['a step with two actions', 'yaml', '- uses: a/b@v1\n  uses: a/c@v1\n', /./],
  ['a step with no such key', 'yaml', '- uses: a/b@v1\n  inputs:\n    a: b\n', /"inputs"/],
  ['a context that is not there', 'yaml', '- run: echo ${{ outputs.a }}\n', /"outputs"/],
  [
    'an input that is not there',
    'yaml',
    '- uses: ecr-layer-push/ecr-layer-push@v1\n  with:\n    layout: a\n    tag: b\n',
    /no input is called tag/,
  ],
  [
    'a workflow with a job that nothing runs',
    'yaml',
    'jobs:\n  a:\n    steps:\n      - run: echo\n',
    /"runs-on"/,
  ],
];
for (const [what, language, content, message] of unsound) {
  test(`a block is not sound: ${what}`, async () => {
    const check = CHECKS[language] ?? assert.fail();
    await assert.rejects(async () => check(content), message);
  });
}
