import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  APP,
  OCI_INDEX,
  OCI_MANIFEST,
  descriptor,
  manifest,
  privateClient,
  put,
  putLayers,
  sha256,
} from '../sample.ts';
import { startLocalEcr } from '../server.ts';
import type { LocalEcr } from '../server.ts';

const IMAGE = manifest(['hello, world']);
const REFERRER = manifest(['a'], {
  subject: descriptor(IMAGE, OCI_MANIFEST),
  artifactType: 'application/sbom',
  annotations: { note: 'n' },
});
const PLAIN_REFERRER = manifest(['a'], { subject: descriptor(IMAGE, OCI_MANIFEST) });
const LAYER = sha256('hello, world');

/** `IMAGE` under v1, v2 and v10, and two manifests that refer to it. */
async function start(): Promise<LocalEcr> {
  const ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  await putLayers(client, ['hello, world', 'a']);
  for (const tag of ['v2', 'v1', 'v10']) await put(client, IMAGE, { tag });
  for (const referrer of [REFERRER, PLAIN_REFERRER]) await put(client, referrer);
  return ecr;
}

const get = (ecr: LocalEcr, path: string, init?: RequestInit) =>
  fetch(`${ecr.url}/v2/${path}`, init);

test('/v2/ answers', async () => {
  await using ecr = await start();
  const response = await get(ecr, '');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('docker-distribution-api-version'), 'registry/2.0');
});

describe('a manifest', () => {
  for (const reference of ['v1', sha256(IMAGE)]) {
    for (const method of ['GET', 'HEAD']) {
      test(`comes by ${reference.slice(0, 7)} and ${method}`, async () => {
        await using ecr = await start();
        const response = await get(ecr, `${APP}/manifests/${reference}`, { method });
        assert.equal(response.status, 200);
        assert.equal(response.headers.get('content-type'), OCI_MANIFEST);
        assert.equal(response.headers.get('docker-content-digest'), sha256(IMAGE));
        assert.equal(response.headers.get('content-length'), `${Buffer.byteLength(IMAGE)}`);
        assert.equal(await response.text(), method === 'GET' ? IMAGE : '');
      });
    }
  }
});

describe('a blob', () => {
  const ranges = [
    { range: undefined, status: 200, text: 'hello, world', content: null },
    { range: 'bytes=0-4', status: 206, text: 'hello', content: 'bytes 0-4/12' },
    { range: 'bytes=7-', status: 206, text: 'world', content: 'bytes 7-11/12' },
    { range: 'bytes=-5', status: 206, text: 'world', content: 'bytes 7-11/12' },
    { range: 'bytes=7-99', status: 206, text: 'world', content: 'bytes 7-11/12' },
    { range: 'bytes=-99', status: 206, text: 'hello, world', content: 'bytes 0-11/12' },
    { range: 'bytes=0-0', status: 206, text: 'h', content: 'bytes 0-0/12' },
    { range: 'bytes=0-1,3-4', status: 200, text: 'hello, world', content: null },
    { range: 'lines=1-2', status: 200, text: 'hello, world', content: null },
  ];
  for (const { range, status, text, content } of ranges) {
    test(`comes whole or in part: ${range ?? 'no range'}`, async () => {
      await using ecr = await start();
      const headers: Record<string, string> = range === undefined ? {} : { range };
      const response = await get(ecr, `${APP}/blobs/${LAYER}`, { headers });
      assert.equal(response.status, status);
      assert.equal(response.headers.get('content-range'), content);
      assert.equal(response.headers.get('docker-content-digest'), LAYER);
      assert.equal(await response.text(), text);
    });
  }

  test('tells its size to HEAD', async () => {
    await using ecr = await start();
    const response = await get(ecr, `${APP}/blobs/${LAYER}`, { method: 'HEAD' });
    assert.equal(response.headers.get('content-length'), '12');
    assert.equal(await response.text(), '');
  });
});

describe('tags', () => {
  test('are listed in order', async () => {
    await using ecr = await start();
    const response = await get(ecr, `${APP}/tags/list`);
    assert.deepEqual(await response.json(), { name: APP, tags: ['v1', 'v10', 'v2'] });
  });

  test('are listed in pages', async () => {
    await using ecr = await start();
    const first = await get(ecr, `${APP}/tags/list?n=2`);
    assert.deepEqual(await first.json(), { name: APP, tags: ['v1', 'v10'] });
    const link = /<(.+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
    const second = await fetch(`${ecr.url}${link}`);
    assert.deepEqual(await second.json(), { name: APP, tags: ['v2'] });
    assert.equal(second.headers.get('link'), null);
  });
});

describe('referrers', () => {
  const sbom = {
    mediaType: OCI_MANIFEST,
    digest: sha256(REFERRER),
    size: Buffer.byteLength(REFERRER),
    artifactType: 'application/sbom',
    annotations: { note: 'n' },
  };
  const plain = {
    mediaType: OCI_MANIFEST,
    digest: sha256(PLAIN_REFERRER),
    size: Buffer.byteLength(PLAIN_REFERRER),
    artifactType: 'application/vnd.oci.image.config.v1+json',
  };
  const cases = [
    { query: '', manifests: [sbom, plain], filtered: null },
    { query: '?artifactType=application/sbom', manifests: [sbom], filtered: 'artifactType' },
    { query: '?artifactType=application/x', manifests: [], filtered: 'artifactType' },
  ];
  for (const { query, manifests, filtered } of cases) {
    test(`are an index of ${manifests.length}, asked with '${query}'`, async () => {
      await using ecr = await start();
      const response = await get(ecr, `${APP}/referrers/${sha256(IMAGE)}${query}`);
      assert.equal(response.headers.get('content-type'), OCI_INDEX);
      assert.equal(response.headers.get('oci-filters-applied'), filtered);
      assert.deepEqual(await response.json(), {
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests,
      });
    });
  }

  test('are an empty index for an unknown digest', async () => {
    await using ecr = await start();
    const response = await get(ecr, `${APP}/referrers/${sha256('x')}`);
    assert.deepEqual(((await response.json()) as { manifests: unknown }).manifests, []);
  });
});

describe('an error says', () => {
  const cases = [
    { path: 'other/manifests/v1', status: 404, code: 'NAME_UNKNOWN' },
    { path: `${APP}/manifests/v9`, status: 404, code: 'MANIFEST_UNKNOWN' },
    { path: `${APP}/manifests/${sha256('x')}`, status: 404, code: 'MANIFEST_UNKNOWN' },
    { path: `${APP}/blobs/${sha256('x')}`, status: 404, code: 'BLOB_UNKNOWN' },
    { path: `${APP}/blobs/..%2F..%2Fstate.json`, status: 404, code: 'BLOB_UNKNOWN' },
    { path: `${APP}/tags/all`, status: 404, code: 'NOT_FOUND' },
    { path: APP, status: 404, code: 'NOT_FOUND' },
    { path: '../other', status: 404, code: 'NOT_FOUND' },
    {
      path: `${APP}/blobs/${LAYER}`,
      headers: { range: 'bytes=12-' },
      status: 416,
      code: 'RANGE_INVALID',
    },
    { path: `${APP}/manifests/v1`, method: 'PUT', status: 405, code: 'UNSUPPORTED' },
    { path: `${APP}/blobs/uploads/`, method: 'POST', status: 405, code: 'UNSUPPORTED' },
  ];
  for (const { path, status, code, ...init } of cases) {
    test(`${code} for ${init.method ?? 'GET'} ${path.slice(0, 40)}`, async () => {
      await using ecr = await start();
      const response = await get(ecr, path, init);
      assert.equal(response.status, status);
      const { errors } = (await response.json()) as { errors: { code: string }[] };
      assert.deepEqual(
        errors.map((error) => error.code),
        [code],
      );
    });
  }
});

test('a password can be asked for', async () => {
  await using ecr = await startLocalEcr({ pullPassword: 'secret' });
  const refused = await get(ecr, '');
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get('www-authenticate'), 'Basic realm="local-ecr"');
  const authorization = `Basic ${Buffer.from('AWS:secret').toString('base64')}`;
  assert.equal((await get(ecr, '', { headers: { authorization } })).status, 200);
});

test('a name leads to the default registry, then to others, then to public ones', async () => {
  await using ecr = await startLocalEcr({ aliases: { blue: '012345678901' } });
  const exists = async (name: string): Promise<boolean> =>
    (await get(ecr, `${name}/tags/list`)).status === 200;
  ecr.createRepository('abroad', { region: 'eu-west-1' });
  ecr.createRepository('open', { service: 'ecr-public' });
  const names = ['abroad', 'open', 'blue/open', 'green/open'];
  assert.deepEqual(await Promise.all(names.map(exists)), [true, true, true, false]);
});
