/** How to create a repository, in the API's names and values; the API checks the values. */
export interface RepositorySettings {
  /** Private only, like everything except `tags`, `policyText` and `catalogData`. */
  readonly imageTagMutability?:
    'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION';
  /** Tag patterns, with `*` as the wildcard. */
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
