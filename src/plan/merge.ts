import { PushError } from '../errors.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Fields } from '../oci/fields.ts';
import { newIndex, rawEntries } from '../oci/index-bytes.ts';
import { OCI_INDEX } from '../oci/media-types.ts';
import { isSamePlatform, platformName } from '../oci/platform.ts';
import { isAttestation } from './attestation.ts';
import { checkDepth } from './depth.ts';
import type { Overlay } from './overlay.ts';
import { platformOf } from './platform-of.ts';
import { readManifest } from './read-manifest.ts';

/** The image or index that one of several layouts holds. */
export interface LayoutRoot {
  readonly root: Descriptor;
  readonly layoutPath: string;
}

interface Entry {
  readonly digest: Digest;
  /** As it will stand in the merged index. */
  readonly raw: Fields;
  readonly platform: Platform | undefined;
  readonly layoutPath: string;
}

/**
 * One index over the images of several layouts, in their order, each once; their own indexes are dissolved in it.
 * @throws PushError CONFLICTING_PLATFORMS
 */
export async function mergeRoots(
  roots: readonly LayoutRoot[],
  content: Overlay,
): Promise<Descriptor> {
  const merged = new Map<Digest, Entry>();
  for (const { root, layoutPath } of roots) {
    const raw = { mediaType: root.mediaType, digest: root.digest, size: root.size };
    for (const entry of await entriesOf(root, raw, layoutPath, content, [])) {
      if (merged.has(entry.digest)) continue;
      refuseConflict(entry, [...merged.values()]);
      merged.set(entry.digest, entry);
    }
  }
  return content.add(OCI_INDEX, newIndex([...merged.values()].map(({ raw }) => raw)));
}

async function entriesOf(
  descriptor: Descriptor,
  raw: Fields,
  layoutPath: string,
  content: Overlay,
  parents: readonly Digest[],
): Promise<Entry[]> {
  const { digest } = descriptor;
  if (isAttestation(descriptor)) return [{ digest, raw, platform: undefined, layoutPath }];
  checkDepth(digest, parents);
  const { manifest, bytes } = await readManifest(descriptor, content);
  if (manifest.kind === 'image') {
    const platform = await platformOf(descriptor, content);
    return [{ digest, raw: withPlatform(raw, platform), platform, layoutPath }];
  }
  const raws = rawEntries(bytes);
  const children = manifest.manifests.map((child, at) =>
    entriesOf(child, raws[at] ?? {}, layoutPath, content, [...parents, digest]),
  );
  return (await Promise.all(children)).flat();
}

function withPlatform(raw: Fields, platform: Platform | undefined): Fields {
  if (raw['platform'] !== undefined || platform === undefined) return raw;
  const { os, architecture, variant, osVersion } = platform;
  return {
    ...raw,
    platform: {
      architecture,
      os,
      ...(variant === undefined ? {} : { variant }),
      ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
    },
  };
}

function refuseConflict({ digest, platform, layoutPath }: Entry, others: readonly Entry[]): void {
  if (platform === undefined) return;
  const other = others.find(
    (entry) => entry.platform !== undefined && isSamePlatform(entry.platform, platform),
  );
  if (other === undefined) return;
  throw new PushError(
    'CONFLICTING_PLATFORMS',
    `${platformName(platform)} is in two layouts: ${other.digest} in ${other.layoutPath} and ${digest} in ${layoutPath}`,
    { hint: 'Give one layout a platform, or set the input platforms.' },
  );
}
