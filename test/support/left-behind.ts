import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { flawsOfReport } from './report-schema.ts';
import { leaksOf } from './secrets.ts';

/** What a run left, by path: reports, journals and maps. Of steps side by side, each may take away its own meanwhile. */
export async function leftBehind(temporary: string): Promise<Readonly<Record<string, string>>> {
  const isFolder = await stat(temporary).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return {};
  const entries = await readdir(temporary, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.slice(temporary.length).startsWith('/ecr-layer-push'));
  const files = paths.map(async (path) => [path, await textOf(path)] as const);
  return Object.fromEntries(await Promise.all(files));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Whether a file is a report of a run. */
export function isReport(path: string): boolean {
  return /^ecr-layer-push-report-[\w-]+\.json$/.test(basename(path));
}

/** @throws if the report is not as its schema says */
export function parseReport(json: string): unknown {
  const report: unknown = JSON.parse(json);
  const flaws = flawsOfReport(report);
  if (flaws.length > 0) throw new Error(`the report is not as its schema says: ${flaws.join()}`);
  return report;
}

/** @throws if a credential stands in any of the texts */
export function assertNothingSecret(...given: Parameters<typeof leaksOf>): void {
  const leaks = leaksOf(...given);
  if (leaks.length > 0) throw new Error(leaks.join('\n'));
}
