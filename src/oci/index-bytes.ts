import { type Fields, isFields } from './fields.ts';
import { parseStrictJson } from './json.ts';
import { OCI_INDEX } from './media-types.ts';

/** The entries of an index that `parseManifest` accepted, in order, including members unknown to this code. */
export function rawEntries(index: Uint8Array): readonly Fields[] {
  const { manifests } = parseObject(index);
  return Array.isArray(manifests) ? manifests.filter(isFields) : [];
}

/** The same index with other entries; everything else in it stays, but for a `mediaType` that says nothing. */
export function withEntries(index: Uint8Array, entries: readonly Fields[]): Uint8Array {
  const members = parseObject(index);
  const saysNothing = members['mediaType'] === null || members['mediaType'] === '';
  return toBytes({ ...members, ...(saysNothing && { mediaType: undefined }), manifests: entries });
}

export function newIndex(entries: readonly Fields[]): Uint8Array {
  return toBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries });
}

function parseObject(bytes: Uint8Array): Fields {
  const value = parseStrictJson(bytes, 'index');
  return isFields(value) ? value : {};
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
