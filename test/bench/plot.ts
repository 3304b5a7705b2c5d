import { CONDITIONS, type ConditionName } from './conditions.ts';
import { type Cell, summarize, type ToolSummary } from './results.ts';

/** Wall times under one condition: a panel a layout, a bar a tool, a line where the bound is. */

export const WIDTH = 860;
const LEFT = 70;
const RIGHT = 60;
const BAR = 16;
const GAP = 4;
const PANEL_TITLE = 26;
const PANEL_END = 14;
const TITLE = 72;
export const COLORS = { action: '#d9730d', other: '#7d8aa0', bound: '#1f2430' } as const;

export function plotCondition(
  condition: ConditionName,
  cells: readonly Cell[],
  captions: readonly string[],
): string {
  const panels: string[] = [];
  let top = TITLE;
  for (const cell of cells) {
    panels.push(`<g transform="translate(0 ${top})">${panel(cell)}</g>`);
    top += panelHeight(cell);
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" font-family="sans-serif" font-size="12" fill="#1f2430">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(12, 20, CONDITIONS[condition].title, 'font-size="15" font-weight="bold"'),
    ...captions.map((line, at) => text(12, 40 + 17 * at, line, 'fill="#5b6472"')),
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function summariesOf({ tools }: Cell): ToolSummary[] {
  return tools.filter(({ runs }) => runs.length > 0).map(summarize);
}

function panelHeight(cell: Cell): number {
  return PANEL_TITLE + cell.tools.length * (BAR + GAP) + PANEL_END;
}

function panel(cell: Cell): string {
  const summaries = summariesOf(cell);
  const longest = Math.max(cell.bound.ecrWithQuotas, ...summaries.map(({ wall }) => wall));
  const x = (value: number) => round(LEFT + (value / longest) * (WIDTH - LEFT - RIGHT));
  const rows = cell.tools.map(({ tool }, at) => {
    const y = PANEL_TITLE + at * (BAR + GAP);
    const found = summaries.find((summary) => summary.tool === tool);
    const label = text(LEFT - 8, y + 12, tool, 'text-anchor="end"');
    return label + (found === undefined ? text(LEFT, y + 12, 'failed') : bar(found, y, x));
  });
  const height = cell.tools.length * (BAR + GAP);
  return [
    text(12, 16, cell.title, 'font-weight="bold"'),
    ...rows,
    boundLines(cell, height, x),
  ].join('\n');
}

function bar({ tool, wall }: ToolSummary, y: number, x: (value: number) => number): string {
  const color = tool === 'action' ? COLORS.action : COLORS.other;
  const width = round(Math.max(1, x(wall) - LEFT));
  const rect = `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" fill="${color}"/>`;
  return rect + text(x(wall) + 5, y + 12, `${wall.toFixed(wall < 10 ? 2 : 1)} s`);
}

/** Dashed with parts side by side, dotted with parts in turn. */
function boundLines(cell: Cell, height: number, x: (value: number) => number): string {
  if (cell.bound.ecr === 0) return '';
  const line = (at: number, dashes: string) =>
    `<path d="M${at} ${PANEL_TITLE - 4}V${PANEL_TITLE + height}" stroke="${COLORS.bound}" stroke-dasharray="${dashes}"/>`;
  const inTurn = x(cell.bound.ecrWithQuotas);
  const sideBySide = x(cell.boundSideBySide.ecrWithQuotas);
  return line(sideBySide, '4 3') + (sideBySide === inTurn ? '' : line(inTurn, '1 3'));
}

export function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
