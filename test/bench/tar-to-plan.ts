import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout } from '../../src/layout/open-layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { walkGraph } from '../../src/image/walk.ts';
import type { Blobs } from '../support/content.ts';
import { buildImage, buildIndex, type Graph, jsonBytes } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutTar } from '../support/write-layout.ts';

/**
 * What reading a tar of 10 GiB and 1,001 blobs to a plan takes: `npx node test/bench/tar-to-plan.ts`, on Linux.
 * The tar is sparse. Its layers are not what their digests say, which nothing before an upload would look at.
 */
const IMAGES = 100;
const LAYERS_PER_IMAGE = 8;
const LAYER_BYTES = Math.ceil((10 * 1024 ** 3) / (IMAGES * LAYERS_PER_IMAGE));

/** A config, a manifest and eight layers. */
function sparseImage(seed: string): Graph {
  const { config, blobs } = buildImage({ seed, layers: [] });
  const layers = Array.from({ length: LAYERS_PER_IMAGE }, (_, at) => sparseLayer(`${seed}/${at}`));
  const manifest = jsonBytes({ schemaVersion: 2, config, layers });
  const descriptor = {
    mediaType: OCI_MANIFEST,
    digest: digestOf(manifest),
    size: manifest.byteLength,
  };
  const configOnly = [...blobs].filter(([digest]) => digest === config.digest);
  const sparse = layers.map(
    ({ digest, size }) => [digest, { prefix: Buffer.alloc(0), size }] as const,
  );
  const all: Blobs = new Map([...configOnly, ...sparse, [descriptor.digest, manifest]]);
  return { descriptor, manifest, blobs: all };
}

function sparseLayer(seed: string): Descriptor {
  return { mediaType: OCI_LAYER_GZIP, digest: digestOf(Buffer.from(seed)), size: LAYER_BYTES };
}

/** `rchar`, bytes that were asked for, and `read_bytes`, bytes from disk: https://man7.org/linux/man-pages/man5/proc_pid_io.5.html */
async function bytesRead(counter: 'rchar' | 'read_bytes'): Promise<number> {
  const counters = await readFile('/proc/self/io', 'utf8');
  return Number(new RegExp(`^${counter}: (\\d+)$`, 'm').exec(counters)?.[1]);
}

await using directory = await temporaryDirectory();
const path = join(directory.path, 'image.tar');
const root = buildIndex(Array.from({ length: IMAGES }, (_, at) => sparseImage(`image ${at}`)));
await writeLayoutTar(path, [root]);

const asked = await bytesRead('rchar');
const fetched = await bytesRead('read_bytes');
const start = performance.now();
await using layout = await openLayout(path);
const opened = performance.now();
const { blobs, manifests } = await walkGraph(root.descriptor, layout);
const planned = performance.now();

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(`tar               ${megabytes((await stat(path)).size)}, ${root.blobs.size} blobs`);
console.log(`found             ${blobs.length} layers and configs, ${manifests.length} manifests`);
console.log(`asked of the OS   ${megabytes((await bytesRead('rchar')) - asked)}`);
console.log(`read from disk    ${megabytes((await bytesRead('read_bytes')) - fetched)}`);
console.log(
  `time to open      ${(opened - start).toFixed()} ms, to the plan ${(planned - start).toFixed()} ms`,
);
