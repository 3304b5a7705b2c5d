import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { RETRIES } from '../../../src/async/retry.ts';
import type { UploadPosition } from '../../../src/ecr/registry.ts';
import type { EncodedBody, LayerPart } from '../../../src/ecr/upload/body.ts';
import {
  type EarlyOutcome,
  type PartCalls,
  type PartOutcome,
  sendInOrder,
} from '../../../src/ecr/upload/in-order.ts';
import { Lines } from '../../../src/ecr/upload/lines.ts';
import { HELD_BYTES, PARTS_AHEAD } from '../../../src/ecr/upload/tuning.ts';
import type { Turn } from '../../../src/ecr/upload/turn.ts';
import { MemoryBlob } from '../../support/memory-layer.ts';

const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const PART = 10;
const { signal } = new AbortController();
const nameOf = ({ firstByte, size }: LayerPart): string => `${firstByte}+${size}`;

/** What a part's send answers, by its number from 1; where nothing is said, that it arrived. */
type Answers = Readonly<Record<number, PartOutcome | Error>>;

/** Parts that are ready at once, and an ECR that answers as told; notes what is asked of it. */
class Calls implements PartCalls {
  readonly events: string[] = [];
  readonly sent: string[] = [];
  /** Taken, and not given back. */
  readonly held = new Set<string>();
  readonly #answers: Answers;
  /** Of these parts there is none ahead. */
  refuseAhead: (part: LayerPart) => boolean = () => false;
  failAt: number | undefined;

  constructor(answers: Answers = {}) {
    this.#answers = answers;
  }

  async take(part: LayerPart): Promise<EncodedBody> {
    this.events.push(`take ${nameOf(part)}`);
    await setImmediate();
    return this.#bodyOf(part);
  }

  takeAhead(part: LayerPart): Promise<EncodedBody> | undefined {
    if (this.refuseAhead(part)) return undefined;
    this.events.push(`ahead ${nameOf(part)}`);
    return setImmediate().then(() => this.#bodyOf(part));
  }

  send: PartCalls['send'] = async (body) => {
    const { part } = body;
    this.events.push(`send ${nameOf(part)}`);
    this.sent.push(nameOf(part));
    await setImmediate();
    body.end();
    const answer = this.#answers[this.sent.length];
    if (answer instanceof Error) throw answer;
    return answer ?? { kind: 'received', lastByteReceived: part.firstByte + part.size - 1 };
  };

  #bodyOf(part: LayerPart): EncodedBody {
    if (part.firstByte === this.failAt) throw new Error('unreadable');
    this.held.add(nameOf(part));
    const end = (): void => void this.held.delete(nameOf(part));
    return { part, end } as EncodedBody;
  }
}

interface Sent {
  readonly result: string;
  readonly positions: number[];
}

async function send(calls: Calls, size: number, nextByte = 0, run = new Lines()): Promise<Sent> {
  const positions: number[] = [];
  const onProgress = (position: UploadPosition): void => {
    assert.equal(position.uploadId, 'an-id');
    assert.equal(position.partSize, PART);
    positions.push(position.nextByte);
  };
  const from = { uploadId: 'an-id', partSize: PART, nextByte };
  const blob = new MemoryBlob(new Uint8Array(size));
  using lines = await run.open(size, signal, 0);
  const result = await sendInOrder(from, calls, { blob, signal, onProgress, run, lines });
  assert.equal(calls.held.size, 0, 'every body is given back');
  return { result, positions };
}

const lengths: readonly { layer: number; from?: number; parts: string[] }[] = [
  { layer: 1, parts: ['0+1'] },
  { layer: 9, parts: ['0+9'] },
  { layer: 10, parts: ['0+10'] },
  { layer: 11, parts: ['0+10', '10+1'] },
  { layer: 20, parts: ['0+10', '10+10'] },
  { layer: 31, parts: ['0+10', '10+10', '20+10', '30+1'] },
  { layer: 11, from: 10, parts: ['10+1'] },
  { layer: 20, from: 3, parts: ['3+10', '13+7'] },
  { layer: 20, from: 20, parts: [] },
];

for (const { layer, from = 0, parts } of lengths) {
  test(`a layer of ${layer} bytes goes from ${from} on in parts of at most ${PART}: ${parts.join(', ') || 'none'}`, async () => {
    const calls = new Calls();
    const { result, positions } = await send(calls, layer, from);
    assert.equal(result, 'done');
    assert.deepEqual(calls.sent, parts);
    assert.deepEqual(
      positions,
      parts.map((part) => part.split('+').map(Number)).map(([first = 0, size = 0]) => first + size),
    );
  });
}

test(`while a part is on the wire, ${PARTS_AHEAD} are made ready, and none beyond the layer`, async () => {
  const calls = new Calls();
  await send(calls, 45);
  assert.deepEqual(calls.events, [
    'take 0+10',
    'ahead 10+10',
    'ahead 20+10',
    'send 0+10',
    'ahead 30+10',
    'send 10+10',
    'ahead 40+5',
    'send 20+10',
    'send 30+10',
    'send 40+5',
  ]);
});

test('the next part of the layer that the push would wait for stands in line for memory', async () => {
  const calls = new Calls();
  const run = new Lines();
  using smaller = await run.open(10, signal, 0);
  await send(calls, 25, 0, run);
  assert.deepEqual(calls.events, [
    'take 0+10',
    'take 10+10',
    'ahead 20+5',
    'send 0+10',
    'send 10+10',
    'send 20+5',
  ]);
  assert(smaller.share < 25);
});

test('where none can be had ahead, a part is taken when it is its turn', async () => {
  const calls = new Calls();
  calls.refuseAhead = () => true;
  await send(calls, 25);
  assert.deepEqual(calls.events, [
    'take 0+10',
    'send 0+10',
    'take 10+10',
    'send 10+10',
    'take 20+5',
    'send 20+5',
  ]);
});

test('where one can be had ahead and no second, the second is asked for again', async () => {
  const calls = new Calls();
  let asked = 0;
  calls.refuseAhead = ({ firstByte }) => firstByte === 20 && (asked += 1) === 1;
  await send(calls, 30);
  assert.deepEqual(calls.events, [
    'take 0+10',
    'ahead 10+10',
    'send 0+10',
    'ahead 20+10',
    'send 10+10',
    'send 20+10',
  ]);
});

const received = (lastByteReceived: number): PartOutcome => ({
  kind: 'received',
  lastByteReceived,
});
const refusedAt = (lastValidByteReceived: number | undefined): PartOutcome => ({
  kind: 'not-consecutive',
  lastValidByteReceived,
});

interface Case {
  readonly what: string;
  readonly answers: Answers;
  readonly result?: string;
  readonly sent: readonly string[];
  readonly positions: readonly number[];
}

const cases: readonly Case[] = [
  {
    what: 'a part that is refused because it is there already: the next follows',
    answers: { 2: refusedAt(19) },
    sent: ['0+10', '10+10', '20+10', '30+5'],
    positions: [10, 20, 30, 35],
  },
  {
    what: 'the part before went missing: it is sent again',
    answers: { 3: refusedAt(9) },
    sent: ['0+10', '10+10', '20+10', '10+10', '20+10', '30+5'],
    positions: [10, 20, 10, 20, 30, 35],
  },
  {
    what: 'part of a part went missing: it goes on from there',
    answers: { 3: refusedAt(14) },
    sent: ['0+10', '10+10', '20+10', '15+10', '25+10'],
    positions: [10, 20, 15, 25, 35],
  },
  {
    what: 'ECR confirms a part in part: the rest of it comes next',
    answers: { 1: received(4) },
    sent: ['0+10', '5+10', '15+10', '25+10'],
    positions: [5, 15, 25, 35],
  },
  {
    what: 'everything went missing, and ECR says so: it begins at the start',
    answers: { 2: refusedAt(-1) },
    sent: ['0+10', '10+10', '0+10', '10+10', '20+10', '30+5'],
    positions: [10, 0, 10, 20, 30, 35],
  },
  {
    what: 'ECR claims more than was ever sent',
    answers: { 2: refusedAt(20) },
    result: 'parts-lost',
    sent: ['0+10', '10+10'],
    positions: [10],
  },
  {
    what: 'ECR confirms more than was ever sent',
    answers: { 2: received(34) },
    result: 'parts-lost',
    sent: ['0+10', '10+10'],
    positions: [10],
  },
  {
    what: 'ECR names a place before the start',
    answers: { 2: refusedAt(-2) },
    result: 'parts-lost',
    sent: ['0+10', '10+10'],
    positions: [10],
  },
  {
    what: 'ECR refuses a part without telling where it stands',
    answers: { 2: refusedAt(undefined) },
    result: 'parts-lost',
    sent: ['0+10', '10+10'],
    positions: [10],
  },
  {
    what: 'the upload is not known any more',
    answers: { 3: { kind: 'upload-not-found' } },
    result: 'upload-not-found',
    sent: ['0+10', '10+10', '20+10'],
    positions: [10, 20],
  },
];

for (const { what, answers, result = 'done', sent, positions } of cases) {
  test(`${what}${result === 'done' ? '' : `: ${result}`}`, async () => {
    const calls = new Calls(answers);
    assert.deepEqual(await send(calls, 35), { result, positions });
    assert.deepEqual(calls.sent, sent);
  });
}

test(`ECR that sends back to the same place is followed there ${RETRIES.part.attempts - 1} times`, async () => {
  const many = Array.from({ length: 50 }, (_, at) => [at + 2, refusedAt(9)] as const);
  const calls = new Calls(Object.fromEntries(many));
  const { result, positions } = await send(calls, 35);
  assert.equal(result, 'parts-lost');
  assert.deepEqual(calls.sent, ['0+10', ...Array<string>(RETRIES.part.attempts).fill('10+10')]);
  assert.deepEqual(positions, Array<number>(RETRIES.part.attempts).fill(10));
});

test('parts that were made ready for another place are given back, and taken anew from where ECR stands', async () => {
  const calls = new Calls({ 1: received(4) });
  await send(calls, 35);
  assert.deepEqual(calls.events.slice(0, 8), [
    'take 0+10',
    'ahead 10+10',
    'ahead 20+10',
    'send 0+10',
    'take 5+10',
    'ahead 15+10',
    'ahead 25+10',
    'send 5+10',
  ]);
});

test('a part that cannot be made ready fails when it is its turn, and not before', async () => {
  const calls = new Calls();
  calls.failAt = 10;
  await assert.rejects(send(calls, 35), /^Error: unreadable$/);
  assert.deepEqual(calls.sent, ['0+10']);
  assert.equal(calls.held.size, 0, 'those behind it are given back');
});

test('a part that cannot be made ready, and is not needed after all, hinders nobody', async () => {
  const calls = new Calls({ 1: { kind: 'upload-not-found' } });
  calls.failAt = 10;
  assert.equal((await send(calls, 35)).result, 'upload-not-found');
});

test('an error of the call ends it, and what was made ready is given back', async () => {
  const failure = new Error('refused');
  const calls = new Calls({ 2: failure });
  await assert.rejects(send(calls, 55), failure);
  assert.equal(calls.held.size, 0);
  assert.deepEqual(calls.sent, ['0+10', '10+10']);
});

test('it ends no sooner than the reading of the parts that were to be made ready', async () => {
  const calls = new Calls({ 1: new Error('refused') });
  const slow = Promise.withResolvers<undefined>();
  let isOver = false;
  const takeAhead = calls.takeAhead.bind(calls);
  calls.takeAhead = (part) => slow.promise.then(() => takeAhead(part) ?? assert.fail());
  const ended = send(calls, 35).catch(() => (isOver = true));
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  assert.equal(isOver, false);
  slow.resolve(undefined);
  await ended;
  assert.equal(isOver, true);
  assert.equal(calls.held.size, 0);
});

const LARGE_PART = HELD_BYTES + 1;

/** What happens to one request, and after how many turns of the event loop. */
interface Chance {
  readonly wait: number;
  readonly what: 'arrives' | 'ends-early' | 'fails' | 'goes-back' | 'is-forgotten';
}

/**
 * An ECR that takes a part when its body ends, and not before its turn. It notes each part that ends while another is
 * being handled, or that does not follow what was answered last.
 */
class StrictEcr implements PartCalls {
  readonly wrong: string[] = [];
  readonly held = new Set<EncodedBody>();
  received = 0;
  underWay = 0;
  mostAtOnce = 0;
  readonly #chances: readonly Chance[];
  #next = 0;
  #isHandling = false;
  /** Where ECR said that it stands; the first part goes unasked. */
  #told = 0;

  constructor(chances: readonly Chance[]) {
    this.#chances = chances;
  }

  async take(part: LayerPart): Promise<EncodedBody> {
    await setImmediate();
    const body = { part, end: () => void this.held.delete(body) } as EncodedBody;
    this.held.add(body);
    return body;
  }

  takeAhead(part: LayerPart): Promise<EncodedBody> | undefined {
    return this.take(part);
  }

  async send(
    body: EncodedBody,
    cancel: AbortSignal,
    turn: Turn,
  ): Promise<PartOutcome | EarlyOutcome> {
    const chance = this.#chances[this.#next++ % this.#chances.length] ?? {
      wait: 0,
      what: 'arrives',
    };
    this.underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay);
    try {
      return await this.#handle(body.part, chance, cancel, turn);
    } finally {
      this.underWay -= 1;
    }
  }

  async #handle(
    part: LayerPart,
    { wait, what }: Chance,
    cancel: AbortSignal,
    turn: Turn,
  ): Promise<PartOutcome | EarlyOutcome> {
    for (let step = 0; step < wait; step++) await setImmediate();
    if (what === 'ends-early' && !turn.hasCome) return { kind: 'ended-early', how: 'cut' };
    if (!(await turn.comes())) throw new Error('given up');
    cancel.throwIfAborted();
    const name = nameOf(part);
    if (this.#isHandling) this.wrong.push(`${name} ended while another was handled`);
    if (part.firstByte !== this.#told) this.wrong.push(`${name} ended, and ${this.#told} was told`);
    this.#isHandling = true;
    await setImmediate();
    this.#isHandling = false;
    if (what === 'fails') throw new Error('refused');
    if (what === 'is-forgotten') return { kind: 'upload-not-found' };
    if (what === 'goes-back') {
      this.received = Math.floor(part.firstByte / 2);
      this.#told = this.received;
      return { kind: 'not-consecutive', lastValidByteReceived: this.received - 1 };
    }
    this.received = part.firstByte + part.size;
    this.#told = this.received;
    return { kind: 'received', lastByteReceived: this.received - 1 };
  }
}

const chance = fc.record({
  wait: fc.nat(12),
  what: fc.oneof(
    { weight: 12, arbitrary: fc.constant('arrives' as const) },
    { weight: 2, arbitrary: fc.constant('ends-early' as const) },
    { weight: 1, arbitrary: fc.constantFrom('fails', 'goes-back', 'is-forgotten') },
  ),
}) satisfies fc.Arbitrary<Chance>;

test('whatever is answered, delayed or lost, no part ends before the one before it was answered as expected', async () => {
  let mostAtOnce = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(chance, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 15 * LARGE_PART }),
      fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      async (chances, size, partsInFlight) => {
        const ecr = new StrictEcr(chances);
        const run = new Lines({ partsInFlight });
        using lines = await run.open(size, signal, 0);
        const from = { uploadId: 'an-id', partSize: LARGE_PART, nextByte: 0 };
        const blob = new MemoryBlob(new Uint8Array(size));
        const options = { blob, signal, onProgress: () => undefined, run, lines };
        const result = await sendInOrder(from, ecr, options).catch(String);
        assert.deepEqual(ecr.wrong, []);
        assert.equal(ecr.underWay, 0, 'no request is left');
        assert.equal(ecr.held.size, 0, 'every body is given back');
        assert(ecr.mostAtOnce <= (partsInFlight ?? 8));
        if (result === 'done') assert.equal(ecr.received, size);
        if (chances.every(({ what }) => what === 'arrives' || what === 'ends-early'))
          assert.equal(result, 'done');
        mostAtOnce = Math.max(mostAtOnce, ecr.mostAtOnce);
      },
    ),
    { seed, numRuns: 300 },
  );
  assert(mostAtOnce > 2, `parts were under way at once: ${mostAtOnce}`);
});

test('cancelled, it gives up all parts at once', async () => {
  const stop = new AbortController();
  const reason = new Error('stop');
  const calls = new Calls();
  const sending: Turn[] = [];
  calls.send = async (_body, cancel, turn) => {
    sending.push(turn);
    if (sending.length === 3) stop.abort(reason);
    if (!cancel.aborted) await once(cancel, 'abort');
    throw reason;
  };
  const run = new Lines({ partsInFlight: 3 });
  using lines = await run.open(10 * LARGE_PART, signal, 0);
  const from = { uploadId: 'an-id', partSize: LARGE_PART, nextByte: 0 };
  const blob = new MemoryBlob(new Uint8Array(10 * LARGE_PART));
  const options = { blob, signal: stop.signal, onProgress: () => undefined, run, lines };
  await assert.rejects(sendInOrder(from, calls, options), reason);
  assert.deepEqual(
    sending.map(({ hasCome, isOver }) => [hasCome, isOver]),
    [
      [true, false],
      [false, true],
      [false, true],
    ],
  );
});
