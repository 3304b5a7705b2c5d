import type { Descriptor, Platform } from './descriptor.ts';
import type { Fields } from './fields.ts';

/**
 * A descriptor as an index lists it: equal descriptors give equal JSON. Inline `data` stays away, as what is listed is
 * stored beside the index.
 */
export function indexEntry(descriptor: Descriptor): Fields {
  const { mediaType, digest, size, urls, annotations, platform, artifactType } = descriptor;
  return {
    ...{ mediaType, digest, size },
    ...(urls !== undefined && { urls }),
    ...(annotations !== undefined && { annotations: sorted(annotations) }),
    ...(platform !== undefined && { platform: platformFields(platform) }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

/** In the specification's names and order. */
function platformFields({ architecture, os, osVersion, osFeatures, variant }: Platform): Fields {
  return {
    ...{ architecture, os },
    ...(osVersion !== undefined && { 'os.version': osVersion }),
    ...(osFeatures !== undefined && { 'os.features': osFeatures }),
    ...(variant !== undefined && { variant }),
  };
}

function sorted(members: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
