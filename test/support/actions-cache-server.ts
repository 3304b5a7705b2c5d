import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { handOut } from './secrets.ts';

interface Entry {
  readonly key: string;
  readonly version: string;
  content: Buffer;
  isFinal: boolean;
}

/** Stands in for GitHub's cache service, and for the blobs behind it: what `@actions/cache` needs of both. */
export interface ActionsCacheServer extends AsyncDisposable {
  /** What a runner sets for a step. */
  readonly env: Readonly<Record<string, string>>;
  /** In the order in which they were saved. */
  readonly entries: readonly Entry[];
  /** Names of calls and of methods on blobs. */
  readonly calls: readonly string[];
}

/** Of the addresses of blobs. */
const SIGNATURE = 'the-signature';

type Answer = Readonly<Record<string, unknown>>;

/**
 * `fault`: `hang` never answers, a number is the status of every answer. `signedUrl`: where blob number `at` is written to and
 * read from, if not here.
 */
export async function startActionsCacheServer(
  fault?: 'hang' | number,
  signedUrl?: (at: number) => string,
): Promise<ActionsCacheServer> {
  handOut('the signature of an address', SIGNATURE);
  const entries: Entry[] = [];
  const calls: string[] = [];
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  const blobUrl = signedUrl ?? ((at: number): string => `${url}container/${at}?sig=${SIGNATURE}`);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const path = new URL(request.url ?? '/', url).pathname;
    const call = path.split('/').at(-1) ?? '';
    calls.push(path.startsWith('/twirp/') ? call : `${request.method ?? ''} blob`);
    if (fault === 'hang') return;
    if (fault !== undefined) {
      response.writeHead(fault, { 'content-type': 'application/json' }).end('{"msg":"fault"}');
    } else if (path.startsWith('/twirp/')) {
      const answer = twirp(call, JSON.parse(body.toString()) as Record<string, unknown>);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } else {
      blob(request, response, Number(call), body);
    }
  }

  function twirp(call: string, request: Readonly<Record<string, unknown>>): Answer {
    const { key, version } = request as { key: string; version: string };
    const ofVersion = entries.filter((entry) => entry.version === version);
    if (call === 'CreateCacheEntry') {
      if (ofVersion.some((entry) => entry.key === key)) return { ok: false };
      entries.push({ key, version, content: Buffer.alloc(0), isFinal: false });
      return { ok: true, signed_upload_url: blobUrl(entries.length - 1) };
    }
    if (call === 'FinalizeCacheEntryUpload') {
      const at = entries.findIndex((entry) => entry.key === key && entry.version === version);
      const entry = entries[at];
      if (entry === undefined) return { ok: false };
      entry.isFinal = true;
      return { ok: true, entry_id: String(at + 1) };
    }
    if (call !== 'GetCacheEntryDownloadURL') throw new Error(`unknown call ${call}`);
    const prefixes = [key, ...((request['restore_keys'] ?? []) as readonly string[])];
    const [found] = prefixes.flatMap(
      (prefix) =>
        ofVersion.findLast((entry) => entry.isFinal && entry.key.startsWith(prefix)) ?? [],
    );
    if (found === undefined) return { ok: false };
    const signed_download_url = blobUrl(entries.indexOf(found));
    return { ok: true, signed_download_url, matched_key: found.key };
  }

  function blob(
    { method }: IncomingMessage,
    response: ServerResponse,
    at: number,
    body: Buffer,
  ): void {
    const entry = entries[at];
    if (entry === undefined) throw new Error(`no blob ${at}`);
    if (method === 'PUT') {
      entry.content = body;
      const headers = { etag: '"1"', 'last-modified': new Date(0).toUTCString() };
      response.writeHead(201, headers).end();
    } else {
      response.writeHead(200, { 'content-length': entry.content.byteLength }).end(entry.content);
    }
  }

  return {
    env: {
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_RESULTS_URL: url,
      ACTIONS_RUNTIME_TOKEN: 'the-runtime-token',
    },
    entries,
    calls,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
