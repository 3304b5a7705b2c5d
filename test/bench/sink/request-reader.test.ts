import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestReader } from './request-reader.ts';

/** Reads the bytes cut at these offsets; gives each request as `METHOD target body`. */
function read(bytes: Buffer, cuts: readonly number[] = []): string[] {
  const requests: string[] = [];
  let current = '';
  const reader = new RequestReader({
    head: ({ method, target }) => (current = `${method} ${target} `),
    body: (part) => (current += part.toString('latin1')),
    end: () => requests.push(current),
  });
  const offsets = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  for (const [at, offset] of offsets.entries())
    reader.feed(bytes.subarray(offset, offsets[at + 1]));
  return requests;
}

const ALL = Buffer.from(
  'HEAD /v2/a/blobs/x HTTP/1.1\r\nHost: h\r\n\r\n' +
    'PUT /upload HTTP/1.1\r\ncontent-length: 11\r\n\r\nhello\r\n\r\nab' +
    'PATCH /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1a;x=y\r\n' +
    'abcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: t\r\n\r\n' +
    'POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
);
const EXPECTED = [
  'HEAD /v2/a/blobs/x ',
  'PUT /upload hello\r\n\r\nab',
  'PATCH /upload helloabcdefghijklmnopqrstuvwxyz',
  'POST / ',
];

test('requests with and without a body, of known length and chunked, are read one after another', () => {
  assert.deepEqual(read(ALL), EXPECTED);
});

test('they read the same however the network cuts them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(ALL.length)), (cuts) => {
      assert.deepEqual(read(ALL, cuts), EXPECTED);
    }),
  );
});

test('they read the same byte by byte', () => {
  assert.deepEqual(read(ALL, [...ALL.keys()]), EXPECTED);
});

const refused = [
  { what: 'a TLS handshake', bytes: Buffer.from([0x16, 0x03, 0x01]), error: /TLS handshake/ },
  { what: 'HTTP/2', bytes: Buffer.from('PRI * HTTP/2.0\r\n\r\n'), error: /not HTTP\/1.1/ },
  { what: 'an endless head', bytes: Buffer.alloc(70_000, 'a'), error: /does not end/ },
];
for (const { what, bytes, error } of refused) {
  test(`${what} is refused`, () => {
    assert.throws(() => read(bytes), error);
  });
}
