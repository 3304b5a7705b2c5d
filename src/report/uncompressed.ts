import type { Descriptor } from '../oci/descriptor.ts';
import type { PushReport } from '../push/report.ts';
import { formatBytes, plural, shortDigest } from './format.ts';

/** What compression would save of some layers; all in bytes. */
interface Saving {
  readonly layers: readonly Descriptor[];
  readonly bytes: number;
  readonly saved: number;
}

/** The most layers that a warning names. */
const MAX_NAMED = 3;

/** The layers and configs that were sent to any target, or are missing there, each once. */
export function sentOrMissing({ targets }: PushReport): readonly Descriptor[] {
  const layers = targets
    .flatMap((target) => target.layers)
    .filter(({ kind }) => kind === 'sent' || kind === 'missing')
    .map(({ descriptor }) => [descriptor.digest, descriptor] as const);
  return [...new Map(layers).values()];
}

/** `isOnRequest`: the inputs say that layers are not to be compressed. */
export function uncompressedWarning(
  { layers, bytes, saved }: Saving,
  isOnRequest: boolean,
): string {
  const [verb, what] = layers.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const more = layers.length - MAX_NAMED;
  const named = layers.slice(0, MAX_NAMED).map(({ digest }) => shortDigest(digest));
  const names = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const input = isOnRequest ? '; with docker save, leave out layer-compression: none' : '';
  return `${plural(layers.length, 'large layer')} ${verb} not compressed (${names}): gzip would save about ${formatBytes(Math.round(saved))} of ${formatBytes(bytes)}. Let the build compress ${what}, as docker buildx does unless it is told compression=uncompressed${input}`;
}
