import { createHash } from 'node:crypto';
import type { Digest } from '../oci/digest.ts';
import type { KeptUpload } from './uploads.ts';

/** A repository, as the push names it before it has asked anything. */
export interface Place {
  readonly type: string;
  readonly registryId?: string | undefined;
  readonly region?: string | undefined;
  readonly name: string;
}

/**
 * The same for every push of an image to these repositories. What stands before the hyphen is the same for every image.
 */
export function pushName(places: readonly Place[], image: Digest): string {
  const texts = places.map((place) => textOf(place)).sort();
  return `${hashOf(texts)}-${hashOf([image])}`;
}

/** The part that is the same for every image. */
export function placesIn(push: string): string {
  return push.slice(0, push.indexOf('-') + 1);
}

/** The same for every upload of a layer to this repository. */
export function uploadName(place: Place, layer: Digest): string {
  return hashOf([textOf(place), layer]);
}

/** Whether the upload is one into that repository. Where the id of a registry is unknown, it may be any: ECR knows. */
export function isInto({ type, registryId, region, name }: Place, upload: KeptUpload): boolean {
  if (type !== upload.type || region !== upload.region || name !== upload.repository) return false;
  const ids = new Set([registryId, upload.registryId]);
  return ids.size === 1 || ids.has(undefined);
}

function textOf({ type, registryId = '', region = '', name }: Place): string {
  return JSON.stringify([type, registryId, region, name]);
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32);
}
