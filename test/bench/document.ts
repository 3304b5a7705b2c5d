import { readFile, writeFile } from 'node:fs/promises';
import { REPOSITORY } from '../support/action-metadata.ts';
import { plotCondition } from './plot.ts';
import { plotDepth } from './plot-depth.ts';
import type { Results } from './results.ts';
import { depthTables, header, toMarkdown } from './tables.ts';

/** A place of docs/performance.md, between two marks. */
type Place = 'bench' | 'bench depth';

/**
 * Puts the results between the marks of docs/performance.md, and their plots beside it. Those over depth have marks of
 * their own, so that they can be measured by themselves; where the document lacks these, they stand with the others.
 */
export async function writeDocument(results: Results): Promise<void> {
  const file = new URL('docs/performance.md', REPOSITORY);
  await writeFile(file, documentWith(await readFile(file, 'utf8'), results));
  for (const condition of new Set(results.cells.map((cell) => cell.condition))) {
    const cells = results.cells.filter((cell) => cell.condition === condition);
    const svg = plotCondition(condition, cells, captionsOf(results));
    await writeFile(new URL(`docs/performance-${condition}.svg`, REPOSITORY), svg);
  }
  if (results.depth === undefined) return;
  const svg = plotDepth(results.depth, depthCaptionsOf(results));
  await writeFile(new URL('docs/performance-depth.svg', REPOSITORY), svg);
}

/** What was not measured stays as it is. */
export function documentWith(document: string, results: Results): string {
  const { cells, linearity, memory, depth } = results;
  const hasOwnPlace = document.includes(begin('bench depth'));
  const isMeasured = cells.length + linearity.length + memory.length > 0;
  const others = hasOwnPlace ? { ...results, depth: undefined } : results;
  const rest = isMeasured ? withResults(document, toMarkdown(others)) : document;
  if (depth === undefined || !hasOwnPlace) return rest;
  return withResults(rest, `${header(results)}\n\n${depthTables(depth)}`, 'bench depth');
}

export function withResults(document: string, markdown: string, place: Place = 'bench'): string {
  const from = document.indexOf(begin(place));
  const to = document.indexOf(end(place));
  if (from < 0 || to < from)
    throw new Error(`docs/performance.md lacks ${begin(place)} … ${end(place)}`);
  const before = document.slice(0, from + begin(place).length);
  return `${before}\n\n${markdown}\n\n${document.slice(to)}`;
}

const begin = (place: Place) => `<!-- ${place}: begin -->`;
const end = (place: Place) => `<!-- ${place}: end -->`;

function captionsOf({ date, commit, tools }: Results): string[] {
  const names = tools
    .filter(({ name, version }) => name !== 'before' || version !== undefined)
    .map(({ name, version }) => `${name} ${version ?? 'not installed'}`);
  return [
    "Wall time, median. Dashed: the least that ECR's API allows; dotted: with parts in turn.",
    `${date}, commit ${commit}: ${names.join(', ')}`,
  ];
}

function depthCaptionsOf({ date, commit, command }: Results): string[] {
  return [
    `Wall time, median, and, dashed, the bound, over the parts of the layer in flight.`,
    `${date}, commit ${commit}, ${command}`,
  ];
}
