import { setTimeout as delay } from 'node:timers/promises';
import { PushError } from '../errors.ts';
import type { PutOutcome } from '../ecr/registry.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Manifest } from '../oci/manifest.ts';
import type { ManifestPut, Plan } from '../plan/diff.ts';
import type { PushContext } from './context.ts';
import { uploadLayers } from './upload-layers.ts';

/** A layer that was just completed can stay unseen by PutImage for hundreds of ms (ocync#104). */
const MAX_PUT_ATTEMPTS = 6;
const FIRST_DELAY = 200;

/** Puts one manifest, whatever it refers to being there: what ECR still misses is pushed again, and awaited. */
export async function putManifest(
  put: ManifestPut,
  plan: Plan,
  context: PushContext,
): Promise<PutOutcome> {
  const { node, tag } = put;
  const { digest, mediaType } = node.descriptor;
  const image = { digest, mediaType, bytes: node.bytes, ...(tag === undefined ? {} : { tag }) };
  for (let attempt = 1; ; attempt++) {
    const outcome = await context.registry.putImage(image, context.signal);
    if (outcome.kind === 'put' || outcome.kind === 'already-exists') {
      context.listener.manifestPut(digest, tag);
      return outcome;
    }
    if (outcome.kind === 'tag-is-immutable') return settleImmutableTag(put, outcome.cause, context);
    if (attempt === MAX_PUT_ATTEMPTS) throw outcome.cause;
    if (outcome.kind === 'layers-not-found') await uploadMissing(node.manifest, plan, context);
    else await putChildren(node.manifest, plan, context);
    await delay(FIRST_DELAY * 2 ** (attempt - 1), undefined, { signal: context.signal });
  }
}

async function uploadMissing(manifest: Manifest, plan: Plan, context: PushContext): Promise<void> {
  const wanted = new Set(blobsOf(manifest).map(({ digest }) => digest));
  const blobs = [...plan.uploads, ...plan.present].filter(({ digest }) => wanted.has(digest));
  const available = await context.registry.availableLayers(
    blobs.map(({ digest }) => digest),
    context.signal,
  );
  await uploadLayers(
    blobs.filter(({ digest }) => !available.has(digest)),
    context,
  );
}

function blobsOf(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'image' ? [manifest.config, ...manifest.layers] : [];
}

async function putChildren(manifest: Manifest, plan: Plan, context: PushContext): Promise<void> {
  const children = manifest.kind === 'index' ? manifest.manifests.map(({ digest }) => digest) : [];
  for (const node of plan.graph.manifests) {
    if (children.includes(node.descriptor.digest)) await putManifest({ node }, plan, context);
  }
}

/** The tag cannot move. That is success when it stands for this very image, whoever put it. */
async function settleImmutableTag(
  { node, tag }: ManifestPut,
  cause: Error,
  context: PushContext,
): Promise<PutOutcome> {
  const wanted = node.descriptor.digest;
  const found =
    tag === undefined ? [] : await context.registry.findImages([{ tag }], context.signal);
  const [holder] = found ?? [];
  if (holder?.digest === wanted) return { kind: 'already-exists' };
  const holds = holder === undefined ? 'another image' : holder.digest;
  throw new PushError(
    'TAG_IS_IMMUTABLE',
    `tag ${tag ?? ''} already stands for ${holds}, and cannot be moved to ${wanted}`,
    {
      hint: 'The repository is immutable: push under another tag, or make the tag mutable.',
      cause,
    },
  );
}
