import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lint, ownSteps, snippetOf, toWorkflow } from './workflow.ts';

const STEPS = `- uses: actions/checkout@v5
  with:
    path: a
- uses: ecr-layer-push/ecr-layer-push@v1
  with:
    layout: a
    repository-settings: |
      tag-mutability: immutable

      scan-on-push: true
    tags: |
      b
- run: echo
`;
const JOBS = 'jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo\n';

test('jobs make a workflow, steps a job, and other YAML neither', () => {
  assert.deepEqual([JOBS, STEPS, 'tags: a\n'].map(snippetOf), ['workflow', 'steps', 'other']);
});

test('what is left out at the beginning is added, and no more', async () => {
  assert.equal(toWorkflow(`on: push\n${JOBS}`), `on: push\n${JOBS}`);
  assert.equal(toWorkflow(JOBS), `on: push\n${JOBS}`);
  assert.deepEqual(await lint(toWorkflow(STEPS)), []);
});

test('what is wrong is found, with its line', async () => {
  const [found = ''] = await lint(toWorkflow('- run: echo\n  with: a\n'));
  assert.match(found, /^7: /);
});

test('of the steps that use this action, the inputs are found, and not what is in them', () => {
  assert.deepEqual(ownSteps(STEPS), [['layout', 'repository-settings', 'tags']]);
  assert.deepEqual(ownSteps('- uses: ecr-layer-push/ecr-layer-push@v1\n- run: echo\n'), [[]]);
});
