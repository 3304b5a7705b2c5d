import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Descriptor, Platform } from '../../src/oci/descriptor.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import {
  DOCKER_CONFIG,
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
} from '../../src/oci/media-types.ts';
import { type Blobs, type Content, digestOfContent, sizeOf } from './content.ts';
import { seededBytes } from './random.ts';
import { tarBytes, type TarEntry } from './tar.ts';

type Annotations = Readonly<Record<string, string>>;
type Flavour = 'oci' | 'docker';

/** A manifest with all that it leads to. */
export interface Graph {
  /** As an index names it. */
  readonly descriptor: Descriptor;
  /** The manifest's bytes. */
  readonly manifest: Uint8Array;
  /** Everything, the manifest itself included. */
  readonly blobs: Blobs;
}

export interface Image extends Graph {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** A path in the image → what stands in the file. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export type LayerSpec =
  /** A real tar of real files. */
  | { readonly files: Files; readonly compression?: 'gzip' | 'zstd' | 'none' }
  /** That many seeded random bytes, for tests that look at the transfer alone. */
  | { readonly size: number }
  /** That many bytes, nearly all of them zeros that take no room on disk. */
  | { readonly sparse: number };

export interface ImageSpec {
  /** Equal seeds and specs make equal bytes. */
  readonly seed: string;
  readonly layers?: readonly LayerSpec[];
  /** Of each layer, as builders write it into the history. */
  readonly instructions?: readonly string[];
  readonly platform?: Platform;
  /** Of the descriptor in the index: `org.opencontainers.image.ref.name` and the like. */
  readonly annotations?: Annotations;
  readonly flavour?: Flavour;
  /** Leaves `mediaType` out of the manifest, as umoci does. */
  readonly omitMediaType?: boolean;
  /** Makes it a referrer. */
  readonly subject?: Descriptor;
  readonly artifactType?: string;
}

const AMD64: Platform = { os: 'linux', architecture: 'amd64' };
const DOCKER_LAYER_GZIP = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

export function buildImage(spec: ImageSpec): Image {
  const { seed, layers: layerSpecs = [{ size: 1000 }], platform = AMD64, flavour = 'oci' } = spec;
  const built = layerSpecs.map((layer, at) => buildLayer(layer, `${seed}/layer/${at}`, flavour));
  const layers = built.map((layer) => layer.descriptor);
  const diffIds = built.map((layer) => layer.diffId);
  const configBytes = configOf(spec, platform, diffIds);
  const config = describe(flavour === 'docker' ? DOCKER_CONFIG : OCI_CONFIG, configBytes);
  const mediaType = flavour === 'docker' ? DOCKER_MANIFEST : OCI_MANIFEST;
  const graph = graphOf({
    mediaType,
    body: {
      schemaVersion: 2,
      ...(spec.omitMediaType ? {} : { mediaType }),
      ...(spec.artifactType === undefined ? {} : { artifactType: spec.artifactType }),
      config,
      layers,
      ...(spec.subject ? { subject: plain(spec.subject) } : {}),
    },
    properties: { platform, ...(spec.annotations ? { annotations: spec.annotations } : {}) },
    below: [
      [config.digest, configBytes],
      ...built.map((layer) => [layer.descriptor.digest, layer.content] as const),
    ],
  });
  return { ...graph, config, layers };
}

export interface IndexSpec {
  readonly annotations?: Annotations;
  readonly flavour?: Flavour;
}

/** An index of images, of indexes, or of both. */
export function buildIndex(
  children: readonly Graph[],
  { annotations, flavour }: IndexSpec = {},
): Graph {
  const mediaType = flavour === 'docker' ? DOCKER_MANIFEST_LIST : OCI_INDEX;
  return graphOf({
    mediaType,
    body: { schemaVersion: 2, mediaType, manifests: children.map((child) => child.descriptor) },
    properties: annotations ? { annotations } : {},
    below: children.flatMap((child) => [...child.blobs]),
  });
}

/** What buildx puts beside an image in an index: https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
export function buildAttestation(image: Graph): Image {
  return buildImage({
    seed: `attestation of ${image.descriptor.digest}`,
    layers: [{ size: 500 }],
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': image.descriptor.digest,
    },
  });
}

/** The same graph, under a name in `index.json`. */
export function named<T extends Graph>(graph: T, name: string): T {
  const annotations = {
    ...graph.descriptor.annotations,
    'org.opencontainers.image.ref.name': name,
  };
  return { ...graph, descriptor: { ...graph.descriptor, annotations } };
}

interface BuiltLayer {
  readonly descriptor: Descriptor;
  readonly content: Content;
  /** Of the uncompressed tar: https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid */
  readonly diffId: Digest;
}

function buildLayer(spec: LayerSpec, seed: string, flavour: Flavour): BuiltLayer {
  const gzip = flavour === 'docker' ? DOCKER_LAYER_GZIP : OCI_LAYER_GZIP;
  if ('files' in spec) return fileLayer(spec.files, spec.compression ?? 'gzip', gzip);
  const content =
    'size' in spec
      ? seededBytes(seed, spec.size)
      : { prefix: seededBytes(seed, 64), size: spec.sparse };
  const descriptor = describe(gzip, content);
  return { descriptor, content, diffId: descriptor.digest };
}

function fileLayer(files: Files, compression: 'gzip' | 'zstd' | 'none', gzip: string): BuiltLayer {
  const tar = tarBytes(entriesOf(files));
  const [mediaType, content] = {
    gzip: () => [gzip, gzipSync(tar)] as const,
    zstd: () => [`${OCI_LAYER}+zstd`, zstdCompressSync(tar)] as const,
    none: () => [OCI_LAYER, tar] as const,
  }[compression]();
  return { descriptor: describe(mediaType, content), content, diffId: digestOf(tar) };
}

/** Each directory comes once, before what is in it. */
function* entriesOf(files: Files): Generator<TarEntry> {
  const directories = new Set<string>();
  for (const [path, text] of Object.entries(files)) {
    for (const slash of path.matchAll(/\//g)) {
      const name = path.slice(0, slash.index + 1);
      if (!directories.has(name)) yield { name, type: '5' };
      directories.add(name);
    }
    yield { name: path, content: typeof text === 'string' ? Buffer.from(text) : text };
  }
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md */
function configOf(
  { seed, instructions = [] }: ImageSpec,
  platform: Platform,
  diffIds: readonly Digest[],
): Uint8Array {
  return jsonBytes({
    created: '1970-01-01T00:00:00Z',
    ...platformJson(platform),
    config: { Cmd: ['/bin/sh'], Labels: { seed } },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, at) => ({ created_by: instructions[at] ?? `layer ${at}` })),
  });
}

interface GraphParts {
  readonly mediaType: string;
  readonly body: object;
  readonly properties: Pick<Descriptor, 'platform' | 'annotations'>;
  readonly below: readonly (readonly [Digest, Content])[];
}

function graphOf({ mediaType, body, properties, below }: GraphParts): Graph {
  const manifest = jsonBytes(body);
  const descriptor = { ...describe(mediaType, manifest), ...properties };
  return { descriptor, manifest, blobs: new Map([...below, [descriptor.digest, manifest]]) };
}

function describe(mediaType: string, content: Content): Descriptor {
  return { mediaType, digest: digestOfContent(content), size: sizeOf(content) };
}

function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

/** The specification's spelling of `osVersion` is `os.version`, and so for the features. */
function platformJson({ osVersion, osFeatures, ...platform }: Platform): object {
  return {
    ...platform,
    ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
    ...(osFeatures === undefined ? {} : { 'os.features': osFeatures }),
  };
}

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(
    JSON.stringify(value, (key, inner: unknown) =>
      key === 'platform' && inner ? platformJson(inner as Platform) : inner,
    ),
  );
}
