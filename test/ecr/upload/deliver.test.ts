import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodedBody } from '../../../src/ecr/upload/body.ts';
import { deliver, type Delivered, type DeliveryOptions } from '../../../src/ecr/upload/deliver.ts';
import type {
  EarlyOutcome,
  Interruption,
  NotConsecutive,
  PartCalls,
  PartOutcome,
  UploadNotFound,
} from '../../../src/ecr/upload/part-calls.ts';
import { LOOK_BYTES, MAX_PART_CUTS } from '../../../src/ecr/upload/tuning.ts';
import { Turn } from '../../../src/ecr/upload/turn.ts';
import { interruption } from '../../support/interruption.ts';

const { signal } = new AbortController();
const FIRST = 1000;
const LARGE = LOOK_BYTES + 1;

const received: PartOutcome = { kind: 'received', lastByteReceived: 7 };
const told = (lastValidByteReceived?: number): NotConsecutive => ({
  kind: 'not-consecutive',
  lastValidByteReceived,
});
const early: EarlyOutcome = { kind: 'ended-early', how: 'cut' };
const lost = interruption({ isInDoubt: true });
const cut = interruption({ isCut: true });

type Sent = PartOutcome | EarlyOutcome | Interruption;
type Looked = NotConsecutive | UploadNotFound | Interruption;

/** Delivers one part, each send and each look with the answer that is next. */
async function run(
  sends: readonly Sent[],
  looks: readonly Looked[] = [],
  { size = LARGE, ...options }: Partial<DeliveryOptions> = {},
): Promise<{ outcome: Delivered; attempts: number[]; ends: string[] }> {
  const [sending, looking] = [[...sends], [...looks]];
  const attempts: number[] = [];
  const ends: string[] = [];
  const calls: Pick<PartCalls, 'send' | 'look'> = {
    send: (_body, _signal, _turn, attempt) => {
      attempts.push(attempt);
      return Promise.resolve(sending.shift() ?? assert.fail('no more sends'));
    },
    look: (upload) => {
      assert.deepEqual([upload.uploadId, upload.size], ['an-id', 9999]);
      return Promise.resolve(looking.shift() ?? assert.fail('no more looks'));
    },
  };
  const body = { part: { uploadId: 'an-id', firstByte: FIRST, size } } as EncodedBody;
  const turn = new Turn();
  turn.come();
  const outcome = await deliver(body, turn, calls as PartCalls, {
    signal,
    size: 9999,
    isDivisible: false,
    run: { isSingle: true, noteEarlyEnd: (how) => void ends.push(how) },
    ...options,
  });
  assert.deepEqual([sending, looking], [[], []], 'all that was to come has come');
  return { outcome, attempts, ends };
}

interface Case {
  readonly what: string;
  readonly sends: readonly Sent[];
  readonly looks?: readonly Looked[];
  readonly outcome: Delivered;
}

const notFound: UploadNotFound = { kind: 'upload-not-found' };

const cases: readonly Case[] = [
  { what: 'that is answered', sends: [received], outcome: received },
  { what: 'that is refused', sends: [told(3)], outcome: told(3) },
  { what: 'whose upload is not known', sends: [notFound], outcome: notFound },
  { what: 'that ended early', sends: [early, early, received], outcome: received },
  { what: 'that was interrupted', sends: [interruption(), received], outcome: received },
  {
    what: 'whose answer was lost, and which ECR has',
    sends: [lost],
    looks: [told(FIRST + LARGE - 1)],
    outcome: told(FIRST + LARGE - 1),
  },
  {
    what: 'whose answer was lost, and which ECR does not have',
    sends: [lost, received],
    looks: [told(FIRST - 1)],
    outcome: received,
  },
  {
    what: 'whose answer was lost, where ECR does not tell',
    sends: [lost, received],
    looks: [told()],
    outcome: received,
  },
  {
    what: 'whose answer was lost, and half of which ECR has',
    sends: [lost],
    looks: [told(FIRST + 5)],
    outcome: told(FIRST + 5),
  },
  {
    what: 'whose answer was lost with its upload',
    sends: [lost],
    looks: [notFound],
    outcome: notFound,
  },
  {
    what: 'whose answer was lost twice, and a look in between',
    sends: [lost, lost],
    looks: [interruption(), told(FIRST - 1), told(FIRST + LARGE - 1)],
    outcome: told(FIRST + LARGE - 1),
  },
];

for (const { what, sends, looks, outcome } of cases) {
  test(`a part ${what} is ${outcome.kind} after ${sends.length} sends and ${looks?.length ?? 0} looks`, async () => {
    assert.deepEqual((await run(sends, looks)).outcome, outcome);
  });
}

test('of a small part, nothing is asked: it is sent again', async () => {
  const { outcome } = await run([lost, told(9)], [], { size: 9999 });
  assert.deepEqual(outcome, told(9));
});

test('each attempt is counted, the looks included, and early ends are not', async () => {
  const looks = [interruption(), told(FIRST - 1)];
  const { attempts, ends } = await run([early, lost, interruption(), received], looks);
  assert.deepEqual(attempts, [1, 1, 3, 4]);
  assert.deepEqual(ends, ['cut']);
});

test(`a part that is cut ${MAX_PART_CUTS} times is too large, if smaller ones may take its place`, async () => {
  const cuts = Array<Sent>(MAX_PART_CUTS).fill(cut);
  const divisible = await run(cuts, [], { isDivisible: true });
  assert.deepEqual(divisible.outcome, { kind: 'too-large' });
  assert.equal((await run([...cuts, cut, received])).outcome, received);
});

test('interruptions that do not cut it do not make it too large', async () => {
  const many = Array<Sent>(3).fill(interruption());
  assert.equal((await run([...many, received], [], { isDivisible: true })).outcome, received);
});

for (const attempts of [1, 3]) {
  test(`with ${attempts} attempts, it ends with what was wrong`, async () => {
    const many = Array<Sent>(attempts).fill(interruption());
    await assert.rejects(run(many, [], { attempts }), { message: `failed ${attempts} times` });
  });
}
