import type { Descriptor } from '../oci/descriptor.ts';

/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';

/** Whether an entry of an index is BuildKit's attestation manifest, shown in ECR as `unknown/unknown`. */
export function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations?.[REFERENCE_TYPE] === 'attestation-manifest' ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

/** The digest of the image that an attestation speaks of. */
export function attestedDigest({ annotations }: Descriptor): string | undefined {
  return annotations?.[REFERENCE_DIGEST];
}
