import { COLORS, round, text, WIDTH } from './plot.ts';
import type { DepthPoint, DepthResults } from './results.ts';

/** Wall time of one layer, and the bound, over the number of its parts in flight. */

const HEIGHT = 397;
const LEFT = 60;
const RIGHT = 90;
const TOP = 101;
const BOTTOM = 48;

type Place = readonly [x: number, y: number];

export function plotDepth({ title, curve }: DepthResults, captions: readonly string[]): string {
  const points = curve.flatMap((point) =>
    typeof point.partsInFlight === 'number' ? [{ ...point, depth: point.partsInFlight }] : [],
  );
  const deepest = Math.max(2, ...points.map(({ depth }) => depth));
  const longest = Math.max(1e-3, ...points.flatMap((point) => [point.bound, wallOf(point) ?? 0]));
  const x = (depth: number) => round(LEFT + ((depth - 1) / (deepest - 1)) * (WIDTH - LEFT - RIGHT));
  const y = (seconds: number) =>
    round(HEIGHT - BOTTOM - (seconds / longest) * (HEIGHT - TOP - BOTTOM));
  const measured = points.flatMap((point): Place[] => {
    const wall = wallOf(point);
    return wall === undefined ? [] : [[x(point.depth), y(wall)]];
  });
  const bound = points.map(({ depth, bound: at }): Place => [x(depth), y(at)]);
  const labels = points.flatMap((point) => label(point, x(point.depth), y));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#1f2430">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(12, 20, 'One layer, over its parts in flight', 'font-size="15" font-weight="bold"'),
    ...[title, ...captions].map((line, at) => text(12, 40 + 17 * at, line, 'fill="#5b6472"')),
    `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="${COLORS.other}"/>`,
    text(LEFT - 8, y(0) + 4, '0', 'text-anchor="end"'),
    text(LEFT - 8, y(longest) + 4, `${seconds(longest)} s`, 'text-anchor="end"'),
    ...points.map(({ depth }) =>
      text(x(depth), HEIGHT - BOTTOM + 18, String(depth), 'text-anchor="middle"'),
    ),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, 'parts in flight', 'text-anchor="middle"'),
    line(bound, `stroke="${COLORS.bound}" stroke-dasharray="4 3"`),
    line(measured, `stroke="${COLORS.action}" stroke-width="2"`),
    ...measured.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4" fill="${COLORS.action}"/>`),
    ...labels,
    '</svg>\n',
  ].join('\n');
}

function wallOf({ summary }: DepthPoint): number | undefined {
  return summary?.wall;
}

/** Above the measured point its time, or that there is none; below the line of the bound what that is. */
function label(point: DepthPoint, x: number, y: (seconds: number) => number): string[] {
  const wall = wallOf(point);
  const above =
    wall === undefined
      ? text(x + 6, y(point.bound) - 8, 'failed', `fill="${COLORS.action}"`)
      : text(x + 6, y(wall) - 8, `${seconds(wall)} s`, `fill="${COLORS.action}"`);
  return [above, text(x + 6, y(point.bound) + 16, seconds(point.bound), 'font-size="11"')];
}

function line(places: readonly Place[], attributes: string): string {
  if (places.length < 2) return '';
  const path = places.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  return `<path d="${path}" fill="none" ${attributes}/>`;
}

function seconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
