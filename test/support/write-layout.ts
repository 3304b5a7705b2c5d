import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { type Content, sizeOf } from './content.ts';
import { type Graph, jsonBytes } from './image.ts';
import { type TarEntry, writeTar } from './tar.ts';

export interface LayoutOptions {
  /** In the place of an index of the graphs, for what no build tool would write. */
  readonly indexJson?: Uint8Array;
  /** False leaves the `oci-layout` file out, as buildx does. */
  readonly ociLayout?: boolean;
  /** Files beside the usual ones, or in their place: a path in the layout → its content. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Paths that are not written, though something names them. */
  readonly omit?: readonly string[];
}

export interface TarLayoutOptions extends LayoutOptions {
  /** Before every name: `./` is what `tar -C layout -cf x.tar .` writes. */
  readonly prefix?: string;
  /** `index.json` and `oci-layout` after the blobs, as skopeo does. */
  readonly indexLast?: boolean;
  /** How names and sizes are written: in the header, or in an extended header with the header's own left wrong. */
  readonly pax?: boolean;
  /** Names come in GNU long-name entries. */
  readonly gnuLongNames?: boolean;
}

/** Writes an OCI image layout: https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export async function writeLayoutDirectory(
  directory: string,
  graphs: readonly Graph[],
  options: LayoutOptions = {},
): Promise<void> {
  for (const [path, content] of layoutFiles(graphs, options)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeContent(file, content);
  }
}

/** Writes the same as one tar. */
export async function writeLayoutTar(
  file: string,
  graphs: readonly Graph[],
  options: TarLayoutOptions = {},
): Promise<void> {
  const files = [...layoutFiles(graphs, options)];
  const isBlob = ([path]: readonly [string, Content]) => path.startsWith('blobs/');
  const head = files.filter((entry) => !isBlob(entry));
  const blobs = files.filter(isBlob);
  const ordered = options.indexLast ? [...blobs, ...head] : [...head, ...blobs];
  await writeTar(
    file,
    ordered.map(([path, content]) => tarEntry(path, content, options)),
  );
}

/** `blobs/sha256/…` */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function layoutFiles(graphs: readonly Graph[], options: LayoutOptions): Map<string, Content> {
  const files = new Map<string, Content>();
  if (options.ociLayout ?? true)
    files.set('oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' }));
  files.set('index.json', options.indexJson ?? indexJson(graphs));
  for (const graph of graphs) {
    for (const [digest, content] of graph.blobs) files.set(blobPath(digest), content);
  }
  for (const [path, content] of Object.entries(options.files ?? {})) files.set(path, content);
  for (const path of options.omit ?? []) files.delete(path);
  return files;
}

function indexJson(graphs: readonly Graph[]): Uint8Array {
  const manifests = graphs.map((graph) => graph.descriptor);
  return jsonBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

async function writeContent(path: string, content: Content): Promise<void> {
  if (content instanceof Uint8Array) return writeFile(path, content);
  await using file = await open(path, 'w');
  await file.write(content.prefix, 0, content.prefix.byteLength, 0);
  await file.truncate(content.size);
}

function tarEntry(path: string, content: Content, options: TarLayoutOptions): TarEntry {
  const name = `${options.prefix ?? ''}${path}`;
  if (options.pax) return { name: 'see-pax', content, pax: paxOf(name, content), tamper: sizeZero };
  if (options.gnuLongNames) return { name, content, gnuLongName: true };
  return { name, content };
}

function paxOf(path: string, content: Content): Record<string, string> {
  return { path, size: String(sizeOf(content)) };
}

function sizeZero(header: Buffer): void {
  header.write('00000000000', 124, 'latin1');
}
