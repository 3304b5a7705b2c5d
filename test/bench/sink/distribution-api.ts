import type { Answer, Body, Call } from './call.ts';
import { digestOfText } from './ecr-api.ts';
import type { RequestHead } from './request-reader.ts';
import type { State } from './state.ts';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints, but for pulls of blobs */
interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly name: string;
  readonly carries: Call['carries'];
  answer(state: State, request: Request): Answer;
}

interface Request {
  /** What the groups of the route's path found. */
  readonly name: string;
  readonly reference: string;
  readonly query: URLSearchParams;
  readonly mediaType: string;
  readonly body: Body;
}

const NAME = '(?<name>.+)';
const BLOB = new RegExp(`^/v2/${NAME}/blobs/(?<reference>sha256:[0-9a-f]{64})$`);
const UPLOADS = new RegExp(`^/v2/${NAME}/blobs/uploads/?$`);
const UPLOAD = new RegExp(`^/v2/${NAME}/blobs/uploads/(?<reference>[^/]+)$`);
const MANIFEST = new RegExp(`^/v2/${NAME}/manifests/(?<reference>[^/]+)$`);
const REFERRERS = new RegExp(`^/v2/${NAME}/referrers/(?<reference>[^/]+)$`);

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const NOT_FOUND: Answer = { status: 404, body: '{"errors":[]}' };

const ROUTES: readonly Route[] = [
  route('GET /v2/', /^\/v2\/?$/, () => ({ status: 200, body: '{}' })),
  route('HEAD blob', BLOB, headBlob),
  route('POST upload', UPLOADS, postUpload, 'stream'),
  route('PATCH upload', UPLOAD, patchUpload, 'stream'),
  route('PUT upload', UPLOAD, putUpload, 'stream'),
  route('HEAD manifest', MANIFEST, getManifest),
  route('GET manifest', MANIFEST, getManifest),
  route('PUT manifest', MANIFEST, putManifest),
  route('GET referrers', REFERRERS, getReferrers),
];

function route(
  name: string,
  path: RegExp,
  answer: Route['answer'],
  carries: Route['carries'] = 'no-layer',
): Route {
  return { name, method: name.slice(0, name.indexOf(' ')), path, answer, carries };
}

/** The push side of the OCI distribution API, as crane, oras, regctl and skopeo speak it. */
export function distributionCall(head: RequestHead, state: State): Call {
  const { pathname, searchParams: query } = new URL(head.target, 'http://sink');
  const found = ROUTES.find(({ method, path }) => method === head.method && path.test(pathname));
  if (found === undefined) {
    return {
      name: `${head.method} other`,
      carries: 'no-layer',
      handle: () => ({ answer: NOT_FOUND }),
    };
  }
  const { name = '', reference = '' } = found.path.exec(pathname)?.groups ?? {};
  const mediaType = head.headers.get('content-type') ?? '';
  return {
    name: found.name,
    carries: found.carries,
    handle: (body) => ({
      answer: found.answer(state, { name, reference, query, mediaType, body }),
    }),
  };
}

function headBlob({ blobs }: State, { reference }: Request): Answer {
  const length = blobs.get(reference);
  if (length === undefined) return { status: 404 };
  return { status: 200, headers: { 'Docker-Content-Digest': reference }, length };
}

function postUpload(state: State, { name, query, body }: Request): Answer {
  const mount = query.get('mount');
  if (mount !== null && state.blobs.has(mount)) return created(name, 'blobs', mount);
  const id = state.beginUpload();
  const digest = query.get('digest');
  return digest === null ? accepted(state, name, id) : finish(state, { name, id, digest, body });
}

function patchUpload(state: State, { name, reference, body }: Request): Answer {
  const received = state.uploads.get(reference);
  if (received === undefined) return NOT_FOUND;
  state.uploads.set(reference, received + body.length);
  return accepted(state, name, reference);
}

function putUpload(state: State, { name, reference, query, body }: Request): Answer {
  const digest = query.get('digest') ?? '';
  if (!state.uploads.has(reference)) return NOT_FOUND;
  return finish(state, { name, id: reference, digest, body });
}

interface Finish {
  readonly name: string;
  readonly id: string;
  readonly digest: string;
  readonly body: Body;
}

function finish(state: State, { name, id, digest, body }: Finish): Answer {
  state.uploads.set(id, (state.uploads.get(id) ?? 0) + body.length);
  state.completeUpload(id, digest);
  return created(name, 'blobs', digest);
}

function accepted(state: State, name: string, id: string): Answer {
  const last = Math.max(0, (state.uploads.get(id) ?? 0) - 1);
  return {
    status: 202,
    headers: {
      Location: `/v2/${name}/blobs/uploads/${id}`,
      Range: `0-${last}`,
      'Docker-Upload-UUID': id,
    },
  };
}

function created(name: string, kind: 'blobs' | 'manifests', digest: string): Answer {
  return {
    status: 201,
    headers: { Location: `/v2/${name}/${kind}/${digest}`, 'Docker-Content-Digest': digest },
  };
}

function getManifest(state: State, { reference }: Request): Answer {
  const manifest = state.findManifest(reference);
  if (manifest === undefined) return NOT_FOUND;
  const { digest, mediaType, text } = manifest;
  return {
    status: 200,
    headers: { 'Content-Type': mediaType, 'Docker-Content-Digest': digest },
    body: text,
  };
}

function putManifest(state: State, { name, reference, mediaType, body }: Request): Answer {
  const { text } = body;
  const digest = digestOfText(text);
  state.putManifest({ digest, mediaType, text }, reference.includes(':') ? undefined : reference);
  return created(name, 'manifests', digest);
}

function getReferrers(): Answer {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
  return { status: 200, headers: { 'Content-Type': OCI_INDEX }, body };
}
