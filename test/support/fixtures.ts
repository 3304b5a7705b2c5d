import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import type { ErrorCode } from '../../src/errors.ts';
import { REPOSITORY } from './action-metadata.ts';

/** What becomes of an image: taken whole, or refused. */
export type Outcome = 'whole' | ErrorCode;

/** Layouts that other projects test with, and what becomes of each entry of their index.json, in its order. */
export const FIXTURES: Readonly<Record<string, readonly Outcome[]>> = {
  // The last image's layer has 740 bytes, and 585 in its descriptor.
  'containers-image/delete_image_multiple_images': [
    ...Array<Outcome>(6).fill('whole'),
    'DIGEST_MISMATCH',
  ],
  'containers-image/delete_image_only_one_image': ['DIGEST_MISMATCH'],
  // Its blobs are in another folder, which only an option of its own tool names.
  'containers-image/delete_image_shared_blobs_dir': ['BLOB_MISSING'],
  'containers-image/delete_image_two_identical_references': ['whole', 'whole'],
  // An index.json and nothing else.
  'containers-image/manifest': ['BLOB_MISSING'],
  // The media type of the last is 'x-completely-unknown'.
  'containers-image/name_lookups': [
    ...Array<Outcome>(4).fill('BLOB_MISSING'),
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  'containers-image/two_images_manifest': ['BLOB_MISSING', 'BLOB_MISSING'],
  'go-containerregistry/test_gc_image_unknown_mediatype': ['UNSUPPORTED_MEDIA_TYPE'],
  // All of them lead to a Docker manifest whose descriptors call it an OCI manifest.
  'go-containerregistry/test_gc_index': Array<Outcome>(3).fill('INVALID_MANIFEST'),
  'go-containerregistry/test_index': [
    'INVALID_MANIFEST',
    'UNSUPPORTED_MEDIA_TYPE',
    'INVALID_MANIFEST',
    'INVALID_MANIFEST',
  ],
  'go-containerregistry/test_index_media_type': ['whole'],
  'go-containerregistry/test_index_one_image': ['whole'],
  // The index names ten platforms and attestations that docker save left out.
  'oras-go/hello-world-prefixed-path.tar': ['INCOMPLETE_INDEX'],
  'oras-go/hello-world.tar': ['INCOMPLETE_INDEX'],
  'regclient/external': ['whole', 'whole', 'whole'],
  'regclient/testrepo': Array<Outcome>(26).fill('whole'),
};

export const folder = fileURLToPath(new URL('../shared/fixtures', REPOSITORY));
export const skip = existsSync(folder) ? false : 'the folder ../shared/fixtures is not there';

/** Every layout below the folder: a directory that holds an index.json, or a tar. */
export async function findFixtures(): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const layouts = files.filter((file) => file.endsWith('/index.json')).map(dirname);
  return [...layouts, ...files.filter((file) => file.endsWith('.tar'))].toSorted();
}
