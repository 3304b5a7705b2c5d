import type { ImageGraph } from '../../src/image/graph.ts';
import { findReferrers } from '../../src/image/referrers.ts';
import { walkGraph } from '../../src/image/walk.ts';
import type { Graph } from './image.ts';
import { entriesIn, MemoryContent, neverBroken } from './memory-content.ts';

export interface Walked {
  readonly graph: ImageGraph;
  readonly blobs: MemoryContent;
}

/** A graph as a push takes it, with its blobs in memory. `beside`: other entries of the layout, such as signatures. */
export async function walked(root: Graph, ...beside: readonly Graph[]): Promise<Walked> {
  const blobs = new MemoryContent(root, ...beside);
  const referrers = await findReferrers(await entriesIn(beside, blobs), blobs, neverBroken);
  return { graph: await walkGraph(root.descriptor, blobs, referrers), blobs };
}
