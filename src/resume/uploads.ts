import { type Digest, parseDigest } from '../oci/digest.ts';
import { FieldReader, shown } from '../oci/fields.ts';
import { parseStrictJson } from '../oci/json.ts';

/** How far an upload that was not completed had come. Nothing in it is secret. */
export interface KeptUpload {
  /** `private` or `public`. */
  readonly type: string;
  /** Undefined where the credentials' own was meant, and no answer had told it. */
  readonly registryId: string | undefined;
  readonly region: string | undefined;
  readonly repository: string;
  /** Of the layer. */
  readonly digest: Digest;
  /** Of the layer, in bytes. */
  readonly size: number;
  readonly uploadId: string;
  /** Bytes of every part except the last. */
  readonly partSize: number;
  /** Offset in the layer of the first byte that ECR has not confirmed; `size` if only the completion is missing. */
  readonly nextByte: number;
  /** When ECR confirmed it, in milliseconds since the epoch. */
  readonly at: number;
}

/** Uploads, and the push that they belong to. */
export interface KeptUploads {
  /** As `pushName` names it. */
  readonly push: string;
  readonly uploads: readonly KeptUpload[];
}

/** One takes 350 bytes. */
export const MAX_UPLOADS = 500;
export const MAX_UPLOADS_BYTES = 512 * 1024;

/** How long an upload lives is documented nowhere; one that is older than this (ms) is not tried. */
const MAX_AGE = 24 * 60 * 60 * 1000;

/** Another number when the members change: uploads of another version are not read. */
const VERSION = 1;

const MIB = 1024 * 1024;
/** What ECR takes: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html */
const PART_SIZES = [5 * MIB, 20 * MIB] as const;
/** ECR's own pattern: it refuses every other. */
const UPLOAD_ID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
const PUSH = /^[0-9a-f-]{1,200}$/;

export function uploadsToBytes({ push, uploads }: KeptUploads): Uint8Array {
  return Buffer.from(JSON.stringify({ version: VERSION, push, uploads }));
}

/**
 * What `uploadsToBytes` wrote, on this machine or on another one, or what anybody put in its place. Uploads that are
 * too old are left out.
 * @throws PushError INVALID_MANIFEST, INVALID_JSON; `where` names the document in messages
 */
export function parseUploads(bytes: Uint8Array, where: string, now = Date.now()): KeptUploads {
  const fields = new FieldReader(parseStrictJson(bytes, where), where, 'INVALID_MANIFEST');
  const version = fields.get('version');
  if (version !== VERSION) throw fields.invalid(`version is ${shown(version)}, not ${VERSION}`);
  const push = fields.requiredString('push');
  if (!PUSH.test(push)) throw fields.invalid(`push is ${shown(push)}`);
  const uploads = fields.array('uploads') ?? [];
  if (uploads.length > MAX_UPLOADS) throw fields.invalid(`it has ${uploads.length} uploads`);
  const parsed = uploads.map((upload, at) => parseUpload(upload, `${where}: uploads[${at}]`));
  return { push, uploads: parsed.filter(({ at }) => Math.abs(now - at) <= MAX_AGE) };
}

function parseUpload(value: unknown, where: string): KeptUpload {
  const fields = new FieldReader(value, where, 'INVALID_MANIFEST');
  const uploadId = fields.requiredString('uploadId');
  if (!UPLOAD_ID.test(uploadId)) throw fields.invalid(`uploadId is ${shown(uploadId)}`);
  const size = wholeNumber(fields, 'size', [1, Number.MAX_SAFE_INTEGER]);
  return {
    type: fields.requiredString('type'),
    registryId: fields.string('registryId'),
    region: fields.string('region'),
    repository: fields.requiredString('repository'),
    digest: parseDigest(fields.requiredString('digest'), `${where}.digest`),
    size,
    uploadId,
    partSize: wholeNumber(fields, 'partSize', PART_SIZES),
    nextByte: wholeNumber(fields, 'nextByte', [1, size]),
    at: wholeNumber(fields, 'at', [0, Number.MAX_SAFE_INTEGER]),
  };
}

function wholeNumber(
  fields: FieldReader,
  name: string,
  [least, most]: readonly [number, number],
): number {
  const value = fields.get(name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
    return value;
  throw fields.invalid(`${name} is ${shown(value)}, not a whole number from ${least} to ${most}`);
}
