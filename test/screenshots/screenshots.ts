import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { toReportFile } from '../../src/report/report-file.ts';
import { toSummary } from '../../src/report/summary.ts';
import { SAMPLES } from '../report/sample-runs.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { pageOf, WIDTH } from './page.ts';

/** File names in docs/images → what is in the picture. */
const PICTURES: Readonly<Record<string, keyof typeof SAMPLES>> = {
  'summary-first-push': 'a first push',
  'summary-nothing-changed': 'a push that changed nothing',
  'summary-one-layer': 'a push of one layer',
  'summary-one-of-three-failed': 'a push to three repositories of which one failed',
  'summary-four-platforms': 'an index of four platforms',
  'summary-dry-run': 'a plan',
  'summary-200-layers': 'a push of 200 layers',
};

const { CHROMIUM = 'chromium', PNGQUANT = 'pngquant' } = process.env;
const run = promisify(execFile);

await using temporary = await temporaryDirectory();
for (const [name, sample] of Object.entries(PICTURES)) {
  const page = join(temporary.path, `${name}.html`);
  await writeFile(page, await pageOf(toSummary(toReportFile(SAMPLES[sample]))));
  const file = fileURLToPath(new URL(`docs/images/${name}.png`, REPOSITORY));
  await draw(page, file);
  console.log(file);
}

/** Twice: how high the page is shows only once it is drawn. */
async function draw(page: string, file: string): Promise<void> {
  const { stdout } = await chromium(page, '--dump-dom');
  const [, state, value = ''] = /<title>(height|error) (.*)<\/title>/.exec(stdout) ?? [];
  if (state !== 'height') throw new Error(`${page} was not drawn: ${value}`);
  await chromium(page, `--window-size=${WIDTH},${value}`, `--screenshot=${file}`);
  await run(PNGQUANT, ['--force', '--strip', '--speed', '1', '--output', file, '64', file]);
}

function chromium(page: string, ...how: readonly string[]): Promise<{ stdout: string }> {
  const always = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'];
  // Diagrams are drawn by then, however slow the machine is: the time is the page's own.
  const times = ['--virtual-time-budget=10000', '--timezone=UTC'];
  const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, TZ: 'UTC' } };
  return run(CHROMIUM, [...always, ...times, ...how, pathToFileURL(page).href], options);
}
