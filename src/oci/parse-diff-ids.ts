import { type Digest, parseDigest } from './digest.ts';
import { FieldReader } from './fields.ts';
import { parseStrictJson } from './json.ts';

/**
 * The digests of an image's uncompressed layers, lowest first, as its config lists them; none if it has no `rootfs`.
 * https://github.com/opencontainers/image-spec/blob/main/config.md#properties
 * @throws PushError INVALID_MANIFEST, and what `parseStrictJson` throws; `where` names the config in messages
 */
export function parseDiffIds(config: Uint8Array, where: string): readonly Digest[] {
  const fields = new FieldReader(parseStrictJson(config, where), where, 'INVALID_MANIFEST');
  if (!fields.has('rootfs')) return [];
  const rootfs = new FieldReader(fields.get('rootfs'), `${where}: rootfs`, 'INVALID_MANIFEST');
  const diffIds = rootfs.strings('diff_ids') ?? [];
  return diffIds.map((diffId, at) => parseDigest(diffId, `${where}: rootfs.diff_ids[${at}]`));
}
