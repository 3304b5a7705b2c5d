/** What can go wrong, by name: part of the public interface, so a code never changes its meaning. */
export type ErrorCode =
  // inputs
  | 'INVALID_INPUT'
  | 'INVALID_TAG'
  | 'INVALID_REFERENCE'
  | 'NO_REGION'
  // layouts
  | 'LAYOUT_NOT_FOUND'
  | 'NOT_A_LAYOUT'
  | 'INVALID_JSON'
  | 'INVALID_MANIFEST'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'UNSUPPORTED_SCHEMA_VERSION'
  | 'TOO_LARGE'
  | 'INVALID_DIGEST'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'BLOB_MISSING'
  | 'EMPTY_BLOB'
  | 'TOO_MANY_LAYERS'
  | 'LAYOUT_UNREADABLE'
  | 'INVALID_UTF8'
  | 'DUPLICATE_JSON_KEY'
  | 'JSON_TOO_DEEP'
  | 'INVALID_DESCRIPTOR'
  | 'INVALID_SIZE'
  | 'INVALID_CONFIG'
  | 'MEDIA_TYPE_MISMATCH'
  | 'AMBIGUOUS_MANIFEST'
  | 'TOO_MANY_DESCRIPTORS'
  | 'UNSUPPORTED_LAYOUT_VERSION'
  | 'UNSAFE_LINK'
  | 'NOT_A_FILE'
  | 'COMPRESSED_TAR'
  | 'INVALID_TAR'
  | 'INVALID_TAR_SIZE'
  | 'TRUNCATED_TAR'
  | 'DUPLICATE_ENTRY'
  | 'SPARSE_ENTRY'
  | 'INTERVENING_HEADER'
  | 'GLOBAL_HEADER'
  | 'TAR_HEADER_TOO_LARGE'
  | 'TOO_MANY_ENTRIES'
  // images
  | 'NO_IMAGE'
  | 'AMBIGUOUS_IMAGE'
  | 'IMAGE_NOT_FOUND'
  | 'PLATFORM_NOT_FOUND'
  | 'NOT_A_SINGLE_IMAGE'
  | 'CONFLICTING_PLATFORMS'
  | 'INCOMPLETE_INDEX'
  | 'INDEX_LOOP'
  | 'INDEX_TOO_DEEP'
  | 'GRAPH_TOO_LARGE'
  // the registry
  | 'REPOSITORY_NOT_FOUND'
  | 'REGISTRY_NOT_FOUND'
  | 'UNSUPPORTED_COMMAND'
  | 'ACCESS_DENIED'
  | 'ROLE_REFUSED'
  | 'NO_CREDENTIALS'
  | 'CREDENTIALS_EXPIRED'
  | 'CREDENTIALS_INVALID'
  | 'SIGNATURE_REFUSED'
  | 'LIMIT_EXCEEDED'
  | 'KMS'
  | 'INVALID_PARAMETER'
  | 'LAYERS_NOT_FOUND'
  | 'REFERENCED_IMAGES_NOT_FOUND'
  | 'TAG_IS_IMMUTABLE'
  | 'TARGETS_FAILED'
  | 'UPLOAD_FAILED'
  | 'UPLOAD_REFUSED'
  | 'MANIFEST_CHANGED'
  | 'THROTTLED'
  | 'SERVER_ERROR'
  | 'UNEXPECTED_RESPONSE'
  // the network
  | 'INVALID_ENDPOINT'
  | 'HOST_NOT_FOUND'
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_LOST'
  | 'CERTIFICATE_REFUSED'
  | 'TLS_FAILED'
  | 'PROXY_REFUSED'
  | 'CANCELLED'
  | 'INTERNAL';

interface PushErrorDetails {
  /** What the user can do about it, as a sentence. */
  hint?: string;
  cause?: unknown;
}

/** The one error that this action throws on purpose: anything else is a bug. */
export class PushError extends Error {
  override readonly name = 'PushError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, { hint, cause }: PushErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}
