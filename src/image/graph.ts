import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Manifest } from '../oci/manifest.ts';

/** A manifest or index with the bytes it was read from, which are the bytes that will be pushed. */
export interface ManifestNode {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** A manifest that refers to another one: by its `subject`, or by a tag, as those of cosign do. */
export interface ReferrerNode extends ManifestNode {
  readonly tag?: string;
}

/** What a manifest is in what is pushed. */
export interface ManifestRole {
  readonly kind: 'image' | 'index' | 'attestation' | 'signature' | 'artifact';
  /** `entry`: listed by an index under the root. */
  readonly place: 'root' | 'entry' | 'referrer';
  /** For messages: kind, digest, platform, type, and what it belongs to. */
  readonly name: string;
}

/** Everything that an image consists of, each thing once. */
export interface ImageGraph {
  readonly root: ManifestNode;
  /** Children before their parents, the root last. */
  readonly manifests: readonly ManifestNode[];
  /** What is pushed along with the image: subjects before what refers to them. */
  readonly referrers: readonly ReferrerNode[];
  /** What each manifest is, referrers too. */
  readonly roles: ReadonlyMap<Digest, ManifestRole>;
  /** What configs say, by the config's digest. */
  readonly platforms: ReadonlyMap<Digest, Platform>;
  /** What made each layer, where the image's history tells it. */
  readonly instructions: ReadonlyMap<Digest, string>;
  /** The configs and layers that the layout holds. */
  readonly blobs: readonly Descriptor[];
  /** Layers that the layout leaves out: ECR must hold them. */
  readonly absentLayers: readonly Descriptor[];
  /** What to do if it does not, where there is something that helps. */
  readonly absentHint: string | undefined;
  /** Manifests that are in ECR already, and must be in each repository: what an index of images in ECR is made of. */
  readonly absentManifests: readonly Descriptor[];
  /** Foreign layers that the layout leaves out: ECR does not require them. */
  readonly absentForeignLayers: readonly Descriptor[];
}
