import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { REPOSITORY } from '../../support/action-metadata.ts';

const FILE = new URL('docs/servers.md', REPOSITORY);

/** Row → column → cell. */
export type Cells = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** A table of docs/servers.md, between the marks of this name. */
export async function readCells(name: string): Promise<Cells> {
  const text = await readFile(FILE, 'utf8');
  const [begin, end] = positions(text, name);
  const [head = [], , ...rows] = text
    .slice(begin, end)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map(cellsOf);
  return new Map(
    rows.map(([what = '', ...cells]) => [
      what,
      new Map(head.slice(1).map((column, at) => [column, cells[at] ?? ''])),
    ]),
  );
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

/** Writes the rows of `found` in these columns. What it lacks stays as it is. */
export async function writeCells(
  name: string,
  found: Cells,
  columns: readonly string[],
): Promise<void> {
  const before = await readCells(name);
  const rows = [...found].map(([what, row]) => [
    what,
    ...columns.map((column) => row.get(column) ?? before.get(what)?.get(column) ?? ''),
  ]);
  const lines = [['', ...columns], ['', ...columns].map(() => '---'), ...rows];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const text = await readFile(FILE, 'utf8');
  const [begin, end] = positions(text, name);
  const filled = `${text.slice(0, begin)}\n\n${table}\n\n${text.slice(end)}`;
  const options = { ...(await resolveConfig(FILE)), parser: 'markdown' };
  await writeFile(FILE, await format(filled, options));
}

function positions(text: string, name: string): readonly [begin: number, end: number] {
  const marks = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`] as const;
  const begin = text.indexOf(marks[0]);
  const end = text.indexOf(marks[1]);
  if (begin < 0 || end < begin) throw new Error(`docs/servers.md lacks ${marks.join(' … ')}`);
  return [begin + marks[0].length, end];
}

/** The rows that docs/servers.md explains below its tables. */
export async function explainedRows(): Promise<string[]> {
  const text = await readFile(FILE, 'utf8');
  return [...text.matchAll(/^- \*\*(.+?)\*\*:/gm)].map(([, what = '']) => what);
}

/** The rows in which the columns differ. */
export function differingRows(cells: Cells): string[] {
  return [...cells].flatMap(([what, row]) => (new Set(row.values()).size > 1 ? [what] : []));
}
