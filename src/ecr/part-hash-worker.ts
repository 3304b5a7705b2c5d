import { hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

// A thread of its own, started by part-hash.ts: no imports but Node's, so that it is a file of its own in dist, too.
parentPort?.on('message', ({ id, bytes }: { id: number; bytes: Uint8Array }) => {
  parentPort?.postMessage({ id, digest: hash('sha256', bytes) });
});
parentPort?.postMessage('ready');
