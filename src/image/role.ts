import { attestedDigest, isAttestation } from '../oci/annotations.ts';
import type { Platform } from '../oci/descriptor.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import { shown } from '../oci/fields.ts';
import { isConfigMediaType, OCI_EMPTY } from '../oci/media-types.ts';
import { platformLabel } from '../oci/platform.ts';
import type { ImageGraph, ManifestNode, ManifestRole, ReferrerNode } from './graph.ts';

type Kind = ManifestRole['kind'];
type Place = ManifestRole['place'];

const SIGNATURE = /cosign\.simplesigning|cosign\.artifact\.sig|sigstore\.bundle|notary\.signature/;
const ATTESTATION = /in-toto|dsse|attestation/;

/** Of every manifest of a graph. `platforms`: what configs say, by the config's digest. */
export function rolesOf(
  { root, manifests, referrers }: Pick<ImageGraph, 'root' | 'manifests' | 'referrers'>,
  platforms: ReadonlyMap<Digest, Platform>,
): ReadonlyMap<Digest, ManifestRole> {
  const role = (node: ReferrerNode, place: Place): [Digest, ManifestRole] => {
    const kind = kindOf(node, place);
    const name = nameOf(node, kind, place, platforms);
    return [node.descriptor.digest, { kind, place, name }];
  };
  return new Map([
    ...manifests.map((node) => role(node, node === root ? 'root' : 'entry')),
    ...referrers.map((node) => role(node, 'referrer')),
  ]);
}

function kindOf(node: ReferrerNode, place: Place): Kind {
  const { descriptor, manifest, tag = '' } = node;
  const type = typeOf(node);
  if (manifest.kind === 'index') return type === undefined ? 'index' : 'artifact';
  const types = [type ?? '', ...manifest.layers.map(({ mediaType }) => mediaType)];
  const isOf = (pattern: RegExp): boolean => types.some((text) => pattern.test(text));
  // What the input attestations drops.
  if (place === 'entry' && isAttestation(descriptor)) return 'attestation';
  if (tag.endsWith('.sig') || isOf(SIGNATURE)) return 'signature';
  if (place === 'referrer' && (tag.endsWith('.att') || isOf(ATTESTATION))) return 'attestation';
  return type === undefined && place !== 'referrer' ? 'image' : 'artifact';
}

/** Of an artifact: an image's config says nothing more than that it is one. */
function typeOf({ manifest }: ManifestNode): string | undefined {
  if (manifest.artifactType !== undefined) {
    return isConfigMediaType(manifest.artifactType) ? undefined : manifest.artifactType;
  }
  if (manifest.kind === 'index') return undefined;
  const { mediaType } = manifest.config;
  return isConfigMediaType(mediaType) ? undefined : mediaType;
}

function nameOf(
  node: ReferrerNode,
  kind: Kind,
  place: Place,
  platforms: ReadonlyMap<Digest, Platform>,
): string {
  const { descriptor, manifest } = node;
  const config = manifest.kind === 'image' ? manifest.config.digest : undefined;
  const platform = descriptor.platform ?? (config && platforms.get(config));
  const type = typeOf(node);
  return [
    place === 'root' ? `root ${kind}` : kind,
    ` ${descriptor.digest}`,
    platform === undefined ? '' : ` (${platformLabel(platform)})`,
    type === undefined || type === OCI_EMPTY ? '' : ` of type ${shown(type)}`,
    belongsTo(node, kind, place),
  ].join('');
}

function belongsTo({ descriptor, manifest, tag }: ReferrerNode, kind: Kind, place: Place): string {
  const attested = attestedDigest(descriptor) ?? '';
  const subject = manifest.subject?.digest ?? (isDigest(attested) ? attested : undefined);
  if (place === 'referrer') {
    const where = subject ?? 'the image';
    return `, a referrer of ${where}${tag === undefined ? '' : ` by the tag ${tag}`}`;
  }
  if (subject !== undefined) return ` for ${subject}`;
  return place === 'entry' && kind !== 'index' ? ' of the index' : '';
}
