import type { Descriptor } from '../oci/descriptor.ts';
import { formatBytes, formatDuration, formatRate, plural, shortDigest } from './format.ts';
import type { FinishedBlob } from './upload-progress.ts';

/** What a log has a line for only as long as there are few. */
export type Detail =
  | { readonly kind: 'blob'; readonly line: string; readonly layer: Descriptor }
  | { readonly kind: 'resumed' | 'manifest' | 'retry'; readonly line: string };

/** Lines that may come at once. */
const MOST_AT_ONCE = 20;

/** Of those, so many are not for retries, lest a storm of them leaves none for what is done. */
const NOT_FOR_RETRIES = 8;

/**
 * Bounds the lines for what happens often: so many at once, and one more for each while that passes. What got none is
 * held back, and counted in the line of the next while.
 */
export class Details {
  readonly #write: (line: string) => void;
  #held: Detail[] = [];
  #room = MOST_AT_ONCE;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  tell(detail: Detail): void {
    const reserved = detail.kind === 'retry' ? NOT_FOR_RETRIES : 0;
    if (this.#room <= reserved) {
      this.#held.push(detail);
      return;
    }
    this.#room -= 1;
    this.#write(detail.line);
  }

  /** A while has passed. */
  tick(): void {
    if (this.#held.length > 0) this.flush();
    else this.#room = Math.min(this.#room + 1, MOST_AT_ONCE);
  }

  /** Tells what was held back, on one line. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    const [first] = held;
    if (first !== undefined) this.#write(held.length === 1 ? first.line : summaryOf(held));
  }
}

function summaryOf(held: readonly Detail[]): string {
  const ofKind = (kind: Detail['kind']): readonly Detail[] =>
    held.filter((detail) => detail.kind === kind);
  const [resumed, manifests, retries] = [ofKind('resumed'), ofKind('manifest'), ofKind('retry')];
  const pieces = [
    ...(resumed.length === 0 ? [] : [`going on with ${plural(resumed.length, 'blob')}`]),
    ...blobsText(held.flatMap((detail) => (detail.kind === 'blob' ? [detail.layer] : []))),
    ...(manifests.length === 0 ? [] : [`${plural(manifests.length, 'manifest')} put`]),
    ...retriesText(retries),
  ];
  return `Besides: ${pieces.join('; ')}`;
}

function blobsText(blobs: readonly Descriptor[]): readonly string[] {
  const [first, ...others] = blobs;
  if (first === undefined) return [];
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  const largest = others.reduce((most, one) => (one.size > most.size ? one : most), first);
  const which =
    others.length === 0
      ? shortDigest(first.digest)
      : `the largest ${shortDigest(largest.digest)}, ${formatBytes(largest.size)}`;
  return [`${plural(blobs.length, 'blob')} done (${formatBytes(bytes)}), ${which}`];
}

function retriesText(retries: readonly Detail[]): readonly string[] {
  const last = retries.at(-1);
  if (last === undefined) return [];
  return [retries.length === 1 ? last.line : `${retries.length} retries, the last: ${last.line}`];
}

const DONE: Readonly<Record<FinishedBlob['kind'], string>> = {
  sent: 'Uploaded',
  'completed-elsewhere': 'Another job completed',
};

/** Of a blob that was smaller, a rate says nothing. */
const LEAST_FOR_RATE = 1024 * 1024;

/** `name` precedes the line if there are several targets. */
export function finishedBlob({ layer, kind, from, took }: FinishedBlob, name: string): Detail {
  const line = `${name}${DONE[kind]} ${shortDigest(layer.digest)}, ${formatBytes(layer.size)}`;
  const sent = layer.size - from;
  if (kind !== 'sent') return { kind: 'blob', line, layer };
  const rate = sent < LEAST_FOR_RATE || took === 0 ? '' : ` at ${formatRate((sent * 1000) / took)}`;
  return { kind: 'blob', line: `${line} in ${timeText(took)}${rate}`, layer };
}

/** Most blobs are small. */
function timeText(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : formatDuration(milliseconds);
}

/** `from`: where in the layer an earlier run ended, in bytes. */
export function resumedBlob({ digest, size }: Descriptor, from: number, name: string): Detail {
  const line = `Going on with ${shortDigest(digest)} at ${formatBytes(from)} of ${formatBytes(size)}`;
  return { kind: 'resumed', line: `${name}${line}` };
}
