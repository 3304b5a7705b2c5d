import type { Descriptor } from './descriptor.ts';

interface ManifestProperties {
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md, or Docker's schema 2. */
export interface ImageManifest extends ManifestProperties {
  readonly kind: 'image';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** https://github.com/opencontainers/image-spec/blob/main/image-index.md, or Docker's manifest list. */
export interface ImageIndex extends ManifestProperties {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export type Manifest = ImageManifest | ImageIndex;
