import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BatchGetImageCommand,
  DescribeRepositoriesCommand,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import type { ECRClient } from '@aws-sdk/client-ecr';
import { APP, complete, initiate, privateClient, refusal, sendPart, sha256 } from '../sample.ts';
import { startLocalEcr } from '../server.ts';
import type { LocalEcr } from '../server.ts';

interface WireRequest {
  headers: Record<string, string>;
  body: string;
}

/** Sends another body or other headers than the SDK would, properly signed. */
function rewritten(ecr: LocalEcr, change: (request: WireRequest) => void): ECRClient {
  const client = privateClient(ecr);
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as WireRequest;
      change(request);
      request.headers['content-length'] = `${Buffer.byteLength(request.body)}`;
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  return client;
}

const UPLOAD_ID = '00000000-0000-0000-0000-000000000000';
const PART = `"repositoryName":"${APP}","uploadId":"${UPLOAD_ID}","partFirstByte":0,"partLastByte":2`;

describe('a body of the wrong JSON types is a SerializationException:', () => {
  const bodies: Record<string, string> = {
    'what is no JSON': '{',
    'a list': '[]',
    'a string': '"app"',
    'a number for a string': `{"repositoryName":1}`,
    'a list for a string': `{"repositoryName":["app"]}`,
    'an object for a string': `{"repositoryName":{}}`,
    'base64 with other characters': `{${PART},"layerPartBlob":"!!!!"}`,
    'base64 of the alphabet for URLs': `{${PART},"layerPartBlob":"_-8A"}`,
    'base64 without its padding': `{${PART},"layerPartBlob":"YQ"}`,
    'base64 with padding in its middle': `{${PART},"layerPartBlob":"YQ==YQ=="}`,
    'escapes in base64 that is wrong': `{${PART},"layerPartBlob":"\\u0021AAA"}`,
    'a number for base64': `{${PART},"layerPartBlob":1}`,
    'a string for a number': `{${PART},"layerPartBlob":"YWJj","partFirstByte":"0"}`,
    'a fraction': `{${PART},"layerPartBlob":"YWJj","partLastByte":2.5}`,
  };
  for (const [name, body] of Object.entries(bodies)) {
    test(name, async () => {
      await using ecr = await startLocalEcr();
      const client = rewritten(ecr, (request) => (request.body = body));
      const input = { repositoryName: APP, uploadId: UPLOAD_ID, partFirstByte: 0, partLastByte: 2 };
      const command = new UploadLayerPartCommand({ ...input, layerPartBlob: Buffer.from('abc') });
      assert.equal((await refusal(client.send(command))).name, 'SerializationException');
    });
  }
});

describe('the bytes of a part are found', () => {
  const bodies: Record<string, (rest: string) => string> = {
    'at the end': (rest) => `{${rest},"layerPartBlob":"YWJj"}`,
    'at the start, with spaces': (rest) => `{ "layerPartBlob" : "YWJj" , ${rest}}`,
    'with an escaped slash': (rest) => `{${rest},"layerPartBlob":"\\/\\/\\/\\/"}`,
    'with padding': (rest) => `{${rest.replace('2', '0')},"layerPartBlob":"YQ=="}`,
    'next to a value that looks like the name': (rest) =>
      `{"registryId":null,"x":"layerPartBlob",${rest},"layerPartBlob":"YWJj"}`,
    'next to a text that holds the name': (rest) =>
      `{"x":"\\"layerPartBlob\\":\\"YQ==\\"",${rest},"layerPartBlob":"YWJj"}`,
    'next to a text that ends in a backslash': (rest) =>
      `{"x":"\\\\",${rest},"layerPartBlob":"YWJj"}`,
    'next to a member of its name in another one': (rest) =>
      `{"x":{"layerPartBlob":"YQ=="},"y":["layerPartBlob"],${rest},"layerPartBlob":"YWJj"}`,
  };
  for (const [name, body] of Object.entries(bodies)) {
    test(name, async () => {
      await using ecr = await startLocalEcr();
      ecr.createRepository(APP);
      const uploadId = await initiate(privateClient(ecr));
      const rest = `"partLastByte":2,"repositoryName":"${APP}","uploadId":"${uploadId}","partFirstByte":0`;
      const client = rewritten(ecr, (request) => (request.body = body(rest)));
      const received = await sendPart(client, uploadId, 0, Buffer.from('abc'));
      assert.equal(received, name === 'with padding' ? 0 : 2);
    });
  }

  test('in no other member', async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const input = { repositoryName: APP, uploadId: UPLOAD_ID, partFirstByte: 0, partLastByte: 2 };
    const body = `{${PART},"x":{"layerPartBlob":"YWJj"}}`;
    const client = rewritten(ecr, (request) => (request.body = body));
    const command = new UploadLayerPartCommand({ ...input, layerPartBlob: Buffer.from('abc') });
    const { name, message } = await refusal(client.send(command));
    assert.equal(name, 'InvalidParameterException');
    assert.match(message, /at 'layerPartBlob' .*'Member must not be null'$/);
  });

  for (const size of [49_151, 49_152, 49_153, 200_000]) {
    test(`when they are ${size}`, async () => {
      await using ecr = await startLocalEcr();
      ecr.createRepository(APP);
      const bytes = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7) % 251));
      const client = privateClient(ecr);
      const uploadId = await initiate(client);
      await sendPart(client, uploadId, 0, bytes);
      assert.equal(await complete(client, uploadId, sha256(bytes)), sha256(bytes));
    });
  }
});

const shapeCases: { input: object; at: string; constraint: string }[] = [
  { input: {}, at: 'repositoryName', constraint: 'Member must not be null' },
  {
    input: { repositoryName: 'a' },
    at: 'repositoryName',
    constraint: 'Member must have length greater than or equal to 2',
  },
  {
    input: { repositoryName: 'a'.repeat(257) },
    at: 'repositoryName',
    constraint: 'Member must have length less than or equal to 256',
  },
  ...['App', 'app/', '/app', 'a//b', 'a___b', '-app', 'app-', 'a b', 'äpp'].map((name) => ({
    input: { repositoryName: name },
    at: 'repositoryName',
    constraint:
      "must satisfy regular expression '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*'",
  })),
  ...['12345', 'local', '0123456789012'].map((registryId) => ({
    input: { repositoryName: APP, registryId },
    at: 'registryId',
    constraint: "must satisfy regular expression '[0-9]{12}'",
  })),
];
describe('a parameter outside its constraints is an InvalidParameterException:', () => {
  for (const { input, at, constraint } of shapeCases) {
    test(`${JSON.stringify(input).slice(0, 60)}: ${constraint.slice(0, 60)}`, async () => {
      await using ecr = await startLocalEcr();
      const client = privateClient(ecr);
      const { repositoryName } = input as { repositoryName?: string };
      const command = new InitiateLayerUploadCommand({ ...input, repositoryName });
      const { name, message } = await refusal(client.send(command));
      assert.equal(name, 'InvalidParameterException');
      assert.equal(
        message,
        `Invalid parameter at '${at}' failed to satisfy constraint: '${constraint}'`,
      );
    });
  }
});

describe('a name is taken', () => {
  for (const repositoryName of ['ab', 'a--b', 'a__b', 'a.b', 'a/b/c', '0/1', 'a'.repeat(256)]) {
    test(repositoryName.slice(0, 20), async () => {
      await using ecr = await startLocalEcr();
      ecr.createRepository(repositoryName);
      assert.ok(await initiate(privateClient(ecr), repositoryName));
    });
  }
});

test('a null member counts as absent, and members that nobody knows are ignored', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const body = `{"repositoryName":"${APP}","registryId":null,"extra":[1]}`;
  assert.ok(await initiate(rewritten(ecr, (request) => (request.body = body))));
});

describe('an UnknownOperationException is the answer to', () => {
  const changes: Record<string, (headers: Record<string, string>) => void> = {
    'another operation': (headers) =>
      (headers['x-amz-target'] = 'AmazonEC2ContainerRegistry_V20150921.MakeCoffee'),
    'another service': (headers) => (headers['x-amz-target'] = 'Coffee_1.BatchGetImage'),
    'a request without a target': (headers) => delete headers['x-amz-target'],
    'another protocol': (headers) => (headers['content-type'] = 'application/x-amz-json-1.0'),
  };
  for (const [name, change] of Object.entries(changes)) {
    test(name, async () => {
      await using ecr = await startLocalEcr();
      const client = rewritten(ecr, ({ headers }) => change(headers));
      const call = client.send(new DescribeRepositoriesCommand({}));
      assert.equal((await refusal(call)).name, 'UnknownOperationException');
    });
  }
});

test('a body that no part can make is refused', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const filled = (size: number) =>
    initiate(rewritten(ecr, (request) => (request.body = request.body.padEnd(size))));
  assert.ok(await filled(32 * 1024 * 1024));
  const { name } = await refusal(filled(32 * 1024 * 1024 + 1));
  assert.equal(name, 'RequestEntityTooLargeException');
});

test('a body without an announced length is read', async () => {
  await using ecr = await startLocalEcr();
  const sent = await fetch(ecr.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.PutImage' },
    body: new Blob(['x'.repeat(1000), 'y'.repeat(100_000)]).stream(),
    duplex: 'half',
  });
  assert.equal(sent.status, 400);
  assert.equal(ecr.calls('PutImage')[0]?.requestBytes, 101_000);
});

test('an answer has a request id of its own', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  const command = new BatchGetImageCommand({ repositoryName: APP, imageIds: [{ imageTag: 'v1' }] });
  const ids = [await client.send(command), await client.send(command)].map(
    ({ $metadata }) => $metadata.requestId,
  );
  assert.equal(new Set(ids).size, 2);
  assert.ok(ids.every((id) => id !== undefined));
});
