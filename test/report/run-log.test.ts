import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import type { PushEvent, PushListener } from '../../src/push/events.ts';
import type { ProgressState } from '../../src/report/progress.ts';
import { RunLog } from '../../src/report/run-log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { finished, layersOf, MIB, plannedTo, progress, started } from './sample-events.ts';

interface Line {
  readonly at: number;
  readonly text: string;
}

/** A log by a clock that a test sets, and every line that a reader gets: a warning with `!` before it. */
function open() {
  const clock = new FakeClock();
  const lines: Line[] = [];
  const write = (text: string): void => void lines.push({ at: clock.now(), text });
  const log = new RunLog(
    {
      info: write,
      warning: (text) => write(`! ${text}`),
      debug: () => undefined,
      group: (name, work) => {
        write(`▸ ${name}`);
        return work();
      },
    },
    clock,
  );
  const texts = (): string[] => lines.map(({ text }) => text);
  return { clock, log, lines, texts };
}

/** Sends layers one after another; `rate`: bytes a second, confirmed each second. */
function send(
  layers: readonly Descriptor[],
  rate: number,
  listener: PushListener,
  clock: FakeClock,
) {
  let spare = 0;
  for (const layer of layers) {
    listener(started(layer));
    for (let sent = 0; sent < layer.size;) {
      if (spare === 0) {
        clock.pass(1000);
        spare = rate;
      }
      const part = Math.min(spare, layer.size - sent);
      spare -= part;
      sent += part;
      listener(progress(layer, sent));
    }
    listener(finished(layer));
  }
}

const retried = (layer: Descriptor): PushEvent => ({
  kind: 'retried',
  what: layer.digest,
  notice: { name: 'throttled', attempt: 2, attempts: undefined, wait: 500, why: 'slow down' },
});

type Work = (listener: PushListener, clock: FakeClock, log: RunLog) => void;

const one = layersOf(600 * MIB);
const small = layersOf(...Array<number>(500).fill(1.2 * MIB));
const usual = layersOf(...[300, 100, 100, 50, 30, 10, 5, 4, 1].map((size) => size * MIB));

/** What may keep a push busy for a minute. */
const minutes: Readonly<Record<string, Work>> = {
  'one large layer': (listener, clock) => {
    listener(plannedTo(one));
    send(one, 10 * MIB, listener, clock);
  },
  '500 small layers': (listener, clock) => {
    listener(plannedTo(small));
    send(small, 10 * MIB, listener, clock);
  },
  'a usual image': (listener, clock) => {
    listener(plannedTo(usual));
    send(usual, 10 * MIB, listener, clock);
  },
  'a storm of retries': (listener, clock, log) => {
    listener(plannedTo(usual));
    for (let step = 0; step < 600; step += 1) {
      for (const layer of usual) listener(retried(layer));
      log.retried('PutImage, repository app: ThrottlingException; trying again');
      clock.pass(100);
    }
  },
  'a network that is gone': (listener, clock) => {
    listener(plannedTo(one));
    for (const layer of one) listener(started(layer));
    clock.pass(60_000);
  },
  '300 manifests': (listener, clock) => {
    listener(plannedTo([]));
    for (const [at, { digest }] of small.slice(0, 300).entries()) {
      const what = `image ${digest}`;
      listener({ kind: 'manifest-put', digest, what, tag: undefined, isNew: at % 2 === 0 });
      clock.pass(200);
    }
  },
  'waiting, before anything is known': (_, clock) => clock.pass(60_000),
};

for (const [what, work] of Object.entries(minutes)) {
  test(`a minute of ${what} has few lines, and no ten seconds without one`, async () => {
    const { clock, log, lines } = open();
    await log.group('Read the layout', () => {
      log.info('Image');
      return Promise.resolve();
    });
    await log.group('Push', () => {
      work(log.listen('', 'push'), clock, log);
      return Promise.resolve();
    });
    log[Symbol.dispose]();
    assert.ok(clock.now() >= 59_000, `${clock.now()} ms`);
    // Two lines at the end say where the tags point, and what was sent.
    assert.ok(lines.length <= 58, lines.map(({ text }) => text).join('\n'));
    const gaps = lines.map(({ at }, number) => at - (lines[number - 1]?.at ?? 0));
    assert.ok(Math.max(...gaps) < 10_000, JSON.stringify(gaps));
    assert.ok(clock.isIdle, 'nothing runs on');
  });
}

test('while a layer is sent, every few seconds there is a line', async () => {
  const { clock, log, texts } = open();
  const layers = layersOf(100 * MIB, 20 * MIB);
  await log.group('Push', () => {
    const listener = log.listen('', 'push');
    listener(plannedTo(layers));
    send(layers, 10 * MIB, listener, clock);
    return Promise.resolve();
  });
  const [large, other] = layers.map(({ digest }) => digest.slice(0, 19));
  assert.deepEqual(texts().slice(2), [
    'Uploading: 33 %, 40.0 MiB of 120.0 MiB, 8.0 MiB/s, about 10 s left, 0 of 2 blobs done',
    'Uploading: 75 %, 90.0 MiB of 120.0 MiB, 9.0 MiB/s, about 3 s left, 0 of 2 blobs done',
    `Uploaded ${large}, 100.0 MiB in 10.0 s at 10.0 MiB/s`,
    `Uploaded ${other}, 20.0 MiB in 2.0 s at 10.0 MiB/s`,
  ]);
});

test('a push that is over in no time says nothing of its progress', async () => {
  const { log, texts } = open();
  const [layer] = usual;
  assert.ok(layer);
  await log.group('Push', () => {
    const listener = log.listen('[a] ', 'push');
    listener(plannedTo([layer]));
    listener(started(layer, 200 * MIB));
    listener(finished(layer));
    return Promise.resolve();
  });
  const digest = layer.digest.slice(0, 19);
  assert.deepEqual(texts(), [
    '▸ Push',
    '[a] To upload: 1 blob (300.0 MiB); already there: 2 blobs (1.2 KiB)',
    `[a] Going on with ${digest} at 200.0 MiB of 300.0 MiB`,
    `[a] Uploaded ${digest}, 300.0 MiB in 0 ms`,
  ]);
});

test('what would be uploaded is not waited for', async () => {
  const { clock, log, texts } = open();
  await log.group('Plan', () => {
    log.listen('', 'plan')(plannedTo(one));
    clock.pass(11_000);
    return Promise.resolve();
  });
  assert.deepEqual(texts().slice(2), [
    'Plan: still at work after 5.0 s',
    'Plan: still at work after 10.0 s',
  ]);
});

test('what was held back is told at the end of a phase, also if it fails', async () => {
  const { log, texts } = open();
  const failed = log.group('Push', () => {
    for (let times = 0; times < 30; times += 1) log.retried('PutImage; trying again');
    return Promise.reject(new Error('lost'));
  });
  await assert.rejects(failed, /lost/);
  assert.equal(texts().at(-1), 'Besides: 18 retries, the last: PutImage; trying again');
});

test('ten warnings are annotations, the others are lines, and counted', () => {
  const { log, texts } = open();
  for (let number = 1; number <= 12; number += 1) log.warning(`warning ${number}`);
  log[Symbol.dispose]();
  log[Symbol.dispose]();
  assert.deepEqual(texts().slice(9), [
    '! warning 10',
    'Warning: warning 11',
    'Warning: warning 12',
    '2 more warnings above, and in the report',
  ]);
  assert.equal(log.warnings.length, 12);
});

/** A log with a display, and what becomes of both in their order. */
function openLive() {
  const opened = open();
  const seen: string[] = [];
  const shown: ProgressState[] = [];
  opened.log.showOn({
    show: (state) => {
      seen.push('show');
      shown.push(state);
    },
    clear: () => void seen.push('clear'),
  });
  return { ...opened, seen, shown };
}

test('on a live display there are no lines of progress', async () => {
  const { clock, log, texts, shown } = openLive();
  await log.group('Push', () => {
    const listener = log.listen('', 'push');
    listener(plannedTo(one));
    send(one.slice(0, 1), 60 * MIB, listener, clock);
    return Promise.resolve();
  });
  assert.doesNotMatch(texts().join('\n'), /Uploading/);
  assert.match(texts().at(-1) ?? '', /^Uploaded sha256:/);
  assert.ok(shown.length > 90, `${shown.length}: ten a second`);
  const last = shown.at(-1);
  assert.equal(last?.phase, 'Push');
  assert.ok((last.rate ?? 0) > 50 * MIB, `${last.rate} bytes a second`);
});

test('lines stand above a live display, which goes at the end of a phase', async () => {
  const { clock, log, seen, texts } = openLive();
  await log.group('Push', () => {
    seen.length = 0;
    log.info('a line');
    assert.deepEqual(seen, ['clear', 'show']);
    return Promise.resolve();
  });
  assert.equal(seen.at(-1), 'clear');
  clock.pass(1000);
  assert.equal(seen.at(-1), 'clear', 'nothing is shown between phases');
  log[Symbol.dispose]();
  assert.equal(seen.at(-1), 'clear');
  seen.length = 0;
  clock.pass(10_000);
  log.info('the last');
  assert.deepEqual(seen, [], 'it is not shown again');
  assert.deepEqual(texts(), ['▸ Push', 'a line', 'the last']);
});
