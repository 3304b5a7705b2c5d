import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { artifactMediaType } from '../manifest.ts';
import type { Image, Repository } from '../repository.ts';
import type { Service } from '../rules.ts';
import { layerPath } from '../uploads.ts';
import type { World } from '../world.ts';

/** The read side of https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export async function handleDistributionCall(
  world: World,
  password: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await route(world, password, request, response);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(response, error);
  }
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="local-ecr"' } : {};
  const headers = { 'content-type': 'application/json', ...challenge };
  response.writeHead(status, headers).end(JSON.stringify({ errors: [{ code, message }] }));
}

async function route(
  world: World,
  password: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local');
  if (!pathname.startsWith('/v2/') && pathname !== '/v2')
    throw new Refusal(404, 'NOT_FOUND', `${pathname} is not part of the API`);
  checkPassword(request, password);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new Refusal(
      405,
      'UNSUPPORTED',
      'Only pulls are served here: push through the API of ECR',
    );
  if (pathname === '/v2' || pathname === '/v2/') sendJson(response, {});
  else await send(world, request, response, { ...parsePath(pathname), query: searchParams });
}

async function send(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  { name, resource, reference, query }: Wanted,
): Promise<void> {
  const repository = findRepository(world, name);
  switch (resource) {
    case 'manifests':
      sendManifest(request, response, findImage(repository, reference));
      break;
    case 'blobs':
      await sendBlob(request, response, repository, reference);
      break;
    case 'tags':
      sendTags(response, repository, name, query);
      break;
    case 'referrers':
      sendReferrers(response, repository, reference, query.get('artifactType'));
  }
}

function checkPassword({ headers }: IncomingMessage, password: string | undefined): void {
  if (password === undefined) return;
  const expected = `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`;
  if (headers.authorization !== expected)
    throw new Refusal(401, 'UNAUTHORIZED', 'Authorization: Basic is needed');
}

type Resource = 'manifests' | 'blobs' | 'tags' | 'referrers';

interface Wanted {
  readonly name: string;
  readonly resource: Resource;
  readonly reference: string;
  readonly query: URLSearchParams;
}

/** A repository's name may hold slashes, so the path is read from its end. */
function parsePath(pathname: string): Omit<Wanted, 'query'> {
  const match = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/([^/]+)$/.exec(pathname);
  const [, name, resource, reference] = match ?? [];
  if (
    name === undefined ||
    reference === undefined ||
    (resource === 'tags' && reference !== 'list')
  )
    throw new Refusal(404, 'NOT_FOUND', `${pathname} is not part of the API`);
  return { name, resource: resource as Resource, reference: decodeURIComponent(reference) };
}

/** Private before public, the default registry before others; public ones by `alias/name` too. */
function findRepository(world: World, name: string): Repository {
  const home = world.registry('ecr', world.credentials[0].accountId, world.region);
  const found =
    home.repositories.get(name) ??
    repositoriesOf(world, 'ecr').find(({ repositoryName }) => repositoryName === name) ??
    repositoriesOf(world, 'ecr-public').find(
      ({ repositoryName, uri }) => repositoryName === name || uri === `public.ecr.aws/${name}`,
    );
  if (found !== undefined) return found;
  throw new Refusal(404, 'NAME_UNKNOWN', `The repository with name '${name}' does not exist`);
}

function repositoriesOf({ registries }: World, service: Service): Repository[] {
  return registries
    .filter(({ identity }) => identity.service === service)
    .flatMap(({ repositories }) => [...repositories.values()]);
}

function findImage({ images, tags }: Repository, reference: string): Image {
  const image = images.get(tags.get(reference) ?? reference);
  if (image === undefined)
    throw new Refusal(404, 'MANIFEST_UNKNOWN', `Requested image '${reference}' not found`);
  return image;
}

function sendManifest({ method }: IncomingMessage, response: ServerResponse, image: Image): void {
  response.writeHead(200, {
    'content-type': image.mediaType,
    'content-length': image.manifest.length,
    'docker-content-digest': image.digest,
  });
  response.end(method === 'HEAD' ? undefined : image.manifest);
}

async function sendBlob(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  repository: Repository,
  digest: string,
): Promise<void> {
  const layer = repository.layers.get(digest);
  if (layer?.availability !== 'AVAILABLE')
    throw new Refusal(404, 'BLOB_UNKNOWN', `Layer '${digest}' not found`);
  const range = parseRange(headers.range, layer.size);
  const { start, end } = range ?? { start: 0, end: layer.size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    'docker-content-digest': digest,
    ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${layer.size}` }),
  });
  if (method === 'HEAD') response.end();
  else await pipeline(createReadStream(layerPath(repository, digest), { start, end }), response);
}

interface Range {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** One range, as https://www.rfc-editor.org/rfc/rfc9110#name-byte-ranges has it; several are answered whole. */
function parseRange(header: string | undefined, size: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size - 1 }
      : { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
  if (range.start <= range.end) return range;
  throw new Refusal(416, 'RANGE_INVALID', `Range '${header}' is not within ${size} bytes`);
}

function sendTags(
  response: ServerResponse,
  { tags }: Repository,
  name: string,
  query: URLSearchParams,
): void {
  const last = query.get('last') ?? '';
  const limit = Number(query.get('n') ?? Infinity);
  const sorted = [...tags.keys()].sort().filter((tag) => tag > last);
  const page = sorted.slice(0, limit);
  if (page.length < sorted.length)
    response.setHeader(
      'link',
      `</v2/${name}/tags/list?n=${limit}&last=${page.at(-1) ?? ''}>; rel="next"`,
    );
  sendJson(response, { name, tags: page });
}

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers */
function sendReferrers(
  response: ServerResponse,
  { images }: Repository,
  digest: string,
  artifactType: string | null,
): void {
  const manifests = [...images.values()]
    .filter(({ subject }) => subject === digest)
    .map((image) => ({
      mediaType: image.mediaType,
      digest: image.digest,
      size: image.manifest.length,
      artifactType: image.artifactType ?? artifactMediaType(image.manifest),
      annotations: image.annotations,
    }))
    .filter((descriptor) => artifactType === null || descriptor.artifactType === artifactType);
  if (artifactType !== null) response.setHeader('oci-filters-applied', 'artifactType');
  sendJson(response, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
}

function sendJson(response: ServerResponse, body: object, type = 'application/json'): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
}
