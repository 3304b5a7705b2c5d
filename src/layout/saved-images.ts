import { posix } from 'node:path';
import { PushError } from '../errors.ts';
import { FieldReader, shown } from '../oci/fields.ts';
import { parseStrictJson, withoutMark } from '../oci/json.ts';
import { MAX_DESCRIPTORS } from '../oci/limits.ts';

/** An image in the archive of `docker save`. Names are those of entries in the tar, normalized. */
export interface SavedImage {
  readonly config: string;
  /** Names with their tags, as `team/app:1`. */
  readonly repoTags: readonly string[];
  /** The lowest first. */
  readonly layers: readonly string[];
  /** Where the list has it, from 0. */
  readonly positions: readonly number[];
}

/** The most images in one archive. */
export const MAX_SAVED_IMAGES = 1000;

/**
 * The `manifest.json` of `docker save` before Docker 25, which podman, skopeo, jib, Bazel and nix write as well. The
 * same image under several names can be several entries: it becomes one.
 * https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
 * @throws PushError INVALID_MANIFEST, TOO_LARGE, and what `parseStrictJson` throws; `where` names the file in messages
 */
export function parseSavedImages(bytes: Uint8Array, where: string): readonly SavedImage[] {
  const entries = parseStrictJson(withoutMark(bytes), where) ?? [];
  if (!isList(entries)) throw notAList(where);
  if (entries.length > MAX_SAVED_IMAGES) throw tooMany(where, entries.length, 'images');
  const images = new Map<string, SavedImage>();
  for (const [at, entry] of entries.entries()) {
    const image = parseSavedImage(entry, `${where}: [${at}]`);
    const key = JSON.stringify([image.config, image.layers]);
    const known = images.get(key);
    const repoTags = [...new Set([...(known?.repoTags ?? []), ...image.repoTags])];
    images.set(key, { ...image, repoTags, positions: [...(known?.positions ?? []), at] });
  }
  return [...images.values()];
}

function parseSavedImage(value: unknown, where: string): Omit<SavedImage, 'positions'> {
  const fields = new FieldReader(value, where, 'INVALID_MANIFEST');
  const layers = fields.strings('Layers') ?? [];
  if (layers.length > MAX_DESCRIPTORS) throw tooMany(where, layers.length, 'layers');
  return {
    config: entryName(fields.requiredString('Config'), `${where}.Config`),
    repoTags: fields.strings('RepoTags') ?? [],
    layers: layers.map((layer, at) => entryName(layer, `${where}.Layers[${at}]`)),
  };
}

/** imgutil begins names with a slash, as of entries whose names are normalized here. */
function entryName(path: string, where: string): string {
  const name = posix.normalize(path.replace(/^\/+/, ''));
  const leadsOut = name === '..' || name.startsWith('../');
  if (!leadsOut && name !== '.') return name;
  throw new PushError('INVALID_MANIFEST', `${where} is ${shown(path)}, not a file in the tar`, {
    hint: 'No build tool writes this. Find out where the tar comes from before you use it.',
  });
}

/** `Array.isArray` alone would narrow to an array of `any`. */
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function notAList(where: string): PushError {
  return new PushError('INVALID_MANIFEST', `${where} is not a list of images`, {
    hint: 'The manifest.json of "docker save" is a list with Config, RepoTags and Layers: write the archive again.',
  });
}

function tooMany(where: string, count: number, what: string): PushError {
  const limit = what === 'images' ? MAX_SAVED_IMAGES : MAX_DESCRIPTORS;
  return new PushError('TOO_LARGE', `${where} lists ${count} ${what}; the limit is ${limit}`, {
    hint: 'Save fewer images into one archive.',
  });
}
