import type { Place } from './errors.ts';
import type { Upload } from './uploads.ts';

export type TagMutability =
  'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION';

export interface CatalogData {
  readonly description?: string | undefined;
  readonly architectures?: readonly string[] | undefined;
  readonly operatingSystems?: readonly string[] | undefined;
  readonly aboutText?: string | undefined;
  readonly usageText?: string | undefined;
  readonly logoUrl?: string | undefined;
}

/** What CreateRepository is given; nothing changes it later but the calls that are for that. */
export interface RepositorySettings {
  readonly imageTagMutability: TagMutability;
  readonly imageTagMutabilityExclusionFilters: readonly {
    readonly filterType: string;
    readonly filter: string;
  }[];
  readonly scanOnPush: boolean;
  readonly encryption: { readonly encryptionType: string; readonly kmsKey?: string | undefined };
  readonly resourceTags: ReadonlyMap<string, string>;
  readonly catalogData?: CatalogData | undefined;
}

export const DEFAULT_SETTINGS: RepositorySettings = {
  imageTagMutability: 'MUTABLE',
  imageTagMutabilityExclusionFilters: [],
  scanOnPush: false,
  encryption: { encryptionType: 'AES256' },
  resourceTags: new Map(),
};

export interface Layer {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  availability: 'AVAILABLE' | 'UNAVAILABLE' | 'ARCHIVED';
}

export interface Image {
  readonly digest: string;
  readonly mediaType: string;
  /** Byte for byte as PutImage carried it. */
  readonly manifest: Buffer;
  readonly artifactType?: string | undefined;
  /** The digest of the manifest that this one refers to. */
  readonly subject?: string | undefined;
  readonly annotations?: Readonly<Record<string, unknown>> | undefined;
  /** Bytes of the layers and the config; 0 of an index. */
  readonly size: number;
  /** Digests of the layers and the config. */
  readonly blobs: readonly string[];
  /** Digests of the images that an index lists. */
  readonly children: readonly string[];
  readonly pushedAt: Date;
}

/** One repository of one registry. What changes it stands in uploads.ts, images.ts and operations/. */
export class Repository implements Place {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly arn: string;
  readonly uri: string;
  /** Where its blobs are. */
  readonly folder: string;
  readonly createdAt: Date;
  settings: RepositorySettings;
  lifecyclePolicy: string | undefined;
  policy: string | undefined;
  readonly uploads = new Map<string, Upload>();
  readonly layers = new Map<string, Layer>();
  /** In the order in which they were pushed. */
  readonly images = new Map<string, Image>();
  readonly tags = new Map<string, string>();

  constructor(identity: RepositoryIdentity, settings: RepositorySettings) {
    this.registryId = identity.registryId;
    this.repositoryName = identity.repositoryName;
    this.arn = identity.arn;
    this.uri = identity.uri;
    this.folder = identity.folder;
    this.createdAt = identity.createdAt;
    this.settings = settings;
  }

  /** In the order in which they were set. */
  tagsOf(digest: string): string[] {
    return [...this.tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag);
  }
}

export interface RepositoryIdentity extends Place {
  readonly arn: string;
  readonly uri: string;
  readonly folder: string;
  readonly createdAt: Date;
}
