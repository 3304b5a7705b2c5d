import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PushError } from '../errors.ts';
import { FieldReader, shown } from '../oci/fields.ts';
import { parseStrictJson, withoutMark } from '../oci/json.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import type { BlobSource } from './blob-source.ts';
import type { DockerArchiveOptions } from './docker-archive.ts';
import { openDirectory } from './directory-source.ts';
import type { Layout } from './layout.ts';
import { notALayout } from './not-a-layout.ts';
import { errorCode, readWhole, unreadable } from './read.ts';
import { SourceLayout } from './source-layout.ts';

/** Bytes; the file has 30 as tools write it. */
const MAX_OCI_LAYOUT_BYTES = 4096;

/** How to open a layout: but for `linksInto`, none of it concerns one that can be read in place. */
export interface OpenOptions extends DockerArchiveOptions {
  /** A directory that links in a layout may lead into, besides the layout itself. */
  readonly linksInto?: string | undefined;
}

/**
 * Opens an OCI image layout, a directory or a tar, in place, or an archive of `docker save` as the layout that it could
 * have been. A compressed tar is unpacked, once, into the temporary folder. The caller disposes of it.
 * @throws PushError LAYOUT_NOT_FOUND, NOT_A_LAYOUT, LAYOUT_UNREADABLE, UNSAFE_LINK, what `parseIndexJson` throws, and
 *   for a tar what `openTar` throws
 */
export async function openLayout(path: string, options: OpenOptions = {}): Promise<Layout> {
  const source = await openSource(path, options);
  try {
    await checkVersion(source);
    return new SourceLayout(path, await readIndex(path, source), source);
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}

async function openSource(path: string, options: OpenOptions): Promise<BlobSource> {
  const found = await statOf(path);
  if (found.isDirectory()) return openDirectory(path, options.linksInto);
  if (found.isFile()) {
    // What most pushes do not need is loaded when one does: it takes time to compile.
    const { openTar } = await import('./tar-source.ts');
    return openTar(path, options);
  }
  throw notALayout(path, 'neither a directory nor a file');
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(path, cause);
    const { notFound } = await import('./look-around.ts');
    throw await notFound(path, cause);
  }
}

/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md#oci-layout-file */
async function checkVersion(source: BlobSource): Promise<void> {
  await using file = await source.open('oci-layout');
  // buildx may leave it out: https://github.com/docker/buildx/issues/1672
  if (file === undefined) return;
  const bytes = withoutMark(await readWhole(file, MAX_OCI_LAYOUT_BYTES));
  // Made by "touch", it says as little.
  if (Buffer.from(bytes).toString('latin1').trim() === '') return;
  const content = parseStrictJson(bytes, file.location);
  const version = new FieldReader(content, file.location, 'NOT_A_LAYOUT').get('imageLayoutVersion');
  if (version === '1.0.0') return;
  throw new PushError(
    'NOT_A_LAYOUT',
    `${file.location}: imageLayoutVersion is ${shown(version)}, not "1.0.0"`,
    { hint: 'Convert it with a current tool: "skopeo copy oci:OLD oci:NEW".' },
  );
}

async function readIndex(
  path: string,
  source: BlobSource,
): Promise<{ bytes: Uint8Array; location: string }> {
  await using file = await source.open('index.json');
  if (file === undefined) {
    const { notALayoutDirectory } = await import('./look-around.ts');
    throw await notALayoutDirectory(path);
  }
  return { bytes: await readWhole(file, MAX_MANIFEST_BYTES), location: file.location };
}
