import { readFile, writeFile } from 'node:fs/promises';
import { REPOSITORY } from '../support/action-metadata.ts';
import { plotCondition } from './plot.ts';
import type { Results } from './results.ts';
import { toMarkdown } from './tables.ts';

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

/** Puts the results between the marks of docs/performance.md, and a plot a condition beside it. */
export async function writeDocument(results: Results): Promise<void> {
  const file = new URL('docs/performance.md', REPOSITORY);
  await writeFile(file, withResults(await readFile(file, 'utf8'), toMarkdown(results)));
  for (const condition of new Set(results.cells.map((cell) => cell.condition))) {
    const cells = results.cells.filter((cell) => cell.condition === condition);
    const svg = plotCondition(condition, cells, captionsOf(results));
    await writeFile(new URL(`docs/performance-${condition}.svg`, REPOSITORY), svg);
  }
}

export function withResults(document: string, markdown: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md lacks ${BEGIN} … ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${markdown}\n\n${document.slice(end)}`;
}

function captionsOf({ date, commit, tools, command }: Results): string[] {
  const names = tools.map(({ name, version }) => `${name} ${version ?? 'not installed'}`);
  return [
    `Wall time, median. Dashed: the least that ECR's API allows. ${date}, commit ${commit}, ${command}`,
    names.join(', '),
  ];
}
