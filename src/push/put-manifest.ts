import type { PutOutcome } from '../ecr/registry.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Manifest } from '../oci/manifest.ts';
import type { ManifestPut, Plan } from '../plan/diff.ts';
import type { PushContext } from './context.ts';
import { type SkippedTag, skipOrFail } from './immutable-tags.ts';
import { uploadLayers } from './upload-layers.ts';
import { wait } from '../async/sleep.ts';

/** A layer that was just completed can stay unseen by PutImage for hundreds of ms (ocync#104). */
const MAX_PUT_ATTEMPTS = 6;
/** Milliseconds; doubled each time. */
const FIRST_DELAY = 200;

/**
 * Puts one manifest. What ECR still misses under it is pushed again, and awaited.
 * @returns the tag, if it could not be moved and was skipped
 */
export async function putManifest(
  put: ManifestPut,
  plan: Plan,
  context: PushContext,
): Promise<SkippedTag | undefined> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await putOnce(put, context);
    switch (outcome.kind) {
      case 'put':
      case 'already-exists':
        context.listener.manifestPut(put.node.descriptor.digest, put.tag);
        return undefined;
      case 'tag-is-immutable':
        return settleImmutableTag(put, outcome.cause, plan, context);
      case 'tag-required':
        if (put.tag !== undefined) throw outcome.cause;
        return putManifest({ ...put, tag: tagOf(put.node.descriptor.digest) }, plan, context);
      case 'layers-not-found':
      case 'referenced-images-not-found':
        if (attempt === MAX_PUT_ATTEMPTS) throw outcome.cause;
        context.listener.manifestRetried(put.node.descriptor.digest);
        await pushMissing(outcome.kind, put.node.manifest, plan, context);
        await wait(FIRST_DELAY * 2 ** (attempt - 1), context.signal);
    }
  }
}

function putOnce(
  { node, tag }: ManifestPut,
  { registry, signal }: PushContext,
): Promise<PutOutcome> {
  const { digest, mediaType } = node.descriptor;
  const image = { digest, mediaType, bytes: node.bytes };
  return registry.putImage(tag === undefined ? image : { ...image, tag }, signal);
}

/** For a registry that takes no untagged image. Not `sha256-HEX`: that is where referrers of the image are looked for. */
function tagOf(digest: Digest): string {
  return digest.replace('sha256:', 'digest-');
}

async function pushMissing(
  kind: 'layers-not-found' | 'referenced-images-not-found',
  manifest: Manifest,
  plan: Plan,
  context: PushContext,
): Promise<void> {
  if (kind === 'layers-not-found') await uploadMissing(manifest, plan, context);
  else await putChildren(manifest, plan, context);
}

async function uploadMissing(manifest: Manifest, plan: Plan, context: PushContext): Promise<void> {
  const wanted = new Set(blobsOf(manifest).map(({ digest }) => digest));
  const blobs = plan.graph.blobs.filter(({ digest }) => wanted.has(digest));
  const digests = blobs.map(({ digest }) => digest);
  const available = await context.registry.availableLayers(digests, context.signal);
  const missing = blobs.filter(({ digest }) => !available.has(digest));
  await uploadLayers(missing, context);
}

function blobsOf(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'image' ? [manifest.config, ...manifest.layers] : [];
}

async function putChildren(manifest: Manifest, plan: Plan, context: PushContext): Promise<void> {
  const entries = manifest.kind === 'index' ? manifest.manifests : [];
  const children = new Set(entries.map(({ digest }) => digest));
  for (const node of [...plan.graph.manifests, ...plan.graph.referrers]) {
    if (children.has(node.descriptor.digest)) await putManifest({ node }, plan, context);
  }
}

/** The tag cannot move. That is success when it stands for this very image, whoever put it. */
async function settleImmutableTag(
  { node, tag = '' }: ManifestPut,
  cause: Error,
  { graph }: Plan,
  context: PushContext,
): Promise<SkippedTag | undefined> {
  const wanted = node.descriptor.digest;
  const found = await context.registry.findImages([{ tag }], context.signal);
  const holder = found?.[0]?.digest;
  if (holder === wanted) return undefined;
  if (node.descriptor.digest === graph.root.descriptor.digest)
    return skipOrFail({ tag, holder }, wanted, context, cause);
  // A signature that another one keeps out is no reason to keep the image out.
  context.listener.tagSkipped(tag, holder);
  return undefined;
}
