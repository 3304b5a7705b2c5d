import type { Root } from 'mdast';
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from './action-metadata.ts';
import { parseMarkdown } from './markdown.ts';

/** Something written for people to read. */
export interface Document {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly root: Root;
}

const WRITTEN = ['*.md', 'docs/**/*.md', 'test/**/README.md', '.github/**/*.md'];

/** All documents of the repository, by path. */
export async function readDocuments(): Promise<ReadonlyMap<string, Document>> {
  const cwd = fileURLToPath(REPOSITORY);
  const paths: string[] = [];
  for await (const path of glob(WRITTEN, { cwd })) paths.push(path.replaceAll('\\', '/'));
  const documents = paths.toSorted().map(async (path): Promise<[string, Document]> => {
    const text = await readFile(new URL(path, REPOSITORY), 'utf8');
    return [path, { path, root: parseMarkdown(text) }];
  });
  return new Map(await Promise.all(documents));
}
