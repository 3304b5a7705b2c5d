import type { FileHandle } from 'node:fs/promises';
import { extract } from 'tar-stream';
import { PushError } from '../errors.ts';
import { type Fields, isFields, shown } from '../oci/fields.ts';
import { refuseGlobalHeader } from './tar-global-header.ts';
import { readAt } from './read.ts';

export const BLOCK_BYTES = 512;

/** The most bytes in the extended headers of one entry: names take hundreds, an extended attribute up to 64 KiB. */
export const MAX_TAR_HEADER_BYTES = 1024 * 1024;

/** The type flags of headers that describe the entry after them: PAX's `x` and `g`, GNU's long names. */
const EXTENSION_FLAGS = 'xgLKN';
const GNU_SPARSE_FLAG = 'S';

/** Whether a tar begins with this block: a POSIX or GNU one says so, one of the oldest format has only its checksum. */
export function isTarStart(block: Uint8Array): boolean {
  const bytes = Buffer.from(block);
  if (bytes.toString('latin1', 257, 262) === 'ustar') return true;
  if (bytes.byteLength < BLOCK_BYTES || bytes[0] === 0) return false;
  const stored = /^ *([0-7]+)[ \0]*$/.exec(bytes.toString('latin1', 148, 156));
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return stored?.[1] !== undefined && parseInt(stored[1], 8) === sum;
}

/** An entry of a tar as its headers describe it. */
export interface TarHeader {
  /** As written, not normalized. */
  readonly name: string;
  readonly type: Decoded['type'];
  readonly linkName: string;
  /** Bytes of content; they start at `contentAt`. */
  readonly size: number;
  readonly contentAt: number;
}

/** A header from tar-stream. Its types omit that unknown types and absent names are null, and that sizes can be odd. */
interface Decoded {
  readonly name: string;
  readonly type: string | null;
  readonly linkname: string | null;
  readonly size: unknown;
  readonly pax?: unknown;
}

export interface TarFile {
  readonly handle: FileHandle;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Reads the headers of the entry at `position`, and nothing else. tar-stream decodes them, with a new extractor for
 * each entry that gets no content: a single extractor would have to be fed the whole tar.
 * @returns undefined at the end of the tar
 * @throws PushError INVALID_TAR, LAYOUT_UNREADABLE
 */
export async function readTarHeader(
  tar: TarFile,
  position: number,
): Promise<TarHeader | undefined> {
  const raw = await readHeaderBlocks(tar, position);
  if (raw === undefined) return undefined;
  const header = await decode(raw.blocks, tar, position);
  const pax = isFields(header.pax) ? header.pax : {};
  // GNU tar gives a sparse file another name, and keeps its own in a record.
  const name = `${tar.path}: the entry ${shown(pax['GNU.sparse.name'] ?? header.name)}`;
  refuseSparse(raw.flags, pax, name);
  refuseInterveningHeader(raw.flags, pax, name);
  return {
    name: header.name,
    type: header.type,
    linkName: header.linkname ?? '',
    size: checkedSize(header.size, pax['size'], name),
    contentAt: position + raw.blocks.byteLength,
  };
}

interface HeaderBlocks {
  /** Any extended headers with their content, then the entry's own header. */
  readonly blocks: Uint8Array;
  /** The type flag of each header. */
  readonly flags: string;
}

async function readHeaderBlocks(tar: TarFile, start: number): Promise<HeaderBlocks | undefined> {
  const blocks: Uint8Array[] = [];
  let flags = '';
  if (await isEnd(tar, start)) return undefined;
  for (let position = start; ;) {
    const header = await read(tar, position, BLOCK_BYTES);
    if (flags === '' && header.every((byte) => byte === 0)) return undefined;
    blocks.push(header);
    flags += String.fromCharCode(header[156] ?? 0);
    if (!EXTENSION_FLAGS.includes(flags.slice(-1))) break;
    const size = extensionSize(header, tar);
    position += BLOCK_BYTES;
    if (position + padded(size) - start > MAX_TAR_HEADER_BYTES) throw tooLarge(tar, start);
    const content = await read(tar, position, padded(size));
    if (flags.endsWith('g')) {
      const where = `${tar.path}: the global header at byte ${position - BLOCK_BYTES}`;
      refuseGlobalHeader(content.subarray(0, size), where);
    }
    blocks.push(content);
    position += padded(size);
  }
  return { blocks: Buffer.concat(blocks), flags };
}

/** Some programs fill up the last block with zeros, or a part of it, and write no end. */
async function isEnd(tar: TarFile, position: number): Promise<boolean> {
  const left = tar.size - position;
  if (left >= BLOCK_BYTES) return false;
  return (await read(tar, position, left)).every((byte) => byte === 0);
}

async function read(tar: TarFile, position: number, length: number): Promise<Uint8Array> {
  if (position + length > tar.size) throw truncated(tar, position + length);
  const bytes = new Uint8Array(length);
  await readAt(tar.handle, bytes, position, tar.path);
  return bytes;
}

/** Octal digits and nothing else, so that tar-stream cannot read another size out of them. */
function extensionSize(header: Uint8Array, tar: TarFile): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(
    Buffer.from(header.subarray(124, 136)).toString('latin1'),
  );
  const size = digits?.[1] === undefined ? NaN : parseInt(digits[1], 8);
  if (Number.isNaN(size)) throw invalidSize(`${tar.path}: an extended header`);
  return size;
}

/** Also the oldest, in which nothing says that it is a tar. The types lack the option. */
const ANY_FORMAT: Parameters<typeof extract>[0] & { readonly allowUnknownFormat: boolean } = {
  allowUnknownFormat: true,
};

function decode(blocks: Uint8Array, tar: TarFile, position: number): Promise<Decoded> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) => reject(undecodable(tar, position, cause));
    const extractor = extract(ANY_FORMAT);
    extractor.on('entry', (header: Decoded) => {
      resolve(header);
      extractor.destroy();
    });
    extractor.on('error', fail);
    extractor.on('close', fail);
    extractor.end(blocks);
  });
}

function undecodable(tar: TarFile, position: number, cause: unknown): PushError {
  // tar-stream says this of a size that is negative or not a number, and of nothing else.
  if (cause instanceof Error && cause.message === 'Invalid header') {
    return invalidSize(`${tar.path}: the entry at byte ${position}`);
  }
  return new PushError(
    'INVALID_TAR',
    `${tar.path} is damaged: no valid tar header at byte ${position}`,
    { cause },
  );
}

/** What such an entry stores is not what a reader of the file sees, and no layout needs one. */
function refuseSparse(flags: string, pax: Fields, name: string): void {
  const sparse = Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'));
  if (!sparse && !flags.endsWith(GNU_SPARSE_FLAG)) return;
  throw new PushError('INVALID_TAR', `${name} is a sparse file`, {
    hint: 'Write the tar without "--sparse" (-S).',
  });
}

/**
 * A PAX header describes the next file, but some programs apply its size to a header in between, and from there on see
 * other entries than the rest: GHSA-3cv2-h65g-fgmm, GHSA-vmf3-w455-68vh.
 */
function refuseInterveningHeader(flags: string, pax: Fields, name: string): void {
  const between = flags.slice(flags.indexOf('x') + 1, -1);
  if (!flags.includes('x') || between === '') return;
  if (pax['size'] === undefined && !between.includes('x')) return;
  throw new PushError(
    'INVALID_TAR',
    `${name} has another header between its PAX header and its own`,
    { hint: 'No build tool writes this. Find out where the tar comes from before you use it.' },
  );
}

function checkedSize(size: unknown, paxSize: unknown, name: string): number {
  const isClean = paxSize === undefined || (typeof paxSize === 'string' && /^\d+$/.test(paxSize));
  // tar-stream turns GNU's -1 into -0.
  const isWhole = Number.isSafeInteger(size) && !Object.is(size, -0);
  if (isClean && isWhole && typeof size === 'number' && size >= 0) return size;
  throw invalidSize(name);
}

function invalidSize(name: string): PushError {
  return new PushError('INVALID_TAR', `${name} has a size that is not a whole number of bytes`);
}

function tooLarge(tar: TarFile, position: number): PushError {
  return new PushError(
    'INVALID_TAR',
    `${tar.path}: the extended headers at byte ${position} take more than ${MAX_TAR_HEADER_BYTES} bytes`,
    { hint: 'Write the tar without extended attributes ("--no-xattrs").' },
  );
}

export function truncated(tar: TarFile, needed: number): PushError {
  return new PushError(
    'INVALID_TAR',
    `${tar.path} is cut short: it has ${tar.size} bytes, but an entry ends at byte ${needed}`,
    { hint: 'The build or a copy of it did not finish: write the tar again.' },
  );
}

/** A size rounded up to whole blocks, as content is stored. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}
