import type { Dirent } from 'node:fs';
import { access, glob, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PushError } from '../errors.ts';
import { commonGlob } from './common-glob.ts';
import { foreignDirectory } from './foreign.ts';
import { notALayout } from './not-a-layout.ts';
import { quoted } from './quoted.ts';
import { splitReference } from './transport.ts';

/** How far a search for layouts goes: levels of folders, entries looked at, and layouts named. */
const MAX_LEVELS = 4;
const MAX_ENTRIES = 5000;
const MAX_NAMED = 5;

/** What a tar is usually called. */
const TAR_NAME = /\.(?:tar|tgz|tar\.(?:gz|zst|zstd)|oci|cnb)$/;

/** Folders that hold no layout, and may hold very much else. */
const SKIPPED = ['.git', 'node_modules', 'blobs'];

/** What a directory without an index.json is, and where the layout may be instead. */
export async function notALayoutDirectory(path: string): Promise<PushError> {
  const entries = await entriesOf(path);
  const foreign = foreignDirectory(new Set(entries.map(({ name }) => name)), path);
  if (foreign !== undefined) return notALayout(path, foreign.what, foreign.hint);
  const around = await layoutAround(path);
  if (around !== undefined) {
    const hint = `Set the input layout to ${quoted(around)}.`;
    return notALayout(path, `a folder of the layout ${quoted(around)}`, hint);
  }
  const what = 'a directory without an index.json';
  const found = await layoutsBelow(path);
  if (found.length === 0) return notALayout(path, `${what}, and ${content(entries)}`);
  return notALayout(path, `${what}, and holds ${listed(found)}`, await setTo(found));
}

/** What is there in the place of a path that is not. */
export async function notFound(path: string, cause: unknown): Promise<PushError> {
  const { path: shorter, reference } = splitReference(path);
  if (reference !== undefined && (await isThere(shorter))) {
    const message = `${path} does not exist, but ${quoted(shorter)} does`;
    const hint = `Set the input layout to ${quoted(shorter)}, and the input image to ${quoted(reference)}.`;
    return new PushError('LAYOUT_NOT_FOUND', message, { hint, cause });
  }
  const { where, hint } = await lookIn(dirname(path));
  const message = `${path} does not exist: ${where}`;
  const details = hint === undefined ? { cause } : { hint, cause };
  return new PushError('LAYOUT_NOT_FOUND', message, details);
}

/** What is there in the place of what a glob should match; `what` it matches instead. */
export async function nothingMatches(glob: string, what: string): Promise<PushError> {
  const start = glob.slice(0, glob.search(/[*?[\]{}]/));
  const { where, hint } = await lookIn(dirname(`${start}x`));
  const relative = "Globs are relative to the step's working directory.";
  return new PushError('LAYOUT_NOT_FOUND', `${glob} matches ${what}: ${where}`, {
    hint: hint === undefined ? relative : `${hint} ${relative}`,
  });
}

/** What a file is that is no tar, and where the layout may be instead. `head` is the file's first block. */
export async function notATar(path: string, head: Uint8Array): Promise<PushError> {
  const what = describe(head);
  const { where, hint } = await lookIn(dirname(path), path);
  if (hint === undefined) return notALayout(path, what);
  return notALayout(path, `${what}; ${where}`, `${hint} A glob takes every file that it matches.`);
}

function describe(head: Uint8Array): string {
  const text = Buffer.from(head).toString('latin1').trimStart();
  if (!/^[{[]/.test(text)) return 'neither a directory nor a tar';
  const ofBuildx = /"(?:buildx\.build|containerimage)\./.test(text);
  return ofBuildx ? 'a JSON file, as buildx writes with --metadata-file' : 'a JSON file';
}

/** What is in a folder in which a layout should be, or in the nearest folder above it; `besides` is known to be none. */
async function lookIn(
  wanted: string,
  besides?: string,
): Promise<{ where: string; hint: string | undefined }> {
  const folder = await nearestFolder(wanted);
  const missing = folder === wanted ? '' : `there is no folder ${quoted(wanted)}, and `;
  const isRoot = folder === dirname(folder) && folder !== '.';
  const below = isRoot ? [] : await layoutsBelow(folder);
  const found = below.filter((path) => path !== besides);
  const what = found.includes(folder) ? 'is a layout itself' : `holds ${listed(found)}`;
  if (found.length > 0) {
    return { where: `${missing}${named(folder)} ${what}`, hint: await setTo(found, besides) };
  }
  const where = `${missing}${named(folder)} ${content(await entriesOf(folder))}`;
  return { where, hint: undefined };
}

/** The directory itself, or the first above it that there is. */
async function nearestFolder(path: string): Promise<string> {
  if (path === dirname(path) || (await readEntries(path)) !== undefined) return path;
  return nearestFolder(dirname(path));
}

/** If the path leads to `blobs` or `blobs/sha256` of a layout, that layout. */
async function layoutAround(path: string): Promise<string | undefined> {
  const up = basename(path) === 'sha256' ? dirname(path) : path;
  if (basename(up) !== 'blobs') return undefined;
  return isLayout(await entriesOf(dirname(up))) ? dirname(up) : undefined;
}

/** Layout directories, and files by names of tars, in a directory and the folders below it, nearest first. */
async function layoutsBelow(directory: string): Promise<string[]> {
  const found: string[] = [];
  let looked = 0;
  let level = [directory];
  for (let depth = 0; depth <= MAX_LEVELS && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (looked > MAX_ENTRIES || found.length > MAX_NAMED) return found;
      const entries = await entriesOf(folder);
      looked += entries.length;
      if (isLayout(entries)) found.push(folder);
      else {
        found.push(...tarsAmong(entries).map((name) => join(folder, name)));
        next.push(...foldersAmong(entries).map((name) => join(folder, name)));
      }
    }
    level = next;
  }
  return found;
}

/** Many projects have an index.json that is something else. */
function isLayout(entries: readonly Dirent[]): boolean {
  const names = new Set(entries.map(({ name }) => name));
  return names.has('index.json') && (names.has('blobs') || names.has('oci-layout'));
}

function tarsAmong(entries: readonly Dirent[]): string[] {
  return entries
    .filter((entry) => entry.isFile() && TAR_NAME.test(entry.name))
    .map(({ name }) => name);
}

/** Links are not followed, so that the search ends. */
function foldersAmong(entries: readonly Dirent[]): string[] {
  return entries
    .filter((entry) => entry.isDirectory() && !SKIPPED.includes(entry.name))
    .map(({ name }) => name);
}

/** In the order of their names. What cannot be read is passed over: this only helps to find what was meant. */
async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  const entries = (await readEntries(directory)) ?? [];
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readEntries(directory: string): Promise<readonly Dirent[] | undefined> {
  return readdir(directory, { withFileTypes: true }).catch(() => undefined);
}

function content(entries: readonly Dirent[]): string {
  if (entries.length === 0) return 'is empty';
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  return `holds ${listed(names)}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).map(quoted).join(', ');
  return more > 0 ? `${shown} and more` : shown;
}

/** Artifacts of a matrix, a folder each, are several layouts that are meant together. `besides` is known to be none. */
async function setTo(found: readonly string[], besides?: string): Promise<string> {
  const [first = '', ...others] = found;
  if (others.length === 0) return `Set the input layout to ${quoted(first)}.`;
  const all = (await globFor(found, besides)) ?? 'their paths, a line each';
  return `Set the input layout to one of them, such as ${quoted(first)}, or, to merge them into one index, to ${all}.`;
}

/** A glob that leads to these layouts, and besides only to what is a layout, a tar or passed over. */
async function globFor(
  found: readonly string[],
  besides: string | undefined,
): Promise<string | undefined> {
  const pattern = commonGlob(found);
  if (pattern === undefined) return undefined;
  const missing = new Set(found);
  for await (const path of glob(pattern)) {
    const isFile = (await readEntries(path)) === undefined;
    if (path === besides || (isFile && !TAR_NAME.test(path))) return undefined;
    missing.delete(path);
  }
  return missing.size === 0 ? pattern : undefined;
}

function named(folder: string): string {
  return folder === '.' ? 'the working directory' : quoted(folder);
}
