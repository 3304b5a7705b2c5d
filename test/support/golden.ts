import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';

/**
 * Compares a text with a file that someone has read and found good. `UPDATE_GOLDEN=1` writes the file anew, for its
 * changes to be read in the diff.
 */
export async function assertGolden(file: URL, text: string): Promise<void> {
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, text);
  assert.equal(text, await readFile(file, 'utf8'));
}

/** A heading, and below it what stands in a terminal. */
export function goldenSection(heading: string, text: string): string {
  return `## ${heading}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
}
