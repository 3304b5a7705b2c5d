import { PushError } from '../errors.ts';
import type { Descriptor, Platform } from './descriptor.ts';
import { digestOf, parseDigest } from './digest.ts';
import { FieldReader, shown } from './fields.ts';

/** Printable ASCII only, so that a media type cannot break a log line. */
const MEDIA_TYPE = /^[\x20-\x7e]{1,255}$/;

/**
 * `where` names the descriptor in messages.
 * @throws PushError INVALID_MANIFEST, and DIGEST_MISMATCH if inline `data` is not what the descriptor describes
 */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  const fields = new FieldReader(value, where, 'INVALID_MANIFEST');
  const digest = parseDigest(fields.requiredString('digest'), `${where}.digest`);
  const size = parseSize(fields.get('size'), where);
  const annotations = fields.stringMap('annotations');
  const platform = parsePlatform(fields.get('platform'), `${where}.platform`);
  const urls = fields.strings('urls');
  const data = parseData(fields, { digest, size });
  const artifactType = fields.string('artifactType');
  return {
    mediaType: parseMediaType(fields),
    digest,
    size,
    ...(annotations !== undefined && { annotations }),
    ...(platform !== undefined && { platform }),
    ...(urls !== undefined && { urls }),
    ...(data !== undefined && { data }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

function parseMediaType(fields: FieldReader): string {
  const mediaType = fields.requiredString('mediaType');
  if (!MEDIA_TYPE.test(mediaType)) throw fields.invalid('mediaType is not a valid media type');
  return mediaType;
}

function parseSize(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new PushError(
    'INVALID_MANIFEST',
    `${where}.size is ${shown(value)}, not a whole number of bytes`,
  );
}

/** A platform without `os` or `architecture` says nothing and counts as absent: some tools write empty strings. */
function parsePlatform(value: unknown, where: string): Platform | undefined {
  if (value === undefined) return undefined;
  return readPlatform(new FieldReader(value, where, 'INVALID_MANIFEST'));
}

/** The members that a descriptor's `platform` and an image's config have in common. */
export function readPlatform(fields: FieldReader): Platform | undefined {
  const os = fields.string('os');
  const architecture = fields.string('architecture');
  const variant = fields.string('variant');
  const osVersion = fields.string('os.version');
  const osFeatures = fields.strings('os.features') ?? [];
  if (os === undefined || architecture === undefined) return undefined;
  return {
    os,
    architecture,
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { osVersion }),
    ...(osFeatures.length > 0 && { osFeatures }),
  };
}

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#embedded-content */
function parseData(
  fields: FieldReader,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): Uint8Array | undefined {
  // Not `string()`: an empty string is the data of an empty blob.
  const text = fields.get('data');
  if (text === undefined) return undefined;
  const data = typeof text === 'string' ? decodeBase64(text) : undefined;
  if (data === undefined) throw fields.invalid('data is not valid base64');
  const where = `${fields.where}.data`;
  if (data.byteLength !== size) {
    throw new PushError(
      'DIGEST_MISMATCH',
      `${where} holds ${data.byteLength} bytes, but its descriptor says ${size}`,
    );
  }
  const found = digestOf(data);
  if (found !== digest) {
    throw new PushError(
      'DIGEST_MISMATCH',
      `${where} has the digest ${found}, but its descriptor says ${digest}`,
    );
  }
  return data;
}

/** Buffer skips whatever is not base64, so the text is valid only if encoding gives it back unchanged. */
function decodeBase64(text: string): Uint8Array | undefined {
  const data = Buffer.from(text, 'base64');
  return data.toString('base64') === text ? data : undefined;
}
