import type { Descriptor } from './descriptor.ts';
import { isIndexMediaType } from './media-types.ts';

/** https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys */
const REF_NAME = 'org.opencontainers.image.ref.name';
/** The full reference, written by containerd and `docker save`. */
const CONTAINERD_NAME = 'io.containerd.image.name';
/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';

/** One string can hold several names, separated by commas: https://github.com/moby/buildkit/issues/5572 */
export function namesOf({ annotations = {} }: Descriptor): string[] {
  return [annotations[REF_NAME], annotations[CONTAINERD_NAME]]
    .flatMap((names) => names?.split(',') ?? [])
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The same without what a layout called it, which means nothing elsewhere. */
export function withoutNames({ annotations = {}, ...others }: Descriptor): Descriptor {
  const kept = Object.entries(annotations).filter(
    ([key]) => key !== REF_NAME && key !== CONTAINERD_NAME,
  );
  return kept.length === 0 ? others : { ...others, annotations: Object.fromEntries(kept) };
}

/** A name without what Docker and podman put before it by themselves. */
export function shortName(name: string): string {
  return name.replace(/^(?:docker\.io\/(?:library\/)?|localhost\/)/, '');
}

/** What gives a descriptor these names, so that `namesOf` finds them. */
export function namesAnnotation(names: readonly string[]): Readonly<Record<string, string>> {
  return { [CONTAINERD_NAME]: names.join(',') };
}

/**
 * Whether an entry of an index is BuildKit's attestation manifest, shown in ECR as `unknown/unknown`. An index never is:
 * the .NET SDK says of its indexes that they are of an unknown platform.
 */
export function isAttestation({ annotations, platform, mediaType }: Descriptor): boolean {
  if (isIndexMediaType(mediaType)) return false;
  return (
    annotations?.[REFERENCE_TYPE] === 'attestation-manifest' ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

/** The digest of the image that an attestation describes. */
export function attestedDigest({ annotations }: Descriptor): string | undefined {
  return annotations?.[REFERENCE_DIGEST];
}

/** What a tool that saves an image with its signatures says an entry is. */
interface EntryKind {
  /** Whether it belongs to an image beside it. */
  readonly isBeside: boolean;
  /** What cosign adds to the tag of what belongs to an image. */
  readonly suffix?: string;
}

const SIGNATURE: EntryKind = { isBeside: true, suffix: 'sig' };
const ATTESTATION: EntryKind = { isBeside: true, suffix: 'att' };
const SBOM: EntryKind = { isBeside: true, suffix: 'sbom' };

/**
 * By the last part of the annotation `kind`, which `cosign save` and hauler write.
 * https://github.com/sigstore/cosign/blob/main/pkg/oci/layout/write.go
 */
const KINDS: Readonly<Record<string, EntryKind>> = {
  image: { isBeside: false },
  imageIndex: { isBeside: false },
  sig: SIGNATURE,
  sigs: SIGNATURE,
  signatures: SIGNATURE,
  att: ATTESTATION,
  atts: ATTESTATION,
  attestations: ATTESTATION,
  sbom: SBOM,
  sboms: SBOM,
  referrers: { isBeside: true },
};

/** Undefined if it says nothing that is known here. */
export function kindOf({ annotations }: Descriptor): EntryKind | undefined {
  const [, kind = ''] = /^(?:[\w.-]+\/)?(\w+)(?:\/|$)/.exec(annotations?.['kind'] ?? '') ?? [];
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}
