import { type Digest, isDigest } from './digest.ts';
import { isFields } from './fields.ts';
import { parseStrictJson } from './json.ts';
import { OCI_ARTIFACT_MANIFEST } from './media-types.ts';

/**
 * What a manifest of the withdrawn kind of OCI artifacts refers to; undefined for everything else.
 * @throws PushError INVALID_JSON
 */
export function artifactSubject(bytes: Uint8Array, where: string): Digest | undefined {
  const value = parseStrictJson(bytes, where);
  if (!isFields(value) || value['mediaType'] !== OCI_ARTIFACT_MANIFEST) return undefined;
  const { subject } = value;
  const digest = isFields(subject) ? subject['digest'] : undefined;
  return typeof digest === 'string' && isDigest(digest) ? digest : undefined;
}
