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
  // the registry
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
