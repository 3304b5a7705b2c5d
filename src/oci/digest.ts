import { createHash, type Hash } from 'node:crypto';
import { PushError } from '../errors.ts';

declare const brand: unique symbol;

/**
 * `sha256:` followed by 64 lowercase hexadecimal digits: ECR computes no other algorithm.
 * Only the functions of this file make one, so a `Digest` is always safe in a path.
 * https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
 */
export type Digest = string & { readonly [brand]: 'Digest' };

const SHA256_DIGEST = /^sha256:[a-f0-9]{64}$/;

export function isDigest(text: string): text is Digest {
  return SHA256_DIGEST.test(text);
}

/** @throws PushError INVALID_MANIFEST; `where` says where the text was found. */
export function parseDigest(text: string, where: string): Digest {
  if (isDigest(text)) return text;
  throw new PushError(
    'INVALID_MANIFEST',
    `${where}: ${JSON.stringify(text.slice(0, 200))} is not a sha256 digest`,
    {
      hint: 'A digest is "sha256:" followed by 64 lowercase hexadecimal digits; ECR accepts no other algorithm.',
    },
  );
}

export function digestOf(bytes: Uint8Array): Digest {
  return digestFrom(createHash('sha256').update(bytes));
}

/** Of all that was given to a SHA-256 hash, which ends here. */
export function digestFrom(sha256: Hash): Digest {
  return parseDigest(`sha256:${sha256.digest('hex')}`, 'computed digest');
}
