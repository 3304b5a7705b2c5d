import { posix } from 'node:path';
import { PushError } from '../errors.ts';
import { type Digest, digestOf } from '../oci/digest.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import { parseDiffIds } from '../oci/parse-diff-ids.ts';
import type { SavedLayer } from './pack-layers.ts';
import { RangeReader } from './range-reader.ts';
import { readWhole } from './read.ts';
import { parseSavedImages, type SavedImage } from './saved-images.ts';
import { selectSavedImage } from './select-saved-image.ts';
import type { TarFile } from './tar-header.ts';
import type { TarIndex, TarRange } from './tar-index.ts';

/** A small file of an archive, read. */
interface SavedFile {
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly location: string;
}

/** One image of a `docker save` archive: its files, found and counted, its layers not read yet. */
export interface SavedFiles {
  readonly image: SavedImage;
  readonly config: SavedFile;
  readonly layers: readonly SavedLayer[];
}

/**
 * Reads the small files of the image that `wanted` names, or of the only one there is.
 * @throws PushError BLOB_MISSING, INVALID_MANIFEST, TOO_LARGE, INVALID_TAR, UNSAFE_LINK, LAYOUT_UNREADABLE, and what
 *   `parseSavedImages`, `parseDiffIds` and `selectSavedImage` throw
 */
export async function readSavedFiles(
  tar: TarFile,
  index: TarIndex,
  wanted: string | undefined,
): Promise<SavedFiles> {
  const list = await readFile(tar, index, 'manifest.json');
  const images = parseSavedImages(list.bytes, list.location);
  const image = selectSavedImage(images, tar.path, wanted);
  const config = await readFile(tar, index, image.config);
  const diffIds = parseDiffIds(config.bytes, config.location);
  if (image.layers.length !== diffIds.length) throw otherCount(image, config, diffIds);
  return { image, config, layers: layersOf(image, diffIds, tar, index) };
}

async function readFile(tar: TarFile, index: TarIndex, name: string): Promise<SavedFile> {
  const location = locationOf(tar, name);
  const range = findFile(index, name);
  if (range === undefined) {
    throw new PushError('BLOB_MISSING', `${location} is missing, though manifest.json names it`);
  }
  const bytes = await readWhole(new RangeReader(tar, range, location), MAX_MANIFEST_BYTES);
  return { bytes, location };
}

/** Docker on Windows wrote backslashes into manifest.json, and tars that are packed there may have them in their names. */
function findFile(index: TarIndex, name: string): TarRange | undefined {
  const spellings = [name, name.replaceAll('\\', '/'), name.replaceAll('/', '\\')];
  const spelling = spellings.map((one) => posix.normalize(one)).find((one) => index.has(one));
  return spelling === undefined ? undefined : index.findOnly(spelling);
}

const NO_BYTES = digestOf(new Uint8Array());

/** What is the same layer in the same file is one object: `docker save` writes links for layers that stand there twice. */
function layersOf(
  { layers }: SavedImage,
  diffIds: readonly Digest[],
  tar: TarFile,
  index: TarIndex,
): readonly SavedLayer[] {
  const known = new Map<string, SavedLayer>();
  return diffIds.map((diffId, at) => {
    const name = layers[at] ?? '';
    const location = locationOf(tar, name);
    const range = findFile(index, name);
    const key = `${diffId} ${range?.position ?? name}`;
    // imgutil (pack) leaves out what a daemon has: its files, such as blank_0, have no bytes.
    const isBlank = range?.size === 0 && diffId !== NO_BYTES;
    const blob = range && !isBlank ? new RangeReader(tar, range, location) : undefined;
    const layer = known.get(key) ?? { location, diffId, blob };
    known.set(key, layer);
    return layer;
  });
}

function locationOf({ path }: TarFile, name: string): string {
  return `${path}: ${name}`;
}

function otherCount(
  { layers }: SavedImage,
  config: SavedFile,
  diffIds: readonly Digest[],
): PushError {
  return new PushError(
    'INVALID_MANIFEST',
    `${config.location} has ${diffIds.length} rootfs.diff_ids, but manifest.json lists ${layers.length} layers for it`,
    { hint: 'The archive is damaged, or was put together by hand: write it again.' },
  );
}
