/** How a repository is to be created. Names and values are the API's, and the API checks the values. */
export interface RepositorySettings {
  /** Private only, as are all but the tags, the policy and the catalogue. */
  readonly imageTagMutability?:
    'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION';
  /** Wildcards. */
  readonly mutabilityExclusions?: readonly string[];
  readonly scanOnPush?: boolean;
  readonly encryptionType?: 'AES256' | 'KMS' | 'KMS_DSSE';
  readonly kmsKey?: string;
  readonly lifecyclePolicyText?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly policyText?: string;
  /** Public only: what the gallery shows. */
  readonly catalogData?: CatalogData;
}

export interface CatalogData {
  readonly description?: string;
  readonly aboutText?: string;
  readonly usageText?: string;
  readonly architectures?: readonly string[];
  readonly operatingSystems?: readonly string[];
}
