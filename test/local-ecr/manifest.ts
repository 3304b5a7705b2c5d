import { invalidParameter } from './errors.ts';
import { isObject } from './shapes.ts';

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

interface Reference {
  readonly digest: string;
  readonly size: number;
}

/** What PutImage reads from a manifest. */
export interface ParsedManifest {
  readonly mediaType: string;
  readonly kind: 'image' | 'index';
  /** Layers and config that must be in the repository: foreign layers need not be. */
  readonly blobs: readonly Reference[];
  /** A count, foreign layers included. */
  readonly layers: number;
  /** Digests of the images that an index lists. */
  readonly children: readonly string[];
  readonly artifactType?: string | undefined;
  readonly subject?: string | undefined;
  readonly annotations?: Record<string, unknown> | undefined;
}

const invalid = () => invalidParameter('ImageManifest', 'Invalid JSON syntax');

/** @throws EcrError InvalidParameterException */
export function parseManifest(text: string, givenMediaType: string | undefined): ParsedManifest {
  const manifest = parseObject(text);
  const mediaType = mediaTypeOf(manifest, givenMediaType);
  const config = optionalReference(manifest['config']);
  const common = {
    mediaType,
    artifactType: artifactTypeOf(manifest),
    subject: optionalReference(manifest['subject'])?.digest,
    annotations: isObject(manifest['annotations']) ? manifest['annotations'] : undefined,
  };
  if (mediaType === OCI_INDEX || mediaType === DOCKER_LIST) {
    const children = references(manifest['manifests']).map(({ digest }) => digest);
    return { ...common, kind: 'index', blobs: [], layers: 0, children };
  }
  if (config === undefined) throw invalid();
  const layers = references(manifest['layers']);
  const stored = layers.filter((layer) => !isForeign(layer));
  return {
    ...common,
    kind: 'image',
    blobs: [config, ...stored],
    layers: layers.length,
    children: [],
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && value['schemaVersion'] === 2) return value;
  } catch {
    // Falls through: what is no JSON and what is no manifest get the same answer.
  }
  throw invalid();
}

/** Given by the caller, or else written in the manifest: one of them must say what it is. */
function mediaTypeOf(manifest: Record<string, unknown>, given: string | undefined): string {
  const written = manifest['mediaType'];
  const mediaType = given ?? written;
  if (typeof mediaType !== 'string') throw invalid();
  if (written !== undefined && written !== mediaType) throw invalid();
  if (![OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST].includes(mediaType))
    throw invalidParameter('ImageManifestMediaType', `Unsupported media type '${mediaType}'`);
  return mediaType;
}

/** https://github.com/aws/containers-roadmap/issues/2306: media type parameters are refused here. */
function artifactTypeOf(manifest: Record<string, unknown>): string | undefined {
  const { artifactType } = manifest;
  if (artifactType === undefined || artifactType === null) return undefined;
  if (typeof artifactType === 'string' && !artifactType.includes(';')) return artifactType;
  throw invalidParameter('ImageManifest', 'Invalid artifactType');
}

type Descriptor = Reference & { readonly mediaType: string; readonly urls: readonly unknown[] };

/** Null, as Go writes what is empty, counts as empty here: what ECR makes of it is not documented. */
function references(list: unknown): Descriptor[] {
  if (list === null) return [];
  if (!Array.isArray(list)) throw invalid();
  return list.map(reference);
}

function optionalReference(value: unknown): Descriptor | undefined {
  return value === undefined || value === null ? undefined : reference(value);
}

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
function reference(value: unknown): Descriptor {
  if (!isObject(value)) throw invalid();
  const { digest, size, mediaType } = value;
  const urls = value['urls'] ?? [];
  if (typeof digest !== 'string' || !/^sha256:[a-f0-9]{64}$/.test(digest)) throw invalid();
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalid();
  if (typeof mediaType !== 'string' || !Array.isArray(urls)) throw invalid();
  return { digest, size, mediaType, urls };
}

function isForeign({ mediaType, urls }: Descriptor): boolean {
  return urls.length > 0 || /\.(foreign|nondistributable)\./.test(mediaType);
}

export function artifactMediaType(manifest: Buffer): string | undefined {
  const value: unknown = JSON.parse(manifest.toString());
  const config = isObject(value) ? value['config'] : undefined;
  const mediaType = isObject(config) ? config['mediaType'] : undefined;
  return typeof mediaType === 'string' ? mediaType : undefined;
}
