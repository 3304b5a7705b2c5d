import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { EcrError, expiredToken } from '../errors.ts';
import type { Credential } from '../options.ts';

/** A request as it came in, for its signature to be computed again. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as on the wire. */
  readonly url: string;
  /** Names and values in turn, as on the wire. */
  readonly rawHeaders: readonly string[];
  /** Hexadecimal SHA-256 of the body that was really received. */
  readonly payloadHash: string;
}

export interface Caller {
  readonly credential: Credential;
  readonly region: string;
}

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const MAX_SKEW_MINUTES = 15;
const MAX_SKEW_MS = MAX_SKEW_MINUTES * 60_000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @throws EcrError MissingAuthenticationTokenException, IncompleteSignatureException, UnrecognizedClientException,
 *   ExpiredTokenException, InvalidSignatureException
 */
export function authenticate(
  request: SignedRequest,
  service: string,
  credentials: readonly Credential[],
  now: Date,
): Caller {
  const headers = collectHeaders(request.rawHeaders);
  const authorization = parseAuthorization(headers.get('authorization'));
  const credential = findCredential(credentials, authorization, headers);
  checkScope(authorization, service);
  checkTime(headers.get('x-amz-date'), authorization.date, now);
  checkPayload(headers.get('x-amz-content-sha256'), request.payloadHash);
  checkSignedHeaders(headers, authorization.signedHeaders);
  const expected = sign(request, headers, authorization, credential.secretAccessKey);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(authorization.signature)))
    throw invalidSignature(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  return { credential, region: authorization.region };
}

/** What is answered to who signed at a time too far from the service's. */
export function skewed(signed: Date, now: Date): EcrError {
  const isEarly = signed < now;
  const sign = isEarly ? '-' : '+';
  const bound = new Date(now.getTime() + (isEarly ? -MAX_SKEW_MS : MAX_SKEW_MS));
  const allowed = `${compact(bound)} (${compact(now)} ${sign} ${MAX_SKEW_MINUTES} min.)`;
  return invalidSignature(
    isEarly
      ? `Signature expired: ${compact(signed)} is now earlier than ${allowed}`
      : `Signature not yet current: ${compact(signed)} is still later than ${allowed}`,
  );
}

function compact(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

type Headers = ReadonlyMap<string, string>;

/** Lower-case names; values trimmed, runs of spaces made one; repeated headers joined by commas. */
function collectHeaders(raw: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = (raw[at + 1] ?? '').trim().replace(/ +/g, ' ');
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
}

function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined)
    throw new EcrError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const match = AUTHORIZATION.exec(header);
  if (match === null)
    throw new EcrError(
      'IncompleteSignatureException',
      'Authorization header does not have the form of an AWS4-HMAC-SHA256 signature',
    );
  const [, accessKeyId = '', date = '', region = '', service = '', signed = '', signature = ''] =
    match;
  return { accessKeyId, date, region, service, signedHeaders: signed.split(';'), signature };
}

function findCredential(
  credentials: readonly Credential[],
  { accessKeyId }: Authorization,
  headers: Headers,
): Credential {
  const known = credentials.find((credential) => credential.accessKeyId === accessKeyId);
  if (known === undefined || known.sessionToken !== headers.get('x-amz-security-token'))
    throw new EcrError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  if (known.expired === true) throw expiredToken();
  return known;
}

function invalidSignature(message: string): EcrError {
  return new EcrError('InvalidSignatureException', message);
}

function checkScope({ service }: Authorization, expected: string): void {
  if (service !== expected)
    throw invalidSignature(`Credential should be scoped to correct service: '${expected}'.`);
}

function checkTime(stamp: string | undefined, scopeDate: string, now: Date): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp ?? '');
  if (stamp === undefined || match === null)
    throw new EcrError('IncompleteSignatureException', 'X-Amz-Date is missing or malformed');
  if (!stamp.startsWith(scopeDate))
    throw invalidSignature(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP',
    );
  const [, year, month, day, hour, minute, second] = match;
  const signed = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Math.abs(signed - now.getTime()) > MAX_SKEW_MS) throw skewed(new Date(signed), now);
}

function checkPayload(given: string | undefined, actual: string): void {
  if (given === undefined || given === actual) return;
  throw invalidSignature("The value of 'x-amz-content-sha256' is not the hash of the body.");
}

/** What decides about the request must be under the signature: the host and every x-amz header. */
function checkSignedHeaders(headers: Headers, signed: readonly string[]): void {
  const required = ['host', ...[...headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  const unsigned = required.filter((name) => !signed.includes(name));
  if (unsigned.length > 0)
    throw invalidSignature(`'${unsigned.join("', '")}' must be a signed header.`);
}

function sign(
  request: SignedRequest,
  headers: Headers,
  { date, region, service, signedHeaders }: Authorization,
  secret: string,
): string {
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    headers.get('x-amz-date') ?? '',
    scope,
    createHash('sha256')
      .update(canonicalRequest(request, headers, signedHeaders))
      .digest('hex'),
  ].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (derived, part) => createHmac('sha256', derived).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

function canonicalRequest(
  { method, url, payloadHash }: SignedRequest,
  headers: Headers,
  signedHeaders: readonly string[],
): string {
  const [path = '/', query = ''] = url.split('?', 2);
  return [
    method,
    // The path on the wire is encoded once; every service but S3 signs it encoded twice.
    path.split('/').map(encodeURIComponent).join('/'),
    query.split('&').sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${headers.get(name) ?? ''}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}
