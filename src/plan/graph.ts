import type { Descriptor } from '../oci/descriptor.ts';
import type { Manifest } from '../oci/manifest.ts';

/** A manifest or index with the bytes it was read from, which are the bytes that will be pushed. */
export interface ManifestNode {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** Everything that an image consists of, each thing once. */
export interface ImageGraph {
  readonly root: ManifestNode;
  /** Children before their parents. */
  readonly manifests: readonly ManifestNode[];
  /** Configs and layers that the layout holds. */
  readonly blobs: readonly Descriptor[];
  /** Foreign layers that the layout leaves out: ECR does not ask for them. */
  readonly absentForeignLayers: readonly Descriptor[];
}

/** What walking needs of a layout. */
export interface ContentReader {
  has(descriptor: Descriptor): Promise<boolean>;
  readVerified(descriptor: Descriptor): Promise<Uint8Array>;
}
