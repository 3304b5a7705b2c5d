import type { Repository } from '../local-ecr/repository.ts';

interface Manifest {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

/** What is wrong with what the repository shows: tags on nothing, images of which something is missing. */
export function incompleteImages({ repositoryName, tags, images, layers }: Repository): string[] {
  const untrue = [...tags].flatMap(([tag, digest]) =>
    images.has(digest) ? [] : [`${repositoryName}:${tag} is on no image`],
  );
  const missing = [...images.values()].flatMap(({ digest, manifest }) => {
    const {
      config,
      layers: listed = [],
      manifests = [],
    } = JSON.parse(manifest.toString()) as Manifest;
    const blobs = [...(config ? [config] : []), ...listed].map((blob) => blob.digest);
    const gone = [
      ...blobs.filter((blob) => layers.get(blob)?.availability !== 'AVAILABLE'),
      ...manifests.map((child) => child.digest).filter((child) => !images.has(child)),
    ];
    return gone.map((part) => `${repositoryName}: ${digest} lacks ${part}`);
  });
  return [...untrue, ...missing];
}
