import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { describe, test } from 'node:test';
import { ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { selfSigned } from './certificate.ts';
import { type Fault, refusedManifest, type ScriptedFault } from './faults.ts';
import {
  APP,
  initiate,
  manifest,
  privateClient,
  put,
  putLayers,
  refusal,
  sendPart,
  sha256,
} from './sample.ts';
import { startLocalEcr } from './server.ts';

const IMAGE = manifest(['a']);

/** A repository with the layers of `IMAGE`, and these faults. */
async function start(...faults: Fault[]) {
  const ecr = await startLocalEcr();
  const repository = ecr.createRepository(APP);
  const client = privateClient(ecr);
  await putLayers(client, ['a']);
  ecr.log.clear();
  const scripted = faults.map((fault) => ecr.fault(fault));
  const end = () => ecr[Symbol.asyncDispose]();
  return { ecr, repository, client, scripted, [Symbol.asyncDispose]: end };
}

describe('a fault that refuses', () => {
  const cases: { fault: Fault; name: string; outcome: string }[] = [
    {
      fault: { operation: 'PutImage', kind: 'error', name: 'ServerException', status: 500 },
      name: 'ServerException',
      outcome: 'ServerException',
    },
    {
      fault: { operation: 'PutImage', kind: 'throttle' },
      name: 'ThrottlingException',
      outcome: 'ThrottlingException',
    },
    { fault: { operation: 'PutImage', kind: 'reset' }, name: 'TimeoutError', outcome: 'reset' },
    {
      fault: { operation: 'PutImage', kind: 'reset-in-body', afterBytes: 10 },
      name: 'TimeoutError',
      outcome: 'reset',
    },
  ];
  for (const { fault, name, outcome } of cases) {
    test(`by ${fault.kind} lets nothing happen, once`, async () => {
      await using local = await start(fault);
      const error = await refusal(put(local.client, IMAGE));
      assert.equal(error.name, name);
      assert.equal(error['code'], outcome === 'reset' ? 'ECONNRESET' : undefined);
      assert.equal(local.ecr.calls('PutImage')[0]?.outcome, outcome);
      assert.equal(local.repository.images.size, 0);
      await put(local.client, IMAGE);
      assert.equal(local.scripted[0]?.hits, 1);
    });
  }

  test('by reset ends a TLS connection too', async () => {
    const { key, cert } = selfSigned();
    await using ecr = await startLocalEcr({ tls: { key, cert } });
    ecr.createRepository(APP);
    ecr.fault({ operation: 'InitiateLayerUpload', kind: 'reset' });
    const client = new ECRClient({
      ...{ endpoint: ecr.url, region: 'us-east-1', maxAttempts: 1 },
      credentials: ecr.world.credentials[0],
      requestHandler: { httpsAgent: new Agent({ ca: cert }) },
    });
    assert.equal((await refusal(initiate(client)))['code'], 'ECONNRESET');
    assert.ok(await initiate(client));
  });

  test('by http answers without JSON', async () => {
    await using local = await start({ operation: 'PutImage', kind: 'http', status: 503 });
    const { $response } = await refusal(put(local.client, IMAGE));
    assert.equal(($response as { statusCode: number }).statusCode, 503);
    assert.equal(local.ecr.calls('PutImage')[0]?.outcome, 'HTTP 503');
    assert.equal(local.repository.images.size, 0);
  });

  test('by the digest of a manifest refuses that one, under any tag, and no other', async () => {
    const other = manifest(['a'], { annotations: { other: 'yes' } });
    await using local = await start(refusedManifest(sha256(IMAGE)));
    for (const options of [{}, { tag: 'v1' }]) {
      const { name, message } = await refusal(put(local.client, IMAGE, options));
      assert.equal(name, 'InvalidParameterException');
      assert.match(message, /Invalid JSON syntax/);
    }
    await put(local.client, other, { tag: 'v1' });
    assert.deepEqual([...local.repository.images.keys()], [sha256(other)]);
    assert.equal(local.scripted[0]?.hits, 2);
  });

  test('carries the fields and the message that it was given', async () => {
    const fields = { lastValidByteReceived: 41 };
    await using local = await start({
      ...{ operation: 'UploadLayerPart', kind: 'error', name: 'InvalidLayerPartException' },
      ...{ message: 'scripted', fields },
    });
    const uploadId = await initiate(local.client);
    const error = await refusal(sendPart(local.client, uploadId, 0, Buffer.from('b')));
    assert.deepEqual([error.message, error['lastValidByteReceived']], ['scripted', 41]);
  });
});

describe('a fault after the effect', () => {
  for (const fault of [
    { operation: 'PutImage', kind: 'answer-lost' },
    { operation: 'PutImage', kind: 'error-after-effect', name: 'ServerException', status: 500 },
  ] as const) {
    test(`by ${fault.kind} lets it happen`, async () => {
      await using local = await start(fault);
      await refusal(put(local.client, IMAGE, { tag: 'v1' }));
      assert.equal(local.repository.tags.get('v1'), sha256(IMAGE));
    });
  }

  test('can lie about the bytes received', async () => {
    await using local = await start({
      ...{ operation: 'UploadLayerPart', kind: 'answer' },
      change: (output) => ({ ...output, lastByteReceived: 3 }),
    });
    const uploadId = await initiate(local.client);
    assert.equal(await sendPart(local.client, uploadId, 0, Buffer.alloc(10)), 3);
    assert.equal(local.repository.uploads.get(uploadId)?.received, 10);
  });
});

describe('a call without an answer', () => {
  const giveUpDuring = async (hang: Fault, giveUpAt: (abort: () => void) => Fault) => {
    const giveUp = new AbortController();
    const abort = () => giveUp.abort();
    await using local = await start(giveUpAt(abort), hang);
    const command = new PutImageCommand({ repositoryName: APP, imageManifest: IMAGE });
    const error = await refusal(local.client.send(command, { abortSignal: giveUp.signal }));
    assert.equal(error.name, 'AbortError');
    assert.equal(local.ecr.calls('PutImage')[0]?.outcome, undefined);
    return local.repository.images.size;
  };

  test('ends when the client gives up, and nothing has happened', async () => {
    const images = await giveUpDuring({ kind: 'hang' }, (run) => ({ kind: 'before', run }));
    assert.equal(images, 0);
  });

  test('ends when the client gives up, and it has happened', async () => {
    const images = await giveUpDuring({ kind: 'hang-after-effect' }, (abort) => ({
      kind: 'answer',
      change: (output) => {
        abort();
        return output;
      },
    }));
    assert.equal(images, 1);
  });

  test('ends when the server closes', async () => {
    const local = await start({ operation: 'PutImage', kind: 'hang' });
    const closed = Promise.withResolvers<undefined>();
    local.ecr.fault({
      operation: 'InitiateLayerUpload',
      kind: 'before',
      run: async () => {
        await local.ecr[Symbol.asyncDispose]();
        closed.resolve(undefined);
      },
    });
    const calls = [put(local.client, IMAGE), initiate(local.client)].map(refusal);
    assert.deepEqual(
      (await Promise.all(calls)).map(({ code }) => code),
      ['ECONNRESET', 'ECONNRESET'],
    );
    await closed.promise;
  });
});

describe('a fault before the effect', () => {
  test('lets another job win', async () => {
    const other = manifest(['a'], { annotations: { job: 'other' } });
    await using local = await start();
    const rival = local.ecr.fault({
      operation: 'PutImage',
      kind: 'before',
      run: async () => {
        await put(local.client, other, { tag: 'v1' });
      },
    });
    await put(local.client, IMAGE, { tag: 'v1' });
    assert.equal(rival.hits, 1);
    assert.deepEqual([...local.repository.images.keys()], [sha256(other), sha256(IMAGE)]);
  });

  test('makes an upload expire', async () => {
    await using local = await start({
      operation: 'UploadLayerPart',
      kind: 'expire-upload',
      nth: 2,
    });
    const uploadId = await initiate(local.client);
    await sendPart(local.client, uploadId, 0, Buffer.alloc(5));
    const { name } = await refusal(sendPart(local.client, uploadId, 5, Buffer.alloc(5)));
    assert.equal(name, 'UploadNotFoundException');
  });

  test('hides fresh layers from PutImage for a while', async () => {
    const digests = [sha256('a')];
    await using local = await start({ kind: 'hide-layers', digests, times: 2 });
    for (const call of ['first', 'second']) {
      const { name, message } = await refusal(put(local.client, IMAGE));
      assert.equal(name, 'LayersNotFoundException', call);
      assert.ok(message.includes(`'[${sha256('a')}]'`), message);
    }
    assert.equal(await put(local.client, IMAGE), sha256(IMAGE));
  });

  test('makes it late', async () => {
    await using local = await start({ operation: 'PutImage', kind: 'delay', milliseconds: 1 });
    await put(local.client, IMAGE);
    assert.equal(local.scripted[0]?.hits, 1);
  });
});

describe('a fault strikes', () => {
  const strikes: { name: string; rest: Partial<Fault>; struck: number[] }[] = [
    { name: 'the first call', rest: {}, struck: [1] },
    { name: 'the second', rest: { nth: 2 }, struck: [2] },
    { name: 'the second and the third', rest: { nth: 2, times: 2 }, struck: [2, 3] },
    { name: 'all of them', rest: { times: Infinity }, struck: [1, 2, 3, 4] },
    { name: 'none of another operation', rest: { operation: 'BatchGetImage' }, struck: [] },
    { name: 'none of the other service', rest: { service: 'ecr-public' }, struck: [] },
    {
      name: 'those that its predicate picks',
      rest: { when: ({ input }) => input['imageTag'] === 'v3', times: 9 },
      struck: [3],
    },
    {
      name: 'the first that its predicate picks, from the nth of those on',
      rest: { when: ({ input }) => input['imageTag'] !== 'v1', nth: 2 },
      struck: [3],
    },
  ];
  for (const { name, rest, struck } of strikes) {
    test(name, async () => {
      await using local = await start();
      const fault = { operation: 'PutImage', kind: 'throttle', ...rest } as Fault;
      const { hits } = await outcomes(local.client, local.ecr.fault(fault));
      assert.deepEqual(hits, struck);
    });
  }

  async function outcomes(client: ECRClient, scripted: ScriptedFault) {
    const hits: number[] = [];
    for (const number of [1, 2, 3, 4]) {
      const [result] = await Promise.allSettled([put(client, IMAGE, { tag: `v${number}` })]);
      if (result.status === 'rejected') hits.push(number);
    }
    assert.equal(scripted.hits, hits.length);
    return { hits };
  }

  test('no more once all are cleared', async () => {
    await using local = await start({ operation: 'PutImage', kind: 'throttle', times: Infinity });
    local.ecr.clearFaults();
    assert.equal(await put(local.client, IMAGE), sha256(IMAGE));
  });
});
