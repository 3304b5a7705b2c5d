import type { PutImageResponse } from '@aws-sdk/client-ecr';
import { Deadline } from '../async/deadline.ts';
import { PushError } from '../errors.ts';
import { isDigest } from '../oci/digest.ts';
import { attemptsOf, errorName } from './calls/exceptions.ts';
import { retryOf } from './calls/retry-of.ts';
import { putInput, type PutInput, putOutcome, refusedManifest } from './images.ts';
import type { FoundImage, ImageId, ImagePut, PutOutcome } from './registry.ts';

/** After a PutImage that failed for minutes, nobody waits for minutes again to see what it did (ms). */
const LOOK_LIMIT = 10_000;

/** The calls that putting an image makes. */
interface PutCalls {
  put(input: PutInput, signal: AbortSignal): Promise<PutImageResponse>;
  /** Undefined if the credentials may not look. */
  find(ids: readonly ImageId[], signal: AbortSignal): Promise<readonly FoundImage[] | undefined>;
  /** Answers reveal whose registry it is. */
  learn(answer: unknown): void;
  explain(error: unknown): Error;
  /** Whether the registry may refuse an image because it has no tag. */
  readonly mayNeedTag: boolean;
}

/**
 * Puts an image. An answer counts when it names what was put; after any other, and after a call that failed on its way,
 * a look at the repository tells what was done.
 * @throws PushError for what ends the push
 */
export async function putImage(
  image: ImagePut,
  calls: PutCalls,
  signal: AbortSignal,
): Promise<PutOutcome> {
  let answer: Answer;
  try {
    answer = (await calls.put(putInput(image), signal)).image;
  } catch (error) {
    return afterError(error, image, calls, signal);
  }
  if (!names(answer, image)) {
    if (await isThere(image, calls, signal)) return { kind: 'put' };
    return { kind: 'unconfirmed', cause: unconfirmed(answer, image) };
  }
  calls.learn(answer);
  return { kind: 'put' };
}

async function afterError(
  error: unknown,
  image: ImagePut,
  calls: PutCalls,
  signal: AbortSignal,
): Promise<PutOutcome> {
  const name = errorName(error);
  const cause = calls.explain(error);
  if (name === 'InvalidParameterException' && calls.mayNeedTag && image.tag === undefined)
    return { kind: 'tag-required', cause };
  if (name === 'ImageAlreadyExistsException' && (await isElsewhere(image, calls, signal)))
    return { kind: 'tag-is-elsewhere', cause };
  const outcome = putOutcome(name, attemptsOf(error), cause);
  if (outcome !== undefined) return outcome;
  if (retryOf(error) !== 'transient') throw refusedManifest(cause, image.bytes);
  // It may have been done all the same, and its answer lost.
  if (await isThere(image, calls, signal)) return { kind: 'put' };
  throw cause;
}

type Answer = PutImageResponse['image'];

/** A tag is named only where the image was put under one, and not by every registry. */
function names(answer: Answer, { digest, tag }: ImagePut): boolean {
  const { imageDigest, imageTag } = answer?.imageId ?? {};
  const isTag = imageTag === undefined || (tag !== undefined && imageTag === tag);
  return imageDigest === digest && isTag;
}

/** Whether the repository is known to hold the image, under its tag if it has one. */
async function isThere(image: ImagePut, calls: PutCalls, signal: AbortSignal): Promise<boolean> {
  const found = await look(image, calls, signal);
  return found.some(({ digest }) => digest === image.digest);
}

/** Whether the image's tag is known to point to others only. */
async function isElsewhere(image: ImagePut, calls: PutCalls, signal: AbortSignal) {
  if (image.tag === undefined) return false;
  const found = await look(image, calls, signal);
  return found.length > 0 && found.every(({ digest }) => digest !== image.digest);
}

/** What the repository is known to hold in the image's place. What fails is no proof. */
async function look(
  { digest, tag }: ImagePut,
  calls: PutCalls,
  signal: AbortSignal,
): Promise<readonly FoundImage[]> {
  using deadline = new Deadline(LOOK_LIMIT);
  const soon = AbortSignal.any([signal, deadline.signal]);
  try {
    return (await calls.find([tag === undefined ? { digest } : { tag }], soon)) ?? [];
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

function unconfirmed(answer: Answer, { digest, tag }: ImagePut): PushError {
  const { imageDigest, imageTag } = answer?.imageId ?? {};
  const asked = tag === undefined ? digest : `${digest} as ${tag}`;
  return new PushError(
    'UNEXPECTED_RESPONSE',
    `PutImage: ECR was asked to store ${asked}, and answered that it stored ${named(imageDigest, imageTag)}`,
  );
}

/** A server's text stands in a message only where it is what it should be. */
function named(digest: unknown, tag: unknown): string {
  const image =
    typeof digest === 'string' && isDigest(digest) ? digest : 'an image that it does not name';
  return typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag) ? `${image} as ${tag}` : image;
}
