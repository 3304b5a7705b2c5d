import { type Identity, Sink } from './sink.ts';
import type { Limits } from './limits.ts';
import type { Contents } from './state.ts';

/** The sink as a process of its own: what it burns is not counted as anybody else's. */

export type Request =
  | { readonly kind: 'start'; readonly identity: Identity }
  | { readonly kind: 'configure'; readonly contents: Contents; readonly limits: Limits }
  | { readonly kind: 'report' };

let sink: Sink | undefined;

async function handle(request: Request): Promise<unknown> {
  if (request.kind === 'start') {
    sink = new Sink(request.identity);
    return sink.listen();
  }
  if (sink === undefined) throw new Error('not started');
  if (request.kind === 'configure') {
    sink.configure(request.contents, request.limits);
    return undefined;
  }
  const { blobs, tags } = sink.state;
  const { user, system } = process.cpuUsage();
  return {
    counts: sink.counts,
    blobs: [...blobs].map(([digest, size]) => ({ digest, size })),
    tags: [...tags],
    cpuSeconds: (user + system) / 1e6,
  };
}

process.on('message', (request: Request) => {
  void handle(request).then((answer) => process.send?.({ answer: answer ?? null }));
});
// The bench is gone, however it went.
process.on('disconnect', () => process.exit());
