import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from './action-metadata.ts';

/** An input in the shape that a tool writes, and what must come of it. The folder's README explains the members. */
export interface ToolCase {
  /** Its folder, which is the working directory of the step. */
  readonly folder: string;
  readonly number: number;
  readonly title: string;
  readonly tool: string;
  readonly inputs: CaseInputs;
  /** One of them must hold whole. */
  readonly expect: readonly Expectation[];
  /** Pushed first, from the folder `before`. */
  readonly before: { readonly inputs: CaseInputs } | undefined;
  /** Digests of manifests that PutImage refuses, and its words. */
  readonly refuse: Readonly<Record<string, string>>;
}

type CaseInputs = Readonly<Record<string, string>> & { readonly repository: string };

export interface Expectation {
  readonly exit?: 0 | 'fails';
  readonly tags?: Readonly<Record<string, string>>;
  readonly index?: Readonly<Record<string, readonly string[]>>;
  readonly platforms?: Readonly<Record<string, readonly string[]>>;
  readonly image?: Readonly<Record<string, ExpectedImage>>;
  readonly holds?: readonly string[];
  readonly lacks?: readonly string[];
  readonly error?: readonly string[];
  readonly errorExact?: readonly string[];
  readonly notError?: readonly string[];
  readonly warning?: readonly string[];
  readonly nothingSent?: boolean;
  readonly stable?: boolean;
}

export interface ExpectedImage {
  /** As they are, or as they were before they were compressed. */
  readonly layers?: readonly string[];
  readonly config?: string;
  readonly count?: number;
}

interface CaseFile {
  readonly number: number;
  readonly title: string;
  readonly tool: string;
  readonly inputs: CaseInputs;
  readonly expect: Expectation | readonly Expectation[];
  readonly before?: { readonly inputs: CaseInputs };
  readonly registry?: { readonly refuse: Readonly<Record<string, string>> };
}

const folder = fileURLToPath(new URL('../shared/cases', REPOSITORY));
export const skip = existsSync(folder) ? false : 'the folder ../shared/cases is not there';

export async function readToolCases(): Promise<ToolCase[]> {
  if (skip !== false) return [];
  const names = await readdir(folder, { withFileTypes: true });
  const folders = names
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
  return Promise.all(folders.toSorted().map(readCase));
}

async function readCase(path: string): Promise<ToolCase> {
  const file = JSON.parse(await readFile(join(path, 'case.json'), 'utf8')) as CaseFile;
  const { number, title, tool, inputs, expect, before, registry } = file;
  const expectations = Array.isArray(expect) ? (expect as Expectation[]) : [expect as Expectation];
  const unknown = expectations.flatMap(Object.keys).filter((name) => !MEMBERS.has(name));
  if (unknown.length > 0) throw new Error(`${path}: not understood: ${unknown.join(', ')}`);
  return {
    ...{ folder: path, number, title, tool, inputs, before },
    expect: expectations,
    refuse: registry?.refuse ?? {},
  };
}

const MEMBERS: ReadonlySet<string> = new Set<keyof Expectation>([
  ...(['exit', 'tags', 'index', 'platforms', 'image', 'holds', 'lacks'] as const),
  ...(['error', 'errorExact', 'notError', 'warning', 'nothingSent', 'stable'] as const),
]);
