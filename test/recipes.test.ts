import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { validateAction } from '@action-validator/core';
import { actionsUsed, RECIPES, recipeFiles, RUNS, titleOf } from './clients/recipes/recipes.ts';
import { readActionMetadata, REPOSITORY } from './support/action-metadata.ts';

/**
 * What docs/recipes and the reusable workflows say of the action's interface, and of each other. That they run,
 * test/clients/recipes.client.ts shows; that they are workflows, `npm run lint:workflows`.
 */

const WORKFLOWS = '.github/workflows/';
const SELF = 'ecr-layer-push/ecr-layer-push';

function read(path: string): Promise<string> {
  return readFile(new URL(path, REPOSITORY), 'utf8');
}

const recipes = await recipeFiles();
const action = await readActionMetadata();
const reusable = await reusableWorkflows();

interface Call {
  readonly uses: string;
  /** The keys of its `with:`. */
  readonly inputs: readonly string[];
}

/** The steps that use an action, and the jobs that call a workflow. */
function callsIn(yaml: string): Call[] {
  const lines = yaml.split('\n');
  return lines.flatMap((line, at) => {
    const { before = '', uses } =
      /^(?<before> *(?:- )?)uses: (?<uses>\S+)/.exec(line)?.groups ?? {};
    if (uses === undefined) return [];
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((next) => next !== '' && indentOf(next) < before.length);
    const block = end < 0 ? rest : rest.slice(0, end);
    return [{ uses, inputs: keysBelow(block, 'with', before.length) }];
  });
}

/** The keys right below `name:`, which is indented by so many spaces. */
function keysBelow(lines: readonly string[], name: string, indent: number): string[] {
  const from = lines.indexOf(`${' '.repeat(indent)}${name}:`) + 1;
  if (from === 0) return [];
  const rest = lines.slice(from);
  const end = rest.findIndex((line) => line.trim() !== '' && indentOf(line) <= indent);
  const block = end < 0 ? rest : rest.slice(0, end);
  const key = new RegExp(`^ {${indent + 2}}([\\w-]+):`);
  return block.flatMap((line) => key.exec(line)?.[1] ?? []);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

interface Reusable {
  readonly path: string;
  readonly text: string;
  readonly inputs: readonly string[];
  readonly secrets: readonly string[];
  readonly outputs: readonly string[];
}

async function reusableWorkflows(): Promise<Reusable[]> {
  const names = (await readdir(new URL(WORKFLOWS, REPOSITORY))).map(
    (name) => `${WORKFLOWS}${name}`,
  );
  const texts = await Promise.all(names.map(async (path) => ({ path, text: await read(path) })));
  return texts
    .filter(({ text }) => /^ {2}workflow_call:/m.test(text))
    .map(({ path, text }) => {
      const keys = (name: string) => keysBelow(text.split('\n'), name, 4);
      return {
        path,
        text,
        inputs: keys('inputs'),
        secrets: keys('secrets'),
        outputs: keys('outputs'),
      };
    });
}

/** The description, type, default and value of `name` below `inputs`, `secrets` or `outputs`. */
function entryOf({ text }: Reusable, name: string): string {
  const [, entry = ''] = new RegExp(`^ {6}${name}:\\n((?: {8}.*\\n)+)`, 'm').exec(text) ?? [];
  return entry;
}

/** Of what a workflow passes to this action. */
function unknownInputs(yaml: string): string[] {
  const steps = callsIn(yaml).filter(({ uses }) =>
    [`${SELF}@v1`, './.ecr-layer-push'].includes(uses),
  );
  return steps.flatMap(({ inputs }) => inputs.filter((name) => !action.inputs.has(name)));
}

test('it is known of every recipe how it is run, and there is no other', () => {
  assert.deepEqual(Object.keys(RUNS).toSorted(), recipes);
});

test('README.md leads to every recipe', async () => {
  const readme = await read('README.md');
  for (const recipe of recipes) assert.ok(readme.includes(`](${RECIPES}${recipe})`), recipe);
});

for (const recipe of recipes) {
  test(`${RECIPES}${recipe} begins with what it is, and sets inputs that there are`, async () => {
    assert.match(await titleOf(recipe), /^.{3,120}[^.]$/);
    const text = await read(`${RECIPES}${recipe}`);
    assert.deepEqual(unknownInputs(text), []);
    for (const { uses, inputs } of callsIn(text)) {
      const called = reusable.find(({ path }) => uses === `${SELF}/${path}@v1`);
      if (called === undefined) assert.ok(!uses.startsWith(`${SELF}/`), uses);
      else
        assert.deepEqual(
          inputs.filter((name) => !called.inputs.includes(name)),
          [],
          uses,
        );
    }
  });
}

test('every action of others in the recipes has a stand-in', async () => {
  const used = (
    await Promise.all(recipes.map((recipe) => actionsUsed(`${RECIPES}${recipe}`)))
  ).flat();
  for (const name of new Set(used.map((uses) => uses.split('@')[0]))) {
    const standIn = await read(`test/clients/recipes/stand-ins/${name}/action.yml`);
    assert.match(standIn, /^name: Stand-in for /);
    assert.deepEqual(validateAction(standIn).errors, [], name);
  }
});

test('recipes use one version of each action', async () => {
  const texts = [...recipes.map((recipe) => `${RECIPES}${recipe}`), 'README.md'].map(read);
  const versions = Map.groupBy(
    (await Promise.all(texts)).flatMap((text) => text.match(/(?<=uses: )[\w-]+\/\S+@v\S+/g) ?? []),
    (uses) => uses.split('@')[0],
  );
  for (const [name, uses] of versions) assert.equal(new Set(uses).size, 1, name);
});

test('the composite action is valid, and sets inputs that there are', async () => {
  const text = await read(`${RECIPES}composite-action/action.yml`);
  assert.deepEqual(validateAction(text).errors, []);
  assert.deepEqual(unknownInputs(text), []);
});

test('commands for other CI systems have flags by the names of inputs', async () => {
  const commands = await Promise.all(
    recipes.map(
      async (recipe) => (await read(`${RECIPES}${recipe}`)).match(/dist\/cli\.js .*/g) ?? [],
    ),
  );
  const flags = commands.flat().flatMap((command) => command.match(/(?<= --)[\w-]+/g) ?? []);
  assert.ok(flags.length > 0);
  for (const flag of flags)
    assert.ok(action.inputs.has(flag) || ['tag', 'json'].includes(flag), flag);
});

test('there are three reusable workflows, with the same outputs', () => {
  const names = reusable.map(({ path }) => path.replace(WORKFLOWS, ''));
  assert.deepEqual(names.toSorted(), ['plan.yml', 'push-layout.yml', 'push-matrix.yml']);
  for (const { outputs } of reusable)
    assert.deepEqual(outputs, ['digest', 'descriptor', 'repository-uri', 'changed']);
});

for (const workflow of reusable) {
  const { path, text, inputs, secrets, outputs } = workflow;

  test(`${path} describes what goes in and what comes out`, () => {
    for (const name of [...inputs, ...secrets, ...outputs])
      assert.match(entryOf(workflow, name), /^ {8}description: ./, name);
  });

  test(`${path} uses every input and secret that it declares`, () => {
    for (const name of inputs) assert.ok(new RegExp(`inputs\\.${name}\\b`).test(text), name);
    for (const name of secrets) assert.ok(text.includes(`secrets.${name} }}`), name);
  });

  test(`${path} passes inputs to the action that there are, with the same defaults`, () => {
    assert.deepEqual(unknownInputs(text), []);
    for (const name of inputs) {
      const [, ours] = /^ {8}default: (.*)/m.exec(entryOf(workflow, name)) ?? [];
      const theirs = action.inputs.get(name)?.default;
      if (theirs !== undefined && ours !== undefined)
        assert.equal(ours.replaceAll("'", ''), theirs, name);
    }
  });

  test(`${path} runs the action at its own commit`, () => {
    const uses = callsIn(text).map((call) => call.uses);
    assert.ok(uses.includes('./.ecr-layer-push'));
    assert.equal(
      text.split('ref: ${{ job.workflow_sha ').length,
      text.split('uses: ./.ecr-layer-push\n').length,
    );
  });
}

test('plan.yml takes what push-layout.yml takes, and writes nothing', () => {
  const [plan, push] = ['plan.yml', 'push-layout.yml'].map((name) =>
    reusable.find(({ path }) => path.endsWith(`/${name}`)),
  );
  assert.deepEqual(plan?.inputs, push?.inputs);
  assert.match(plan?.text ?? '', /^ {10}dry-run: true$/m);
});
