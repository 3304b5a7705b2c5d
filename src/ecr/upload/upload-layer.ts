import { Retry } from '../../async/retry.ts';
import { PushError } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { LayerOutcome, LayerUpload, UploadPosition } from '../registry.ts';
import { Allowance } from './allowance.ts';
import { checkLocalDigest } from './check-digest.ts';
import { sendInOrder, type SendOptions } from './in-order.ts';
import type { PartCalls } from './part-calls.ts';
import type { Lost } from './position.ts';
import { MAX_PART_SIZE, USUAL_PART_SIZE } from './tuning.ts';

/** `other-digest`: what it says to have completed is not what was asked. */
export type CompleteOutcome =
  | 'completed'
  | 'already-exists'
  | 'digest-mismatch'
  | 'upload-not-found'
  | 'empty-upload'
  | 'part-too-small'
  | 'other-digest';

/** The calls that uploading a layer makes. */
export interface LayerCalls extends PartCalls {
  /** `partSize`: as offered, unchecked. */
  initiate(signal: AbortSignal): Promise<{ uploadId: string; partSize: number | undefined }>;
  complete(
    uploadId: string,
    layer: Pick<Descriptor, 'digest' | 'size'>,
    signal: AbortSignal,
  ): Promise<CompleteOutcome>;
  isAvailable(digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Bytes handed to the network so far, for all parts of the layer. */
  readonly bytesOnWire: number;
}

/** What determines the part size; sizes in bytes. */
export interface PartSizes {
  /** What the user asked for; undefined to take what ECR offers. */
  readonly wanted: number | undefined;
  /** ECR's minimum. */
  readonly least: number;
  readonly maxParts: number;
}

interface Options extends Pick<SendOptions, 'run' | 'lines' | 'attempts'> {
  readonly sizes: PartSizes;
  readonly debug: (message: string) => void;
}

/** Why an upload did not make a layer. `foreign-bytes`: an upload that was resumed held others. */
type Failure = Lost | Exclude<CompleteOutcome, 'completed' | 'already-exists'> | 'foreign-bytes';

const WHY: Readonly<Record<Failure, string>> = {
  'upload-not-found': 'ECR does not know the upload any more',
  'parts-lost': 'ECR does not have the parts that it took',
  'too-many-bytes': 'ECR wants the same bytes again and again',
  'digest-mismatch': 'ECR received other bytes than the file holds',
  'foreign-bytes': 'what ECR has of an earlier upload is not of this layer',
  'empty-upload': 'ECR has no parts of the upload',
  'part-too-small': 'ECR took a part only in part',
  'other-digest': 'ECR names another layer than the one that was sent',
};

/** What a new upload ends once, and no second time. */
const ONCE: readonly Failure[] = [
  'digest-mismatch',
  'empty-upload',
  'part-too-small',
  'other-digest',
];

/**
 * Uploads one layer: Initiate, its parts strictly in order, Complete. A lost upload starts over, unless the layer has
 * arrived anyway.
 * @throws PushError DIGEST_MISMATCH when the file is not what its digest says, UPLOAD_FAILED, and what the calls throw
 */
export async function uploadLayer(
  upload: LayerUpload,
  calls: LayerCalls,
  options: Options,
  signal: AbortSignal,
): Promise<LayerOutcome> {
  const { layer, onRetry } = upload;
  await using blob = await upload.open();
  const failures: Failure[] = [];
  const retry = new Retry({
    onRetry: (notice) => onRetry?.({ ...notice, why: failures.map((each) => WHY[each]).at(-1) }),
  });
  const allowance = new Allowance(layer.size);
  for (let { from } = upload; ; from = undefined) {
    const start = { ...upload, from, blob, allowance };
    const ended = await attemptUpload(start, calls, options, signal);
    if (ended === 'completed') return { kind: 'sent', bytesOnWire: calls.bytesOnWire };
    const elsewhere = { kind: 'completed-elsewhere', bytesOnWire: calls.bytesOnWire } as const;
    if (ended === 'already-exists') return elsewhere;
    if (isOtherBytes(ended)) await checkLocalDigest(layer, blob, signal);
    // Another job, or a call of ours whose answer was lost, may have completed it.
    if (ended !== 'digest-mismatch' && (await calls.isAvailable(layer.digest, signal)))
      return elsewhere;
    const isLast = ended === 'too-many-bytes' || (ONCE.includes(ended) && failures.includes(ended));
    failures.push(ended);
    if (isLast || !(await retry.again('layer', { signal })))
      throw notArrived(layer, ended, failures.length);
  }
}

/** How a file ends that is not what its digest says. ECR refuses it; moto takes it, and names what it is. */
function isOtherBytes(ended: CompleteOutcome | Failure): boolean {
  return ended === 'digest-mismatch' || ended === 'other-digest';
}

type Start = Omit<LayerUpload, 'open'> & Pick<SendOptions, 'blob' | 'allowance'>;

async function attemptUpload(
  { layer, from, onRetry, onProgress = () => undefined, blob, allowance }: Start,
  calls: LayerCalls,
  options: Options,
  signal: AbortSignal,
): Promise<'completed' | 'already-exists' | Failure> {
  const { sizes, debug, ...lines } = options;
  const isResumed = from !== undefined && isSoundPosition(from, layer.size, sizes);
  const start = isResumed ? from : await initiate(layer, calls, { sizes, debug }, signal);
  const leastPart = choosePartSize(layer.size, undefined, { ...sizes, wanted: sizes.least });
  const more = { blob, allowance, signal, onProgress, onRetry, leastPart, isResumed };
  const sent = await sendInOrder(start, calls, { ...lines, ...more }).catch(
    async (error: unknown) => {
      // A part may be read twice, to hash it and to send it: if the file changes in between, the signature looks wrong.
      if (isSignatureRefused(error)) await checkLocalDigest(layer, blob, signal);
      throw error;
    },
  );
  if (sent !== 'done') return sent;
  const ended = await calls.complete(start.uploadId, layer, signal);
  return isResumed && isOtherBytes(ended) ? 'foreign-bytes' : ended;
}

/** A record of an earlier run, which anybody may have written. */
function isSoundPosition(
  { uploadId, partSize, nextByte }: UploadPosition,
  layerSize: number,
  sizes: PartSizes,
): boolean {
  return (
    /^[\x21-\x7e]{1,1024}$/.test(uploadId) &&
    isSound(partSize, sizes) &&
    partSize <= MAX_PART_SIZE &&
    Number.isSafeInteger(nextByte) &&
    nextByte >= 0 &&
    nextByte <= layerSize
  );
}

async function initiate(
  layer: Descriptor,
  calls: LayerCalls,
  { sizes, debug }: Pick<Options, 'sizes' | 'debug'>,
  signal: AbortSignal,
): Promise<UploadPosition> {
  const { uploadId, partSize: offered } = await calls.initiate(signal);
  const partSize = choosePartSize(layer.size, offered, sizes);
  if (sizes.wanted === undefined && !isSound(offered, sizes))
    debug(`InitiateLayerUpload offered parts of ${String(offered)} bytes: using ${partSize}`);
  return { uploadId, partSize, nextByte: 0 };
}

/**
 * The part size: what the user asked for, or else what InitiateLayerUpload offered, if ECR accepts that. Larger only if
 * the layer would otherwise have more parts than ECR accepts.
 */
export function choosePartSize(
  layerSize: number,
  offered: number | undefined,
  sizes: PartSizes,
): number {
  const usual = isSound(offered, sizes) ? offered : USUAL_PART_SIZE;
  const needed = Math.ceil(layerSize / sizes.maxParts);
  return Math.min(Math.max(sizes.wanted ?? usual, needed), MAX_PART_SIZE);
}

function isSound(offered: number | undefined, { least }: PartSizes): offered is number {
  return Number.isSafeInteger(offered) && offered !== undefined && offered >= least;
}

function isSignatureRefused(error: unknown): boolean {
  return (
    error instanceof PushError &&
    error.cause instanceof Error &&
    ['InvalidSignatureException', 'SignatureDoesNotMatch'].includes(error.cause.name)
  );
}

function notArrived(layer: Descriptor, last: Failure, uploads: number): PushError {
  const often = uploads === 1 ? 'one upload' : `${uploads} uploads`;
  return new PushError(
    'UPLOAD_FAILED',
    `layer ${layer.digest} did not arrive after ${often}: ${WHY[last]}`,
  );
}
