import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { TestContext } from 'node:test';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { PlainAnswer } from '../faults.ts';
import type { TransportOptions } from '../options.ts';
import { ConnectionClosed, Transport } from './transport.ts';

/** Reads a body whose bytes the test writes, on a clock that it moves. */
function read(t: TestContext, options: TransportOptions) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  let now = 0;
  const transport = new Transport(options, () => now);
  const body = new PassThrough();
  const found = { text: '', isEnded: false, error: undefined as unknown };
  const reading = async () => {
    for await (const chunk of transport.chunks(body, body)) found.text += chunk.toString();
    found.isEnded = true;
  };
  reading().catch((error: unknown) => (found.error = error));
  /** Lets all happen that waits for no time to pass. */
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await setImmediate();
  };
  const pass = async (milliseconds: number) => {
    await settle();
    now += milliseconds;
    mock.timers.tick(milliseconds);
    await settle();
  };
  return { body, found, pass };
}

describe('a body may be still for as long as the timeout:', () => {
  for (const [passed, isError] of [
    [99, false],
    [100, true],
  ] as const) {
    test(`${passed} of 100 ms before its first byte`, async (t) => {
      const { found, pass } = read(t, { bodyTimeout: 100 });
      await pass(passed);
      assert.equal(found.error instanceof ConnectionClosed, isError);
    });

    test(`${passed} of 100 ms before its end`, async (t) => {
      const { body, found, pass } = read(t, { bodyTimeout: 100 });
      body.write('a');
      await pass(passed);
      body.end('b');
      await pass(0);
      assert.equal(found.error instanceof ConnectionClosed, isError);
      assert.deepEqual([found.text, found.isEnded], isError ? ['a', false] : ['ab', true]);
    });
  }

  test('a trickle keeps it', async (t) => {
    const { body, found, pass } = read(t, { bodyTimeout: 100 });
    for (let written = 0; written < 20; written++) {
      body.write('a');
      await pass(99);
    }
    body.end();
    await pass(0);
    assert.deepEqual(found, { text: 'a'.repeat(20), isEnded: true, error: undefined });
  });

  test('the time in which a connection’s rate holds it is not counted', async (t) => {
    const { body, found, pass } = read(t, { bodyTimeout: 100, connectionRate: 1000 });
    body.write('a'.repeat(5000));
    await pass(4999);
    assert.equal(found.error, undefined);
    body.end('b');
    await pass(2);
    assert.deepEqual([found.text.length, found.isEnded], [5001, true]);
  });

  test('and a 408 says so, where that is asked for', async (t) => {
    const { found, pass } = read(t, { bodyTimeout: 100, bodyTimeoutAnswer: '408' });
    await pass(100);
    assert.ok(found.error instanceof PlainAnswer);
    assert.deepEqual([found.error.status, found.error.closes], [408, true]);
  });
});

describe('a rate', () => {
  let now = 1000;
  const kilobyte = new Transport({ connectionRate: 1000 }, () => now);

  test('holds each connection by itself', () => {
    const [one, two] = [{}, {}];
    assert.equal(kilobyte.holdAfter(one, 500), 490);
    assert.equal(kilobyte.holdAfter(two, 500), 490);
    now += 490;
    assert.equal(kilobyte.holdAfter(one, 500), 500);
  });

  test('is not saved up while nothing comes, but for what makes up for late timers', () => {
    const connection = {};
    kilobyte.holdAfter(connection, 500);
    now += 60_000;
    assert.equal(kilobyte.holdAfter(connection, 500), 490);
  });

  test('holds nothing where there is none', () => {
    assert.equal(new Transport({}).holdAfter({}, 1e9), 0);
  });
});
