import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { ErrorCode } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import { parseDescriptor } from '../../src/oci/parse-descriptor.ts';
import { refused } from '../support/refused.ts';

const hello = Buffer.from('hello');
const digest = digestOf(hello);
const plain = { mediaType: OCI_LAYER_GZIP, digest, size: 5 };

const accepted: { name: string; members: object; parsed: object }[] = [
  { name: 'the three members that it needs', members: {}, parsed: {} },
  {
    name: 'the longest media type',
    members: { mediaType: 'x'.repeat(255) },
    parsed: { mediaType: 'x'.repeat(255) },
  },
  { name: 'a size of zero', members: { size: 0 }, parsed: { size: 0 } },
  {
    name: 'the largest safe size',
    members: { size: Number.MAX_SAFE_INTEGER },
    parsed: { size: Number.MAX_SAFE_INTEGER },
  },
  {
    name: 'an empty annotation',
    members: { annotations: { a: '', b: 'c' } },
    parsed: { annotations: { a: '', b: 'c' } },
  },
  {
    name: 'null for all that may be left out',
    members: { annotations: null, platform: null, urls: null, data: null, artifactType: null },
    parsed: {},
  },
  {
    name: 'a whole platform',
    members: {
      platform: {
        os: 'windows',
        architecture: 'arm64',
        variant: 'v8',
        'os.version': '10.0',
        'os.features': ['win32k'],
      },
    },
    parsed: {
      platform: {
        os: 'windows',
        architecture: 'arm64',
        variant: 'v8',
        osVersion: '10.0',
        osFeatures: ['win32k'],
      },
    },
  },
  {
    name: 'annotations that are null, as none',
    members: { annotations: { a: null, b: 'c' } },
    parsed: { annotations: { b: 'c' } },
  },
  {
    name: 'a platform of nulls, as none',
    members: { platform: { os: null, architecture: null, variant: null, 'os.features': null } },
    parsed: {},
  },
  {
    name: 'a platform of a system alone, as none',
    members: { platform: { os: 'linux', architecture: '' } },
    parsed: {},
  },
  {
    name: 'what may be null in a platform, as absent',
    members: {
      platform: {
        os: 'linux',
        architecture: 'amd64',
        variant: null,
        'os.version': null,
        'os.features': null,
      },
    },
    parsed: { platform: { os: 'linux', architecture: 'amd64' } },
  },
  {
    name: 'a platform of empty strings, as none',
    members: { platform: { os: '', architecture: '' } },
    parsed: {},
  },
  {
    name: 'the addresses of a foreign layer',
    members: { urls: ['https://example.com/layer'] },
    parsed: { urls: ['https://example.com/layer'] },
  },
  { name: 'an empty artifactType, as none', members: { artifactType: '' }, parsed: {} },
  {
    name: 'an artifactType',
    members: { artifactType: 'application/x' },
    parsed: { artifactType: 'application/x' },
  },
  {
    name: 'inline data, decoded',
    members: { data: hello.toString('base64') },
    parsed: { data: hello },
  },
  {
    name: 'the inline data of an empty blob',
    members: { data: '', size: 0, digest: digestOf(Buffer.alloc(0)) },
    parsed: { data: Buffer.alloc(0), size: 0, digest: digestOf(Buffer.alloc(0)) },
  },
  { name: 'members that nothing here knows', members: { 'com.example': [1] }, parsed: {} },
];

for (const { name, members, parsed } of accepted) {
  test(`reads ${name}`, () => {
    assert.deepEqual(parseDescriptor({ ...plain, ...members }, 'x'), { ...plain, ...parsed });
  });
}

const refusals: { name: string; value: unknown; code: ErrorCode }[] = [
  ...[null, 'text', 5, [plain], undefined].map((value) => ({
    name: inspect(value, { breakLength: Infinity }).slice(0, 60),
    value,
    code: 'INVALID_MANIFEST' as const,
  })),
  ...[undefined, null, '', 5, 'text\nwith a line', 'x'.repeat(256)].map((mediaType) => ({
    name: `the media type ${inspect(mediaType)}`.slice(0, 60),
    value: { ...plain, mediaType },
    code: 'INVALID_MANIFEST' as const,
  })),
  ...[undefined, 5, 'sha256:x'].map((value) => ({
    name: `the digest ${value}`,
    value: { ...plain, digest: value },
    code: 'INVALID_MANIFEST' as const,
  })),
  ...[undefined, null, '5', -1, 1.5, 1e300, 2 ** 53, true, [5]].map((size) => ({
    name: `the size ${inspect(size)}`,
    value: { ...plain, size },
    code: 'INVALID_MANIFEST' as const,
  })),
  ...[[], 'text', { a: 1 }, { a: null, b: [] }].map((annotations) => ({
    name: `the annotations ${JSON.stringify(annotations)}`,
    value: { ...plain, annotations },
    code: 'INVALID_MANIFEST' as const,
  })),
  ...[
    'linux/amd64',
    [],
    { os: 5, architecture: 'amd64' },
    { os: 'a', architecture: {} },
    { os: 'a', architecture: 'b', 'os.features': [1] },
  ].map((platform) => ({
    name: `the platform ${JSON.stringify(platform)}`,
    value: { ...plain, platform },
    code: 'INVALID_MANIFEST' as const,
  })),
  ...['https://example.com', [5], {}].map((urls) => ({
    name: `the urls ${JSON.stringify(urls)}`,
    value: { ...plain, urls },
    code: 'INVALID_MANIFEST' as const,
  })),
  ...[5, 'aGVsbG8', 'aGVs bG8=', 'aGVsbG8==', 'aGVsbG9=', '****'].map((data) => ({
    name: `the data ${JSON.stringify(data)}`,
    value: { ...plain, data },
    code: 'INVALID_MANIFEST' as const,
  })),
  {
    name: 'data of another size',
    value: { ...plain, data: Buffer.from('hello!').toString('base64') },
    code: 'DIGEST_MISMATCH',
  },
  {
    name: 'data of another digest',
    value: { ...plain, data: Buffer.from('jello').toString('base64') },
    code: 'DIGEST_MISMATCH',
  },
];

for (const { name, value, code } of refusals) {
  test(`refuses ${name} with ${code}`, () => {
    assert.throws(() => parseDescriptor(value, 'layers[3]'), refused(code, 'layers[3]'));
  });
}
