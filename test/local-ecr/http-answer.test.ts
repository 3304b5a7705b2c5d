import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault } from './faults.ts';
import { APP } from './sample.ts';
import { startLocalEcr } from './server.ts';

/** The answer to a call that no client of AWS's understands, as it is on the wire. */
async function answered(fault: Fault): Promise<{ response: Response; text: string }> {
  await using ecr = await startLocalEcr({ credentials: [] });
  ecr.createRepository(APP);
  ecr.fault(fault);
  const response = await signed(ecr);
  return { response, text: await response.text() };
}

/** A request that the SDK would send, without the SDK's reading of the answer. */
async function signed(ecr: Awaited<ReturnType<typeof startLocalEcr>>): Promise<Response> {
  const { ECRClient, InitiateLayerUploadCommand } = await import('@aws-sdk/client-ecr');
  const taken = Promise.withResolvers<{ headers: Record<string, string>; body: string }>();
  const client = new ECRClient({
    ...{ endpoint: ecr.url, region: 'us-east-1', credentials: ecr.world.credentials[0] },
    requestHandler: {
      handle: (request: { headers: Record<string, string>; body: string }) => {
        taken.resolve(request);
        return Promise.reject(new Error('taken'));
      },
    },
    maxAttempts: 1,
  });
  await client.send(new InitiateLayerUploadCommand({ repositoryName: APP })).catch(() => undefined);
  const { headers, body } = await taken.promise;
  const own = ['host', 'content-length'];
  const kept = Object.entries(headers).filter(([name]) => !own.includes(name));
  return fetch(ecr.url, { method: 'POST', headers: kept, body, redirect: 'manual' });
}

describe('an answer', () => {
  test('has the status, the headers and the body that are given', async () => {
    const headers = { 'content-type': 'text/html', location: 'http://elsewhere.example/' };
    const { response, text } = await answered({ kind: 'http', status: 302, headers, body: '<p>' });
    assert.equal(response.status, 302);
    assert.equal(response.headers.get('location'), 'http://elsewhere.example/');
    assert.equal(text, '<p>');
  });

  test('is made of the true one after the effect', async () => {
    const { text } = await answered({
      kind: 'http-after-effect',
      body: (answer) => `${answer.slice(0, 5)}|${answer.length > 50}`,
      drip: { bytes: 3, milliseconds: 1 },
    });
    assert.match(text, /^\{"upl?.*\|true$/);
  });

  test('is padded with spaces, which leave it JSON', async () => {
    const { response, text } = await answered({
      kind: 'http-after-effect',
      body: (answer) => answer,
      padding: 200_000,
    });
    assert.equal(response.headers.get('content-length'), String(text.length));
    assert.ok(text.length > 200_000);
    assert.ok('uploadId' in (JSON.parse(text) as object));
  });

  test('is cut after so many bytes, of more that were announced', async () => {
    const cut: Fault = { kind: 'http-after-effect', body: (answer) => answer, cutAfter: 9 };
    await assert.rejects(answered(cut), /terminated|fetch failed/);
  });

  test('without an end ends with the client', async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const drip = { bytes: 1, milliseconds: 1 };
    ecr.fault({ kind: 'http', padding: Infinity, drip });
    const { body } = await signed(ecr);
    for await (const bytes of (body ?? []) as AsyncIterable<Uint8Array>) {
      assert.equal(bytes[0], 0x20);
      break;
    }
    assert.equal((await signed(ecr)).status, 200);
  });
});
