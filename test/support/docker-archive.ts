import { digestOf } from '../../src/oci/digest.ts';
import type { Image } from './image.ts';
import { jsonBytes } from './image.ts';
import { type TarEntry, writeTar } from './tar.ts';

/** Who wrote it: Docker until version 24, podman and skopeo, or jib. */
export type ArchiveForm = 'docker' | 'podman' | 'jib';

export interface Saved {
  readonly image: Image;
  readonly repoTags?: readonly string[] | null;
}

export interface ArchiveOptions {
  readonly form?: ArchiveForm;
  /** In the place of the list that belongs there. */
  readonly manifestJson?: Uint8Array;
  /** After all the others. */
  readonly more?: readonly TarEntry[];
  /** Names of entries that are left out. */
  readonly omit?: readonly string[];
}

export async function writeDockerArchive(
  path: string,
  saved: readonly Saved[],
  options: ArchiveOptions = {},
): Promise<void> {
  await writeTar(path, archiveEntries(saved, options));
}

/** The entries of what `docker save` writes of images, whose layers go into it as they are. */
export function archiveEntries(
  saved: readonly Saved[],
  { form = 'docker', manifestJson, more = [], omit = [] }: ArchiveOptions = {},
): TarEntry[] {
  const files = saved.map((one) => FORMS[form](one.image));
  const list = files.map(({ config, layers }, at) => ({
    Config: config.name,
    RepoTags: saved[at]?.repoTags === undefined ? ['team/app:1'] : saved[at].repoTags,
    Layers: layers,
  }));
  const entries = files.flatMap(({ config, entries }) => [...entries, config]);
  return [
    ...uniqueNames(entries),
    { name: 'manifest.json', content: manifestJson ?? jsonBytes(list) },
    ...more,
  ].filter(({ name }) => !omit.includes(name));
}

interface ImageFiles {
  readonly config: TarEntry;
  /** Names, the lowest layer first. */
  readonly layers: readonly string[];
  readonly entries: readonly TarEntry[];
}

const FORMS: Readonly<Record<ArchiveForm, (image: Image) => ImageFiles>> = {
  docker: dockerFiles,
  podman: podmanFiles,
  jib: jibFiles,
};

/** A folder for each layer; a layer that stands there twice is a link the second time. */
function dockerFiles(image: Image): ImageFiles {
  const folders = new Map<string, string>();
  const layers: string[] = [];
  const entries = image.layers.flatMap(({ digest }, at): TarEntry[] => {
    const folder = hexOf(digestOf(Buffer.from(`${image.config.digest} ${at}`)));
    const name = `${folder}/layer.tar`;
    layers.push(name);
    const first = folders.get(digest);
    folders.set(digest, first ?? folder);
    return [
      { name: `${folder}/`, type: '5' },
      { name: `${folder}/VERSION`, content: Buffer.from('1.0') },
      { name: `${folder}/json`, content: jsonBytes({ id: folder, os: 'linux' }) },
      first === undefined
        ? { name, content: contentOf(image, digest) }
        : { name, type: '2', linkName: `../${first}/layer.tar` },
    ];
  });
  return { config: configOf(image, `${hexOf(image.config.digest)}.json`), layers, entries };
}

/** Layers by their digests, and links to them in folders. */
function podmanFiles(image: Image): ImageFiles {
  const layers = image.layers.map(({ digest }) => `${hexOf(digest)}.tar`);
  const files = image.layers.map(({ digest }, at) => ({
    name: layers[at] ?? '',
    content: contentOf(image, digest),
  }));
  const links = layers.map((layer, at) => ({
    name: `${hexOf(digestOf(Buffer.from(`${layer} ${at}`)))}/layer.tar`,
    type: '2',
    linkName: `../${layer}`,
  }));
  const config = configOf(image, `${hexOf(image.config.digest)}.json`);
  return { config, layers, entries: [...files, ...links] };
}

/** Layers that are compressed already. */
function jibFiles(image: Image): ImageFiles {
  const layers = image.layers.map(({ digest }) => `${hexOf(digest)}.tar.gz`);
  const entries = image.layers.map(({ digest }, at) => ({
    name: layers[at] ?? '',
    content: contentOf(image, digest),
  }));
  return { config: configOf(image, 'config.json'), layers, entries };
}

function configOf(image: Image, name: string): TarEntry {
  return { name, content: contentOf(image, image.config.digest) };
}

function contentOf({ blobs }: Image, digest: Image['config']['digest']) {
  const content = blobs.get(digest);
  if (content === undefined) throw new Error(`the image has no ${digest}`);
  return content;
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

function uniqueNames(entries: readonly TarEntry[]): TarEntry[] {
  return [...new Map(entries.map((entry) => [entry.name, entry])).values()];
}
