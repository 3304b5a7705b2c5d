import * as native from 'node:path';
import { PushError } from '../errors.ts';
import { type Compression, compressionOf } from './compression.ts';
import { foreignTar } from './foreign.ts';
import { partsOf, type PathRules } from './path-parts.ts';
import { quoted } from './quoted.ts';
import { isTarStart } from './tar-header.ts';
import type { TarIndex } from './tar-index.ts';

export function notALayout(path: string, what: string, hint?: string): PushError {
  const message = `${path} is not an OCI image layout: it is ${what}`;
  return new PushError('NOT_A_LAYOUT', message, hint === undefined ? {} : { hint });
}

/** `head` is the file's first block. @throws PushError NOT_A_LAYOUT if it is a file that is known, and no tar */
export function refuseForeignFile(path: string, head: Uint8Array, rules: PathRules = native): void {
  const compression = compressionOf(head);
  if (compression !== undefined) throw decompressFirst(path, compression);
  if (isTarStart(head)) return;
  if (Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PK\x03\x04') {
    throw notALayout(path, 'a zip file', `Unzip it first: unzip -d image ${quoted(path)}`);
  }
  const layout = layoutAround(path, rules);
  if (layout === undefined) return;
  throw notALayout(path, 'one file of a layout', `Set the input layout to ${quoted(layout)}.`);
}

/** The directory of the layout that a file would belong to by its name. */
function layoutAround(path: string, rules: PathRules): string | undefined {
  if (['index.json', 'oci-layout'].includes(rules.basename(path))) return rules.dirname(path);
  const [blobs, algorithm, name = ''] = partsOf(path, rules).slice(-3);
  const isBlob = blobs === 'blobs' && algorithm === 'sha256' && /^[a-f0-9]{64}$/.test(name);
  return isBlob ? rules.dirname(rules.dirname(rules.dirname(path))) : undefined;
}

/** For what only another program can decompress. */
export function decompressFirst(path: string, compression: Compression): PushError {
  return new PushError('NOT_A_LAYOUT', `${path} is compressed with ${compression.name}`, {
    hint: `Only gzip and zstd are unpacked here, so decompress it first: ${commandFor(path, compression)}`,
  });
}

/** The command that decompresses a file. */
export function commandFor(path: string, { command }: Compression): string {
  return `${command} ${quoted(path)} > ${quoted(tarName(path))}`;
}

/** @throws PushError NOT_A_LAYOUT */
export function refuseForeignTar(path: string, index: TarIndex): void {
  if (index.has('index.json')) return;
  const names = [...index.names()];
  const foreign = foreignTar(new Set(names.map(firstPart)), path);
  if (foreign !== undefined) throw notALayout(path, foreign.what, foreign.hint);
  throw layoutDeeperDown(path, names) ?? notALayout(path, 'a tar without an index.json');
}

/** A tar that was packed with a folder too many, or that holds the layout's own tar. */
function layoutDeeperDown(path: string, names: readonly string[]): PushError | undefined {
  const folder = shortest(names.filter((name) => name.endsWith('/index.json')));
  if (folder !== undefined) {
    const parent = native.posix.dirname(folder);
    return notALayout(
      path,
      `a tar that has the layout in its folder ${quoted(parent)}`,
      `Put the layout at the top of the tar, "tar -C ${quoted(parent)} -cf ${quoted(native.basename(path))} .", or unpack it and set the input layout to that folder.`,
    );
  }
  const tar = shortest(names.filter((name) => /\.(?:tar|tgz|tar\.(?:gz|zst))$/.test(name)));
  if (tar === undefined) return undefined;
  return notALayout(
    path,
    `a tar that holds the tar ${quoted(tar)}`,
    `Unpack it, and set the input layout to the tar in it: tar -xf ${quoted(path)} ${quoted(tar)}`,
  );
}

function shortest(names: readonly string[]): string | undefined {
  return names.toSorted((a, b) => a.length - b.length)[0];
}

function firstPart(name: string): string {
  return name.split('/', 1)[0] ?? '';
}

function tarName(path: string): string {
  const name = path.replace(/\.(?:gz|zst|xz|bz2|lz4)$/, '').replace(/\.(?:tgz|txz|tbz2?)$/, '.tar');
  return name.endsWith('.tar') && name !== path ? name : `${path}.tar`;
}
