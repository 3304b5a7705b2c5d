import { open } from 'node:fs/promises';
import { type Content, chunksOf, sizeOf } from './content.ts';

/**
 * Writes tars entry by entry, so that a test can have any that a build tool (or an attacker) could make.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 */
export interface TarEntry {
  readonly name: string;
  /** '0' file (the default), '1' link, '2' symbolic link, '5' directory, or any other type flag. */
  readonly type?: string;
  readonly content?: Content;
  readonly linkName?: string;
  readonly mode?: number;
  /** Records of an extended header that comes before the entry: `path`, `size` and the like. */
  readonly pax?: Readonly<Record<string, string>>;
  /** Precede the entry with its name in a GNU long-name entry. */
  readonly gnuLongName?: boolean;
  /** Changes the finished header; its checksum is computed afterwards. */
  readonly tamper?: (header: Buffer) => void;
}

const BLOCK = 512;
const SIZE = { offset: 124, length: 12 };
const CHECKSUM = { offset: 148, length: 8 };
const LARGEST_OCTAL_SIZE = 0o77777777777;

/** The whole tar in memory. */
export function tarBytes(entries: Iterable<TarEntry>): Uint8Array {
  const chunks = [...pieces(entries)].flatMap((piece) => [...chunksOf(piece)]);
  return Buffer.concat(chunks);
}

/** The tar as a file, with holes where content is sparse. */
export async function writeTar(path: string, entries: Iterable<TarEntry>): Promise<void> {
  await using file = await open(path, 'w');
  let position = 0;
  for (const piece of pieces(entries)) {
    const bytes = piece instanceof Uint8Array ? piece : piece.prefix;
    await file.write(bytes, 0, bytes.byteLength, position);
    position += sizeOf(piece);
  }
  await file.truncate(position);
}

function* pieces(entries: Iterable<TarEntry>): Generator<Content> {
  for (const entry of entries) {
    if (entry.gnuLongName) yield* longName(entry.name);
    if (entry.pax) yield* extendedHeader(entry.pax);
    yield* headerAndContent(entry);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function* headerAndContent(entry: TarEntry): Generator<Content> {
  const content = entry.content ?? new Uint8Array();
  yield header(entry, sizeOf(content));
  yield content;
  yield Buffer.alloc((BLOCK - (sizeOf(content) % BLOCK)) % BLOCK);
}

function longName(name: string): Generator<Content> {
  return headerAndContent({
    name: '././@LongLink',
    type: 'L',
    content: Buffer.from(`${name}\0`),
  });
}

function extendedHeader(records: Readonly<Record<string, string>>): Generator<Content> {
  const body = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  return headerAndContent({ name: 'PaxHeader', type: 'x', content: Buffer.from(body.join('')) });
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts its own digits too. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
  return `${length}${rest}`;
}

function header(entry: TarEntry, size: number): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number) =>
    bytes.write(value.toString(8).padStart(length - 1, '0'), offset, length - 1, 'latin1');
  bytes.write(entry.name, 0, 100);
  octal(entry.mode ?? (entry.type === '5' ? 0o755 : 0o644), 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  writeSize(bytes, size);
  octal(0, 136, 12);
  bytes.write(entry.type ?? '0', 156, 1);
  bytes.write(entry.linkName ?? '', 157, 100);
  bytes.write('ustar\x0000', 257, 'latin1');
  entry.tamper?.(bytes);
  writeChecksum(bytes);
  return bytes;
}

/** Octal, or GNU's base 256 from 8 GiB on. */
function writeSize(bytes: Buffer, size: number): void {
  if (size <= LARGEST_OCTAL_SIZE) {
    bytes.write(size.toString(8).padStart(SIZE.length - 1, '0'), SIZE.offset, 'latin1');
    return;
  }
  bytes[SIZE.offset] = 0x80;
  bytes.writeBigUInt64BE(BigInt(size), SIZE.offset + SIZE.length - 8);
}

function writeChecksum(bytes: Buffer): void {
  bytes.fill(' ', CHECKSUM.offset, CHECKSUM.offset + CHECKSUM.length);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM.offset, 'latin1');
}
