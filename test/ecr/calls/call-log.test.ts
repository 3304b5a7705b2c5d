import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import {
  type AttemptEnd,
  attemptLine,
  type CallDetails,
  type LoggedRequest,
} from '../../../src/ecr/calls/call-log.ts';
import { StrangeAnswer } from '../../../src/ecr/calls/strange-answer.ts';

const HOST = 'api.ecr.us-east-1.amazonaws.com';
const headers = { 'x-amzn-requestid': '4f0c-11' };
const done: AttemptEnd = { answer: { statusCode: 200, headers, body: Buffer.from('{}') } };

function call(name: string, body: unknown, attempt = 1): LoggedRequest {
  const target = `AmazonEC2ContainerRegistry_V20150921.${name}`;
  const sent = { 'x-amz-target': target, 'amz-sdk-request': `attempt=${attempt}; max=3` };
  return { hostname: HOST, headers: { ...sent, authorization: 'AWS4 SECRET' }, body };
}

const part: CallDetails = { subject: 'sha256:ab bytes 0-99', attempt: 3 };
const lines: readonly [LoggedRequest, CallDetails, AttemptEnd, string][] = [
  [
    call('UploadLayerPart', Readable.from([])),
    part,
    done,
    `UploadLayerPart sha256:ab bytes 0-99 at ${HOST}, attempt 3: HTTP 200 after 12 ms, request id 4f0c-11`,
  ],
  [
    call('PutImage', '{"imageManifest":"SECRET","imageDigest":"sha256:ab","imageTag":"1.0"}', 2),
    {},
    done,
    `PutImage sha256:ab as 1.0 at ${HOST}, attempt 2: HTTP 200 after 12 ms, request id 4f0c-11`,
  ],
  [
    call('CompleteLayerUpload', Buffer.from('{"uploadId":"id","layerDigests":["sha256:ab"]}')),
    {},
    done,
    `CompleteLayerUpload sha256:ab at ${HOST}, attempt 1: HTTP 200 after 12 ms, request id 4f0c-11`,
  ],
  [
    call('BatchCheckLayerAvailability', '{"layerDigests":["sha256:ab","sha256:cd"]}'),
    {},
    done,
    `BatchCheckLayerAvailability 2 layers at ${HOST}, attempt 1: HTTP 200 after 12 ms, request id 4f0c-11`,
  ],
  [
    call('BatchGetImage', '{"imageIds":[{"imageTag":"1.0"}]}'),
    {},
    done,
    `BatchGetImage 1.0 at ${HOST}, attempt 1: HTTP 200 after 12 ms, request id 4f0c-11`,
  ],
  [
    { hostname: 'sts.amazonaws.com', headers: {}, body: 'Action=GetCallerIdentity&Version=1' },
    {},
    done,
    'GetCallerIdentity at sts.amazonaws.com, attempt 1: HTTP 200 after 12 ms, request id 4f0c-11',
  ],
  [
    call('PutImage', '{'),
    {},
    {
      answer: {
        statusCode: 400,
        headers,
        body: Buffer.from('{"__type":"com.amazonaws.ecr#ThrottlingException","message":"SECRET"}'),
      },
    },
    `PutImage at ${HOST}, attempt 1: HTTP 400 ThrottlingException after 12 ms, request id 4f0c-11`,
  ],
  [
    call('DescribeImages', '{"imageIds":"odd"}'),
    {},
    { answer: { statusCode: 500, headers: { 'x-amzn-errortype': 'ServerException:http://x' } } },
    `DescribeImages at ${HOST}, attempt 1: HTTP 500 ServerException after 12 ms, request id unknown`,
  ],
  [
    call('DescribeImages', '{}'),
    {},
    { error: new StrangeAnswer('an HTML page', 502, { statusCode: 502, headers }) },
    `DescribeImages at ${HOST}, attempt 1: HTTP 502 with an HTML page after 12 ms, request id 4f0c-11`,
  ],
  [
    call('DescribeImages', '{}'),
    {},
    { error: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) },
    `DescribeImages at ${HOST}, attempt 1: ECONNRESET: read ECONNRESET after 12 ms, request id unknown`,
  ],
];

for (const [request, details, ended, expected] of lines) {
  test(`a call is one line, with nothing that is secret: ${expected}`, () => {
    assert.equal(attemptLine(request, details, ended, 12.3), expected);
  });
}

test("a server's text stays on the line, and is bounded", () => {
  const evil = { 'x-amzn-requestid': `a\n::error::b${'c'.repeat(5000)}`, 'x-amzn-errortype': '\n' };
  const ended = { answer: { statusCode: 400, headers: evil } };
  const line = attemptLine(call('PutImage', '{"imageTag":"\\n::error::x"}'), {}, ended, 1);
  assert.doesNotMatch(line, /\n/);
  assert.ok(line.length < 1100, String(line.length));
});
