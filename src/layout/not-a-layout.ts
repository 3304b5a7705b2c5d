import { posix } from 'node:path';
import { PushError } from '../errors.ts';
import type { TarIndex } from './tar-index.ts';

interface Compression {
  readonly name: string;
  readonly magic: readonly number[];
  /** Decompresses to standard output. */
  readonly command: string;
}

const COMPRESSIONS: readonly Compression[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], command: 'gunzip -c' },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd -dc' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], command: 'xz -dc' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bunzip2 -c' },
];

export function notALayout(path: string, what: string, hint?: string): PushError {
  const message = `${path} is not an OCI image layout: it is ${what}`;
  return new PushError('NOT_A_LAYOUT', message, hint === undefined ? {} : { hint });
}

/** `head` is the file's first block. @throws PushError NOT_A_LAYOUT */
export function refuseForeignFile(path: string, head: Uint8Array): void {
  const compression = COMPRESSIONS.find(({ magic }) =>
    magic.every((byte, at) => head[at] === byte),
  );
  if (compression !== undefined) {
    throw new PushError('NOT_A_LAYOUT', `${path} is compressed with ${compression.name}`, {
      hint: `Layouts are read in place, so decompress it first: ${compression.command} ${quoted(path)} > ${quoted(tarName(path))}`,
    });
  }
  // POSIX and GNU tars alike have "ustar" there.
  const magic = Buffer.from(head.subarray(257, 262)).toString('latin1');
  if (magic !== 'ustar') throw notALayout(path, 'neither a directory nor a tar');
}

/** @throws PushError NOT_A_LAYOUT */
export function refuseForeignTar(path: string, index: TarIndex): void {
  if (index.has('index.json')) return;
  const folder = [...index.names()].find((name) => /^[\w.-]+\/index\.json$/.test(name));
  if (folder === undefined) throw notALayout(path, 'a tar without an index.json');
  const parent = quoted(posix.dirname(folder));
  throw notALayout(
    path,
    `a tar that has the layout in its folder ${parent}`,
    `Put the layout at the top of the tar: tar -C ${parent} -cf ${quoted(posix.basename(path))} .`,
  );
}

function tarName(path: string): string {
  const name = path.replace(/\.(?:gz|zst|xz|bz2)$/, '').replace(/\.tgz$/, '.tar');
  return name.endsWith('.tar') && name !== path ? name : `${path}.tar`;
}

/** Quoted for a POSIX shell, if it has to be. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
