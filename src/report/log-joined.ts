import type { ImageGraph } from '../image/graph.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { plural } from './format.ts';
import type { Log } from './log.ts';
import { oneLine } from './markdown.ts';

/** What an index of joined images is made of, an entry a line. */
export function logJoined({ root }: ImageGraph, log: Pick<Log, 'info'>): void {
  const { descriptor, manifest } = root;
  const entries = manifest.kind === 'index' ? manifest.manifests : [];
  log.info(
    `Index ${descriptor.digest} (${descriptor.mediaType}) of ${plural(entries.length, 'manifest')}`,
  );
  for (const entry of entries) log.info(`  ${entry.digest} ${whatIs(entry)}`);
}

/** A descriptor may say anything. */
function whatIs({ platform, mediaType }: Descriptor): string {
  if (platform === undefined) return mediaType;
  const { os, architecture, variant = '', osVersion = '' } = platform;
  const name = [os, architecture, variant].filter((part) => part !== '').join('/');
  return oneLine(`${name} ${osVersion}`, 100).trim();
}
