import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf, StrangeAnswer, strangenessOf } from '../../../src/ecr/calls/strange-answer.ts';

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' };

const answers: readonly [
  status: number,
  headers: Record<string, string>,
  body: string,
  strange: string | undefined,
][] = [
  [200, JSON_TYPE, '{"layerDigest":"sha256:a"}', undefined],
  [200, {}, ' {"layerDigest":"sha256:a"}\n', undefined],
  [200, JSON_TYPE, '', 'an empty body'],
  [200, JSON_TYPE, ' \n', 'an empty body'],
  [200, JSON_TYPE, '{}', 'no layerDigest'],
  [200, JSON_TYPE, '{"layerDigest":"sha', 'JSON that is cut or damaged'],
  [200, JSON_TYPE, 'OK', 'a body that is no JSON'],
  [200, JSON_TYPE, '[]', 'a body that is no JSON'],
  [200, HTML_TYPE, 'Sign in to the network', 'an HTML page'],
  [200, {}, '<!DOCTYPE html><p>', 'an HTML page'],
  [200, {}, '<?xml version="1.0"?><Error/>', 'a body that is no JSON'],
  [400, JSON_TYPE, '{"__type":"UploadNotFoundException"}', undefined],
  [400, { 'x-amzn-errortype': 'UploadNotFoundException' }, '{"message":"a"}', undefined],
  [400, JSON_TYPE, '{"code":"UploadNotFoundException"}', undefined],
  [400, JSON_TYPE, '', 'an empty body'],
  [403, JSON_TYPE, '{"message":"Forbidden"}', 'an error that has no name'],
  [302, HTML_TYPE, '<html>', 'an HTML page'],
  [503, {}, 'Service Unavailable', 'a body that is no JSON'],
];

for (const [statusCode, headers, body, strange] of answers) {
  test(`${statusCode} ${JSON.stringify(body)}: ${strange ?? 'it may be of ECR'}`, () => {
    const found = strangenessOf('CompleteLayerUpload', { statusCode, headers }, Buffer.from(body));
    assert.equal(found, strange);
  });
}

test('it says the status and what came', () => {
  const answer = { statusCode: 403, headers: {} };
  const strange = new StrangeAnswer('an HTML page', 403, answer);
  assert.equal(strange.message, 'HTTP 403 with an HTML page');
  assert.equal(strange.name, 'NotEcr');
  assert.equal(strange.$metadata.httpStatusCode, 403);
  assert.equal(strange.$response, answer);
});

for (const [status, meaning] of [
  [200, 'GarbledAnswer'],
  [301, 'NotEcr'],
  [400, 'NotEcr'],
  [407, 'ProxyError'],
  [408, 'RequestTimeout'],
  [413, 'NotEcr'],
  [429, 'ThrottlingException'],
  [500, 'ServerException'],
  [501, 'NotEcr'],
  [504, 'ServerException'],
  [505, 'NotEcr'],
] as const) {
  test(`status ${status} means ${meaning}`, () => assert.equal(meaningOf(status), meaning));
}
