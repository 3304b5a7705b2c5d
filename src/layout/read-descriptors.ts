import { glob, open, stat } from 'node:fs/promises';
import { PushError } from '../errors.ts';
import { type GivenDescriptor, parseDescriptors, startsJson } from '../oci/given-descriptors.ts';
import { isDigest } from '../oci/digest.ts';
import { withoutMark } from '../oci/json.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import { errorCode, readAt, statusOf, unreadable } from './read.ts';

/** A descriptor has some hundred bytes, so a file of thousands has less. */
const MAX_FILE_BYTES = MAX_MANIFEST_BYTES;

/**
 * The descriptors that the input index-of names: each line is descriptors as JSON, or a path or a glob of files that hold
 * some.
 * @throws PushError DESCRIPTORS_NOT_FOUND, INVALID_DESCRIPTOR, LAYOUT_UNREADABLE
 */
export async function readDescriptors(
  lines: readonly string[],
): Promise<readonly GivenDescriptor[]> {
  const found: GivenDescriptor[] = [];
  for (const [at, line] of lines.entries()) {
    const where = lines.length === 1 ? 'index-of' : `index-of, line ${at + 1}`;
    if (startsJson(line)) found.push(...parseDescriptors(line, where));
    else for (const path of await filesOf(line)) found.push(...(await readFile(path)));
  }
  return found;
}

/** Sorted, and regular files alone where it is a glob. */
async function filesOf(line: string): Promise<readonly string[]> {
  if (isDigest(line)) throw bareDigest(line);
  const kind = await kindOf(line);
  if (kind === 'directory') throw isDirectory(line);
  if (kind === 'other') throw new PushError('INVALID_DESCRIPTOR', `${line} is no regular file`);
  if (kind === 'file') return [line];
  if (!/[*?[\]{}]/.test(line)) throw notFound(`${line} does not exist`);
  const files: string[] = [];
  for await (const path of glob(line)) if ((await kindOf(path)) === 'file') files.push(path);
  if (files.length === 0) throw notFound(`${line} matches no file`);
  return files.sort();
}

/** Undefined if there is nothing. What cannot be examined counts as a file: opening it fails. */
async function kindOf(path: string): Promise<'file' | 'directory' | 'other' | undefined> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) return 'directory';
    return status.isFile() ? 'file' : 'other';
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'file';
  }
}

async function readFile(path: string): Promise<readonly GivenDescriptor[]> {
  await using file = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const { size } = await statusOf(file, path);
  if (size > MAX_FILE_BYTES) throw tooLarge(path, size);
  const bytes = new Uint8Array(size);
  await readAt(file, bytes, 0, path);
  return parseDescriptors(decoded(bytes, path), path);
}

function tooLarge(path: string, size: number): PushError {
  return new PushError(
    'INVALID_DESCRIPTOR',
    `${path} has ${size} bytes: a file of descriptors has at most ${MAX_FILE_BYTES}`,
    { hint: 'If it is an image, push it with the input layout.' },
  );
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(withoutMark(bytes));
  } catch (cause) {
    throw new PushError('INVALID_DESCRIPTOR', `${path} is not valid UTF-8`, { cause });
  }
}

function notFound(message: string): PushError {
  return new PushError('DESCRIPTORS_NOT_FOUND', `index-of: ${message}`);
}

function isDirectory(path: string): PushError {
  return new PushError('DESCRIPTORS_NOT_FOUND', `index-of: ${path} is a directory`, {
    hint: `Name the files in it, such as ${path.replace(/\/+$/, '')}/*.json. If it is an OCI layout, push it with the input layout.`,
  });
}

function bareDigest(digest: string): PushError {
  return new PushError('INVALID_DESCRIPTOR', `index-of: ${digest} is a digest, and no descriptor`, {
    hint: 'A digest alone says neither media type nor platform. Give the output descriptor of the push instead.',
  });
}
