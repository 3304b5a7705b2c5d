import { PushError } from '../errors.ts';
import type { Descriptor, Platform } from './descriptor.ts';
import { digestOf } from './digest.ts';
import { FieldReader, isFields, shown } from './fields.ts';
import { instructionsIn } from './history.ts';
import { parseStrictJson, withoutMark } from './json.ts';
import { MAX_DESCRIPTORS, MAX_MANIFEST_BYTES } from './limits.ts';
import type { ImageIndex, ImageManifest, Manifest } from './manifest.ts';
import {
  isIndexMediaType,
  isManifestMediaType,
  OCI_ARTIFACT_MANIFEST,
  OCI_INDEX,
  OCI_MANIFEST,
} from './media-types.ts';
import { parseDescriptor, readPlatform } from './parse-descriptor.ts';

interface Expected {
  /** What the descriptor says: the body may omit it, but not contradict it. */
  readonly mediaType?: string;
  /** Names the manifest in messages: a digest, a file. */
  readonly where: string;
}

/**
 * @throws PushError TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID_MANIFEST, and what `parseStrictJson` and
 *   `parseDescriptor` throw
 */
export function parseManifest(bytes: Uint8Array, expected: Expected): Manifest {
  const fields = readFields(bytes, expected.where);
  const own = fields.string('mediaType');
  const mediaType = expected.mediaType ?? own ?? '';
  checkManifestMediaType(mediaType, fields.where);
  if (own !== undefined && own !== mediaType) throw mismatch(fields, own, mediaType);
  return isIndexMediaType(mediaType) ? readIndex(fields, mediaType) : readImage(fields, mediaType);
}

/** @throws PushError UNSUPPORTED_MEDIA_TYPE if it is neither an image nor an index */
export function checkManifestMediaType(mediaType: string, where: string): void {
  if (!isManifestMediaType(mediaType) && !isIndexMediaType(mediaType))
    throw unsupported(where, mediaType);
}

/**
 * The `index.json` of a layout, which no descriptor points at: without a `mediaType` it is an OCI index. The version may
 * be left out, as some tools do. In the place of the index may be the manifest of the one image that there is: it then
 * counts as an index that lists this manifest, inline. An index may begin with a byte order mark.
 * @throws PushError as `parseManifest`
 */
export function parseIndexJson(bytes: Uint8Array, where: string): ImageIndex {
  const fields = readObject(withoutMark(bytes), where);
  if (fields.has('schemaVersion')) requireSchemaVersion(fields);
  refuseAmbiguous(fields);
  const isImage = fields.has('config') && !fields.has('manifests');
  const mediaType = fields.string('mediaType') ?? (isImage ? OCI_MANIFEST : OCI_INDEX);
  if (isImage && isManifestMediaType(mediaType)) return indexOfOne(bytes, { mediaType, where });
  if (!isIndexMediaType(mediaType)) throw unsupported(where, mediaType);
  return readIndex(fields, mediaType);
}

function indexOfOne(bytes: Uint8Array, expected: Required<Expected>): ImageIndex {
  parseManifest(bytes, { ...expected, where: `${expected.where}, the manifest of an image` });
  const { mediaType } = expected;
  const only = { mediaType, digest: digestOf(bytes), size: bytes.byteLength, data: bytes };
  return { kind: 'index', mediaType: OCI_INDEX, manifests: [only] };
}

/**
 * The platform that an image's config names, if any.
 * https://github.com/opencontainers/image-spec/blob/main/config.md#properties
 * @throws PushError TOO_LARGE, INVALID_MANIFEST, and what `parseStrictJson` throws
 */
export function parseConfigPlatform(bytes: Uint8Array, where: string): Platform | undefined {
  return parseConfig(bytes, where).platform;
}

/** What is read of an image's config. */
export interface ImageConfig {
  /** Undefined if it names no operating system or no architecture. */
  readonly platform: Platform | undefined;
  /** What made each layer, lowest first; none if the history is absent or malformed. */
  readonly instructions: readonly string[];
}

/** @throws what `parseConfigPlatform` throws */
export function parseConfig(bytes: Uint8Array, where: string): ImageConfig {
  const fields = readObject(bytes, where);
  return {
    platform: readPlatform(fields),
    instructions: instructionsIn(fields.get('history')),
  };
}

function readFields(bytes: Uint8Array, where: string): FieldReader {
  const fields = readObject(bytes, where);
  requireSchemaVersion(fields);
  refuseAmbiguous(fields);
  return fields;
}

function readObject(bytes: Uint8Array, where: string): FieldReader {
  refuseTooLarge(bytes, where);
  return new FieldReader(parseStrictJson(bytes, where), where, 'INVALID_MANIFEST');
}

function refuseTooLarge(bytes: Uint8Array, where: string): void {
  if (bytes.byteLength <= MAX_MANIFEST_BYTES) return;
  throw new PushError(
    'TOO_LARGE',
    `${where} is ${bytes.byteLength} bytes; ECR accepts at most ${MAX_MANIFEST_BYTES}`,
    { hint: 'Remove large annotations and inline data from it.' },
  );
}

function requireSchemaVersion(fields: FieldReader): void {
  const version = fields.get('schemaVersion');
  if (version === 2) return;
  throw new PushError(
    'UNSUPPORTED_MEDIA_TYPE',
    `${fields.where}: schemaVersion is ${shown(version)}, not 2`,
    {
      hint:
        version === undefined
          ? 'ECR takes no manifest without it: build the layout again with a current version of its tool.'
          : 'Convert an old image with "skopeo copy --format v2s2", or build it with a current tool.',
    },
  );
}

/** GHSA-mc8v-mgrf-8f4m: read as an image by one program and as an index by another. */
function refuseAmbiguous(fields: FieldReader): void {
  const image = imageMember(fields);
  if (image !== undefined && fields.has('manifests')) throw ambiguous(fields, image);
}

/** A member that only images have. */
function imageMember(fields: FieldReader): string | undefined {
  return ['config', 'layers', 'fsLayers'].find((name) => fields.has(name));
}

function ambiguous({ where }: FieldReader, image: string): PushError {
  return new PushError(
    'INVALID_MANIFEST',
    `${where} has both "manifests" and "${image}": it could be read as an index or as an image`,
    { hint: 'No build tool writes this. Find out where the layout comes from before you use it.' },
  );
}

function readImage(fields: FieldReader, mediaType: string): ImageManifest {
  if (!fields.has('config')) throw fields.invalid('config is missing');
  return {
    kind: 'image',
    mediaType,
    config: parseDescriptor(fields.get('config'), `${fields.where}: config`),
    layers: readDescriptors(fields, 'layers'),
    ...readCommon(fields),
  };
}

function readIndex(fields: FieldReader, mediaType: string): ImageIndex {
  const image = imageMember(fields);
  if (image !== undefined && fields.isNull('manifests')) throw ambiguous(fields, image);
  return {
    kind: 'index',
    mediaType,
    manifests: readDescriptors(fields, 'manifests'),
    ...readCommon(fields),
  };
}

/** Null is a list of none: Go writes an empty list so. */
function readDescriptors(fields: FieldReader, name: string): readonly Descriptor[] {
  const values = fields.isNull(name) ? [] : fields.array(name);
  if (values === undefined) throw fields.invalid(`${name} is missing`);
  if (values.length > MAX_DESCRIPTORS) {
    throw new PushError(
      'TOO_LARGE',
      `${fields.where}: ${name} lists ${values.length} descriptors; the limit is ${MAX_DESCRIPTORS}`,
      { hint: 'Split it into several images or layouts.' },
    );
  }
  return values.map((value, at) => parseDescriptor(value, `${fields.where}: ${name}[${at}]`));
}

function readCommon(
  fields: FieldReader,
): Pick<Manifest, 'artifactType' | 'subject' | 'annotations'> {
  const artifactType = fields.string('artifactType');
  const annotations = fields.stringMap('annotations');
  return {
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
    ...(fields.has('subject') && {
      subject: parseDescriptor(fields.get('subject'), `${fields.where}: subject`),
    }),
  };
}

function mismatch(fields: FieldReader, own: string, expected: string): PushError {
  const { where } = fields;
  const config = fields.get('config');
  const isConfigs = isFields(config) && config['mediaType'] === own;
  return new PushError(
    'INVALID_MANIFEST',
    isConfigs
      ? `${where}: its mediaType is ${shown(own)}, which is that of its config; its descriptor says ${shown(expected)}`
      : `${where}: its mediaType is ${shown(own)}, but its descriptor says ${shown(expected)}`,
    {
      hint: isConfigs
        ? `Keep the type in config.mediaType, and set the manifest's own mediaType to ${expected}: ECR takes no other.`
        : 'Programs disagree on which one counts: build the layout again.',
    },
  );
}

const OF_A_CONFIG = `This is the type of a config, and belongs in config.mediaType. The manifest of an artifact, too, has the media type ${OCI_MANIFEST}, in its descriptor and in itself.`;

const WITHDRAWN = `This kind of manifest never got into the OCI specification. Make the artifact again with a current version of its tool, such as oras 1.3, as a manifest of the media type ${OCI_MANIFEST} with an artifactType.`;

function unsupported(where: string, mediaType: string): PushError {
  return new PushError(
    'UNSUPPORTED_MEDIA_TYPE',
    mediaType === ''
      ? `${where}: neither it nor its descriptor has a media type`
      : `${where}: ${shown(mediaType)} is not the media type of an image or an index`,
    hintFor(mediaType),
  );
}

function hintFor(mediaType: string): { hint?: string } {
  if (mediaType === OCI_ARTIFACT_MANIFEST) return { hint: WITHDRAWN };
  return /[./]config\b/.test(mediaType) ? { hint: OF_A_CONFIG } : {};
}
