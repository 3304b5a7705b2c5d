import { PushError } from '../errors.ts';
import { attestedDigest, isAttestation, withoutNames } from '../oci/annotations.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { isConfigMediaType } from '../oci/media-types.ts';
import { isSamePlatform, platformLabel } from '../oci/platform.ts';

/** What an index of joined images lists. */
export interface Member {
  readonly descriptor: Descriptor;
  /** For messages: where it was given. */
  readonly where: string;
  /** Whether its manifest says that it is no image. */
  readonly isArtifact: boolean;
  /** Whether an index lists it, with what belongs to it. */
  readonly isListed: boolean;
}

/** Far more than any image has platforms. */
const MAX_MEMBERS = 1000;

/** The images that are joined, each once. */
export class JoinedMembers {
  readonly #members = new Map<Digest, Member>();

  /** @throws PushError INVALID_DESCRIPTOR if it contradicts what is known of the same image; TOO_LARGE */
  add(member: Member): void {
    const { digest } = member.descriptor;
    const one = { ...member, descriptor: withoutNames(member.descriptor) };
    const known = this.#members.get(digest);
    this.#members.set(digest, known === undefined ? one : united(known, one));
    if (this.#members.size <= MAX_MEMBERS) return;
    throw new PushError('TOO_LARGE', `index-of: more than ${MAX_MEMBERS} images`, {
      hint: 'Check that the globs match the descriptors of one image alone.',
    });
  }

  /**
   * Images by their platforms, then artifacts and attestations by their digests.
   * @throws PushError INVALID_DESCRIPTOR, CONFLICTING_PLATFORMS, NO_IMAGE
   */
  listed(attestations: 'keep' | 'drop'): readonly Descriptor[] {
    const all = [...this.#members.values()].toSorted(inOrder);
    const images = all.filter((member) => kindOf(member) === 'image');
    images.forEach((image, at) => refuseConflict(image, images.slice(0, at)));
    for (const member of all) this.#refuseLone(member);
    const kept = all.filter((one) => attestations === 'keep' || kindOf(one) !== 'attestation');
    if (kept.every((one) => kindOf(one) === 'attestation')) throw noImage(all.length);
    return kept.map(({ descriptor }) => descriptor);
  }

  /** Of an index that lists one by itself, it is not asked why. */
  #refuseLone(member: Member): void {
    const { descriptor, where, isListed } = member;
    if (isListed || kindOf(member) !== 'attestation') return;
    const attested = attestedDigest(descriptor);
    if ([...this.#members.keys()].some((digest) => digest === attested)) return;
    throw new PushError(
      'INVALID_DESCRIPTOR',
      `${where}: ${descriptor.digest} is an attestation of ${attested ?? 'no image'}, which is not among the images`,
    );
  }
}

function kindOf({ descriptor, isArtifact }: Member): 'image' | 'artifact' | 'attestation' {
  if (isAttestation(descriptor)) return 'attestation';
  const { artifactType } = descriptor;
  const isOther = artifactType !== undefined && !isConfigMediaType(artifactType);
  return isArtifact || isOther ? 'artifact' : 'image';
}

function inOrder(one: Member, other: Member): number {
  return compare(keyOf(one), keyOf(other));
}

/** Equal for no two members. The space sorts before whatever names have. */
function keyOf(member: Member): string {
  const { platform, digest } = member.descriptor;
  if (kindOf(member) !== 'image') return `1 ${digest}`;
  const { os, architecture, variant = '', osVersion = '' } = platform ?? NOWHERE;
  return ['0', os, architecture, variant, osVersion, digest].join(' ');
}

const NOWHERE: Platform = { os: '', architecture: '' };

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function refuseConflict({ descriptor, where }: Member, others: readonly Member[]): void {
  const { digest, platform } = descriptor;
  if (platform === undefined) {
    throw new PushError('INVALID_DESCRIPTOR', `${where}: ${digest} names no platform`, {
      hint: 'Nothing could choose it from the index. The output descriptor of a push has the platform that the config of the image names.',
    });
  }
  const other = others.find(
    (one) => one.descriptor.platform && isSamePlatform(one.descriptor.platform, platform),
  );
  if (other === undefined) return;
  throw new PushError(
    'CONFLICTING_PLATFORMS',
    `${platformLabel(platform)} is there twice: ${other.descriptor.digest} (${other.where}) and ${digest} (${where})`,
    { hint: 'Leave one of them out: an index has one image for each platform.' },
  );
}

function noImage(attestations: number): PushError {
  const what = attestations === 0 ? 'no descriptor' : 'nothing but attestations';
  return new PushError('NO_IMAGE', `index-of names ${what}`, {
    hint: 'Give the output descriptor of each push by digest: check that the files are those of the images.',
  });
}

/** Of one image that is given twice, all that is said of it. @throws PushError INVALID_DESCRIPTOR if that is no one image */
function united(one: Member, other: Member): Member {
  const [a, b] = [one.descriptor, other.descriptor];
  const isOne =
    a.mediaType === b.mediaType &&
    a.size === b.size &&
    agree(a.platform, b.platform, isSamePlatform) &&
    agree(a.annotations, b.annotations, areEqual) &&
    agree(a.artifactType, b.artifactType, (x, y) => x === y);
  if (!isOne) {
    throw new PushError(
      'INVALID_DESCRIPTOR',
      `${one.where} and ${other.where} say different things of ${a.digest}`,
    );
  }
  // One platform may have several spellings.
  const [platform] = [a, b].flatMap((x) => x.platform ?? []).toSorted(bySpelling);
  return {
    descriptor: { ...a, ...b, ...(platform !== undefined && { platform }) },
    where: one.where,
    isArtifact: one.isArtifact || other.isArtifact,
    isListed: one.isListed || other.isListed,
  };
}

/** What one of them does not say, it does not deny. */
function agree<T>(
  one: T | undefined,
  other: T | undefined,
  isSame: (one: T, other: T) => boolean,
): boolean {
  return one === undefined || other === undefined || isSame(one, other);
}

type Annotations = Readonly<Record<string, string>>;

function areEqual(one: Annotations, other: Annotations): boolean {
  const spelt = (annotations: Annotations): string =>
    JSON.stringify(Object.entries(annotations).toSorted(([a], [b]) => compare(a, b)));
  return spelt(one) === spelt(other);
}

function bySpelling(one: Platform, other: Platform): number {
  return compare(platformLabel(one), platformLabel(other));
}
