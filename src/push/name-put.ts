import { type ErrorCode, PushError } from '../errors.ts';
import type { ManifestRole } from '../image/graph.ts';

/** Errors that speak of the manifest, not of the repository or the connection. */
const NAMED: readonly ErrorCode[] = ['INVALID_PARAMETER', 'UNEXPECTED_RESPONSE', 'UPLOAD_FAILED'];
/** Of those, the ones that the same manifest would meet again. */
const LASTING: readonly ErrorCode[] = ['INVALID_PARAMETER', 'UNEXPECTED_RESPONSE'];

/** The error of a PutImage with the manifest's name before it; its hint says how to push without that manifest. */
export function namePut(error: Error, role: ManifestRole | undefined): Error {
  if (!(error instanceof PushError) || role === undefined || !NAMED.includes(error.code))
    return error;
  const { code, message, cause } = error;
  const without = LASTING.includes(code) ? wayWithout(role) : '';
  const hint = `${without}${error.hint}`;
  return new PushError(code, `${role.name}: ${message}`, { hint, cause });
}

/** A sentence and a space; nothing for what the push is about. */
function wayWithout({ kind, place }: ManifestRole): string {
  if (place === 'referrer')
    return "Set referrers: false to push without the image's referrers, of which this is one. ";
  if (place === 'root' || kind === 'index') return '';
  if (kind === 'attestation') return 'Set attestations: drop to push without attestations. ';
  return 'Choose the other images with the input platforms to push without this one. ';
}
