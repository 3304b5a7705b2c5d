import { type ErrorCode, PushError } from '../errors.ts';
import type { ImageGraph } from '../image/graph.ts';
import type { Digest } from '../oci/digest.ts';
import type { Plan } from '../plan/plan.ts';
import type { TagStep } from '../plan/tags.ts';
import type { ManifestPut } from '../plan/waves.ts';
import type { PushContext } from './context.ts';
import type { TagOutcome } from './events.ts';
import { putManifest } from './put-manifest.ts';

/**
 * Settles the tags that keep another image, before anything is sent.
 * @throws PushError TAG_IS_IMMUTABLE, naming both digests
 */
export function settleHeldTags({ graph, tags }: Plan, { tell }: PushContext): void {
  const wanted = graph.root.descriptor.digest;
  const refused: { readonly tag: string; readonly holder: Digest | undefined }[] = [];
  for (const step of tags) {
    if (step.kind === 'skip') settle({ ...step, kind: 'skipped' }, tell);
    if (step.kind !== 'refuse') continue;
    settle({ ...step, kind: 'refused' }, tell);
    refused.push(step);
  }
  const [first] = refused;
  if (first !== undefined) throw immutable(first.tag, first.holder, wanted);
}

function settle(outcome: TagOutcome, tell: PushContext['tell']): void {
  tell({ kind: 'tag-settled', outcome });
}

/** The last step, one tag at a time: first the referrers' own tags, then the image's. */
export async function putTags({ graph, tags, tagPuts }: Plan, context: PushContext): Promise<void> {
  const root = graph.root.descriptor.digest;
  const toPut = new Set(tagPuts.map(({ tag }) => tag));
  for (const { tag, kind } of tags) {
    if (kind === 'unchanged' && !toPut.has(tag)) settle({ tag, kind }, context.tell);
  }
  for (const put of tagPuts) {
    context.signal.throwIfAborted();
    if (put.node.descriptor.digest === root) await putTag(put, tags, graph, context);
    else await putReferrerTag(put, graph, context);
  }
}

async function putTag(
  put: ManifestPut,
  steps: readonly TagStep[],
  graph: ImageGraph,
  context: PushContext,
): Promise<void> {
  const { tag = '' } = put;
  context.tell({ kind: 'tag-started', tag });
  const result = await putManifest(put, graph, context).catch((error: unknown) => {
    if (!mayBeDone(error)) context.tell({ kind: 'tag-kept', tag });
    throw error;
  });
  const step = steps.find((planned) => planned.tag === tag);
  if (result.kind === 'put') settle(outcomeOf(tag, step), context.tell);
  else if (result.kind === 'already-exists') settle({ tag, kind: 'unchanged' }, context.tell);
  else await settleHeldTag(tag, put.node.descriptor.digest, result.cause, context);
}

/** What a put may end with whose answer did not come, or does not tell. */
const OPEN: readonly ErrorCode[] = [
  'CANCELLED',
  'CONNECTION_LOST',
  'CONNECTION_REFUSED',
  'HOST_NOT_FOUND',
  'PROXY_REFUSED',
  'SERVER_ERROR',
  'UNEXPECTED_RESPONSE',
];

function mayBeDone(error: unknown): boolean {
  return !(error instanceof PushError) || OPEN.includes(error.code);
}

/** The tag cannot move. That is success when it points to this very image, whoever put it. */
async function settleHeldTag(
  tag: string,
  wanted: Digest,
  cause: Error,
  context: PushContext,
): Promise<void> {
  const holder = await holderOf(tag, context);
  if (holder === wanted) {
    settle({ tag, kind: 'unchanged' }, context.tell);
  } else if (context.ifTagExists === 'skip') {
    settle({ tag, kind: 'skipped', holder }, context.tell);
  } else {
    settle({ tag, kind: 'refused', holder }, context.tell);
    throw immutable(tag, holder, wanted, cause);
  }
}

/** The outcome for a tag that was put. */
function outcomeOf(tag: string, step: TagStep | undefined): TagOutcome {
  switch (step?.kind) {
    case 'create':
      return { tag, kind: 'created' };
    case 'move':
      return { tag, kind: 'moved', from: step.from };
    case 'unchanged':
      return { tag, kind: 'unchanged' };
    default:
      return { tag, kind: 'put' };
  }
}

/** A referrer whose tag is taken does not fail the push. */
async function putReferrerTag(
  put: ManifestPut,
  graph: ImageGraph,
  context: PushContext,
): Promise<void> {
  const { node, tag = '' } = put;
  if ((await putManifest(put, graph, context)).kind !== 'held') return;
  const holder = await holderOf(tag, context);
  if (holder !== node.descriptor.digest) context.tell({ kind: 'referrer-skipped', tag, holder });
}

async function holderOf(
  tag: string,
  { registry, signal }: PushContext,
): Promise<Digest | undefined> {
  const found = await registry.findImages([{ tag }], signal);
  return found?.[0]?.digest;
}

const UNSEEN_HINT =
  'If it already points to this image, allow ecr:BatchGetImage, so that the action can see that.';

function immutable(
  tag: string,
  holder: Digest | undefined,
  wanted: Digest,
  cause?: Error,
): PushError {
  const holds = holder ?? 'an image that these credentials may not look up';
  const error = new PushError(
    'TAG_IS_IMMUTABLE',
    `tag ${tag} points to ${holds} and cannot move to ${wanted}`,
    { cause },
  );
  if (holder !== undefined) return error;
  return new PushError(error.code, error.message, { hint: `${error.hint} ${UNSEEN_HINT}`, cause });
}
