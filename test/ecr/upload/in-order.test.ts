import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { RETRIES, type RetryNotice } from '../../../src/async/retry.ts';
import type { UploadPosition } from '../../../src/ecr/registry.ts';
import type { EncodedBody, LayerPart } from '../../../src/ecr/upload/body.ts';
import { Allowance } from '../../../src/ecr/upload/allowance.ts';
import { sendInOrder, type SendOptions } from '../../../src/ecr/upload/in-order.ts';
import type {
  EarlyOutcome,
  Interruption,
  PartCalls,
  PartOutcome,
} from '../../../src/ecr/upload/part-calls.ts';
import { Lines } from '../../../src/ecr/upload/lines.ts';
import { HELD_BYTES, LOOK_BYTES, PARTS_AHEAD } from '../../../src/ecr/upload/tuning.ts';
import type { Turn } from '../../../src/ecr/upload/turn.ts';
import { interruption } from '../../support/interruption.ts';
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

  /** Small parts are not asked for. */
  look: PartCalls['look'] = () => Promise.reject(new Error('not to be asked'));

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

/** For a layer of so many bytes. */
function optionsFor(
  size: number,
  options: Partial<SendOptions> & Pick<SendOptions, 'run' | 'lines'>,
): SendOptions {
  return {
    blob: new MemoryBlob(new Uint8Array(size)),
    signal,
    onProgress: () => undefined,
    leastPart: PART,
    allowance: new Allowance(1e9),
    isResumed: false,
    ...options,
  };
}

async function send(calls: Calls, size: number, nextByte = 0, run = new Lines()): Promise<Sent> {
  const positions: number[] = [];
  const onProgress = (position: UploadPosition): void => {
    assert.equal(position.uploadId, 'an-id');
    assert.equal(position.partSize, PART);
    positions.push(position.nextByte);
  };
  const from = { uploadId: 'an-id', partSize: PART, nextByte };
  using lines = await run.open(size, signal, 0);
  const result = await sendInOrder(from, calls, optionsFor(size, { onProgress, run, lines }));
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
  readonly what:
    | 'arrives'
    | 'ends-early'
    | 'fails'
    | 'goes-back'
    | 'is-forgotten'
    /** It is not taken. */
    | 'is-cut'
    /** It is taken, and the answer does not come. */
    | 'is-lost'
    /** Half of it is taken, as the answer says. */
    | 'is-halved'
    /** It is taken, and the answer says otherwise. */
    | 'says-less'
    | 'says-more';
}

const interrupted = (what: 'is-cut' | 'is-lost'): Interruption =>
  interruption({ isInDoubt: what === 'is-lost', isCut: what === 'is-cut' });

/**
 * An ECR that takes a part when its body ends, and not before its turn. It notes each part that ends while another is
 * being handled, or that does not follow what was answered last.
 */
class StrictEcr implements PartCalls {
  readonly wrong: string[] = [];
  readonly held = new Set<EncodedBody>();
  received = 0;
  sent = 0;
  underWay = 0;
  mostAtOnce = 0;
  /** Bytes of the parts that it has answered, and of those that it had already. */
  answered = 0;
  repeated = 0;
  readonly #chances: readonly Chance[];
  readonly #tellsWhenAsked: boolean;
  #next = 0;
  #isHandling = false;
  /** Where a part may begin; the first goes unasked. */
  #expected = new Set([0]);

  constructor(chances: readonly Chance[], tellsWhenAsked: boolean) {
    this.#chances = chances;
    this.#tellsWhenAsked = tellsWhenAsked;
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

  async look(): Promise<PartOutcome & { kind: 'not-consecutive' }> {
    await setImmediate();
    if (!this.#tellsWhenAsked) return { kind: 'not-consecutive', lastValidByteReceived: undefined };
    this.#expected = new Set([this.received]);
    return { kind: 'not-consecutive', lastValidByteReceived: this.received - 1 };
  }

  async send(
    body: EncodedBody,
    cancel: AbortSignal,
    turn: Turn,
  ): Promise<PartOutcome | EarlyOutcome | Interruption> {
    const chance = this.#chances[this.#next++ % this.#chances.length] ?? {
      wait: 0,
      what: 'arrives',
    };
    this.sent += 1;
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
  ): Promise<PartOutcome | EarlyOutcome | Interruption> {
    for (let step = 0; step < wait; step++) await setImmediate();
    if (what === 'ends-early' && !turn.hasCome) return { kind: 'ended-early', how: 'cut' };
    if (!(await turn.comes())) throw new Error('given up');
    cancel.throwIfAborted();
    const name = nameOf(part);
    if (this.#isHandling) this.wrong.push(`${name} ended while another was handled`);
    if (!this.#expected.has(part.firstByte))
      this.wrong.push(`${name} ended, and ${[...this.#expected].join()} was told`);
    this.#isHandling = true;
    await setImmediate();
    this.#isHandling = false;
    if (what === 'fails') throw new Error('refused');
    if (what === 'is-forgotten') return { kind: 'upload-not-found' };
    if (what === 'is-cut') return interrupted(what);
    return this.#takePart(part, what);
  }

  #takePart({ firstByte, size }: LayerPart, what: Chance['what']): PartOutcome | Interruption {
    if (what !== 'is-lost') this.answered += size;
    if (what === 'goes-back') this.received = Math.floor(firstByte / 2);
    if (firstByte !== this.received) {
      if (what !== 'goes-back') this.repeated += size;
      this.#expected = new Set([this.received]);
      return { kind: 'not-consecutive', lastValidByteReceived: this.received - 1 };
    }
    this.received += what === 'is-halved' ? Math.ceil(size / 2) : size;
    if (what === 'is-lost') return interrupted(what);
    const change = what === 'says-less' ? -size : what === 'says-more' ? size : 0;
    const told = this.received + change;
    this.#expected = new Set([told]);
    return { kind: 'received', lastByteReceived: told - 1 };
  }
}

const SMOOTH: readonly string[] = ['arrives', 'ends-early'];
/** What need not end in a part that ECR has already, if it tells where it stands. */
const PLAIN: readonly string[] = [...SMOOTH, 'is-cut', 'is-lost', 'is-halved', 'says-less'];

const chance = fc.record({
  wait: fc.nat(12),
  what: fc.oneof(
    { weight: 12, arbitrary: fc.constant('arrives' as const) },
    { weight: 2, arbitrary: fc.constant('ends-early' as const) },
    { weight: 2, arbitrary: fc.constantFrom('is-cut', 'is-lost', 'is-halved') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...(['fails', 'goes-back', 'is-forgotten', 'says-less', 'says-more'] as const),
      ),
    },
  ),
}) satisfies fc.Arbitrary<Chance>;

test('whatever is answered, delayed or lost, no part ends before the one before it was answered as expected', async () => {
  let mostAtOnce = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(chance, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 15 * LARGE_PART }),
      fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      fc.boolean(),
      fc.constantFrom(LARGE_PART, HELD_BYTES / 2),
      async (chances, size, partsInFlight, tellsWhenAsked, leastPart) => {
        const ecr = new StrictEcr(chances, tellsWhenAsked);
        const run = new Lines({ partsInFlight });
        using lines = await run.open(size, signal, 0);
        const from = { uploadId: 'an-id', partSize: LARGE_PART, nextByte: 0 };
        const whys: unknown[] = [];
        const onRetry = ({ why }: RetryNotice): void => void whys.push(why);
        const allowance = new Allowance(size);
        const options = optionsFor(size, { run, lines, leastPart, allowance, onRetry });
        const result = await sendInOrder(from, ecr, options).catch(String);
        assert.deepEqual(ecr.wrong, []);
        assert.equal(ecr.underWay, 0, 'no request is left');
        assert.equal(ecr.held.size, 0, 'every body is given back');
        assert(ecr.mostAtOnce <= (partsInFlight ?? 8));
        assert(ecr.answered <= 3 * size + 3 * LARGE_PART, `${ecr.answered} bytes of ${size}`);
        assert(
          whys.every((why) => /^part at byte \d+: /.test(String(why))),
          String(whys),
        );
        if (result === 'done') assert.equal(ecr.received, size);
        const only = (kinds: readonly string[]) =>
          chances.every(({ what }) => kinds.includes(what));
        if (only(SMOOTH)) assert.equal(result, 'done');
        // Of parts that are no larger, nothing is asked: they are sent again. The last may be such a one.
        if (only(PLAIN) && tellsWhenAsked && leastPart > LOOK_BYTES)
          assert(ecr.repeated <= LOOK_BYTES, `${ecr.repeated} bytes again`);
        mostAtOnce = Math.max(mostAtOnce, ecr.mostAtOnce);
      },
    ),
    { seed, numRuns: 400 },
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
  const options = optionsFor(10 * LARGE_PART, { signal: stop.signal, run, lines });
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

test('on a link that cuts parts, the rest of the layer goes in smaller ones, as is told', async () => {
  const calls = new Calls();
  const { send: arrive } = calls;
  calls.send = async (body, cancel, turn, attempt) => {
    const { firstByte, size } = body.part;
    if (firstByte < 10 || size <= 4) return arrive(body, cancel, turn, attempt);
    calls.sent.push(nameOf(body.part));
    return interruption({ isCut: true });
  };
  const run = new Lines();
  using lines = await run.open(25, signal, 0);
  const told: UploadPosition[] = [];
  const onProgress = (position: UploadPosition): void => void told.push(position);
  const from = { uploadId: 'an-id', partSize: PART, nextByte: 0 };
  const options = optionsFor(25, { run, lines, leastPart: 4, onProgress });
  assert.equal(await sendInOrder(from, calls, options), 'done');
  assert.deepEqual(calls.sent, ['0+10', '10+10', '10+10', '10+4', '14+4', '18+4', '22+3']);
  assert.deepEqual(
    told.map(({ nextByte, partSize }) => [nextByte, partSize]),
    [[10, PART], ...[14, 18, 22, 25].map((nextByte) => [nextByte, 4])],
  );
  assert.equal(calls.held.size, 0);
});

test('a part whose answer was lost, and which ECR has, leaves those behind it on the wire', async () => {
  const chances = ['arrives', 'is-lost', 'arrives', 'arrives'] as const;
  const ecr = new StrictEcr(
    chances.map((what) => ({ wait: 0, what })),
    true,
  );
  const run = new Lines({ partsInFlight: 3 });
  using lines = await run.open(4 * LARGE_PART, signal, 0);
  const from = { uploadId: 'an-id', partSize: LARGE_PART, nextByte: 0 };
  const result = await sendInOrder(from, ecr, optionsFor(4 * LARGE_PART, { run, lines }));
  assert.equal(result, 'done');
  assert.equal(ecr.sent, 4, 'each was sent once');
});
