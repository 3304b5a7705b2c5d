import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetryNotice } from '../../../src/async/retry.ts';
import type { Delivered } from '../../../src/ecr/upload/deliver.ts';
import type {
  NotConsecutive,
  PartCalls,
  UploadNotFound,
} from '../../../src/ecr/upload/part-calls.ts';
import { endOf, type Lost, Position } from '../../../src/ecr/upload/position.ts';
import { LOOK_BYTES } from '../../../src/ecr/upload/tuning.ts';

const { signal } = new AbortController();
const PART = LOOK_BYTES + 1;
const SIZE = 10 * PART;
const LARGE = { uploadId: 'an-id', firstByte: 2 * PART, size: PART };
const END = 3 * PART;

const received = (end: number) => ({ kind: 'received', lastByteReceived: end - 1 }) as const;
const told = (end: number | undefined): NotConsecutive => ({
  kind: 'not-consecutive',
  lastValidByteReceived: end === undefined ? undefined : end - 1,
});
const notFound: UploadNotFound = { kind: 'upload-not-found' };

interface Scene {
  readonly position: Position;
  readonly looks: () => number;
  readonly notices: RetryNotice[];
}

/** An upload of which so much was there before; a look is answered so. */
function open(
  answer: NotConsecutive | UploadNotFound = told(undefined),
  { nextByte = 0, isResumed = false } = {},
): Scene {
  let looks = 0;
  const notices: RetryNotice[] = [];
  const calls: Pick<PartCalls, 'look'> = {
    look: () => {
      looks += 1;
      return Promise.resolve(answer);
    },
  };
  const from = { uploadId: 'an-id', partSize: PART, nextByte };
  const onRetry = (notice: RetryNotice): void => void notices.push(notice);
  const options = { blob: { size: SIZE }, signal, isResumed, onRetry };
  return { position: new Position(from, calls, options), looks: () => looks, notices };
}

interface Case {
  readonly what: string;
  readonly outcome: Exclude<Delivered, { kind: 'too-large' }>;
  readonly look?: NotConsecutive | UploadNotFound;
  readonly next: number | Lost;
}

const cases: readonly Case[] = [
  { what: 'that arrived', outcome: received(END), next: END },
  { what: 'that is there already', outcome: told(END), next: END },
  { what: 'whose upload is lost', outcome: notFound, next: 'upload-not-found' },
  { what: 'half of which arrived', outcome: received(END - 9), look: told(END - 9), next: END - 9 },
  {
    what: 'half of which is said to have arrived, where all of it did',
    outcome: received(END - 9),
    look: told(END),
    next: END,
  },
  {
    what: 'of which half is said to have arrived, and ECR tells no more',
    outcome: received(END - 9),
    look: told(undefined),
    next: END - 9,
  },
  { what: 'before which one is missing', outcome: told(PART), look: told(PART), next: PART },
  { what: 'beyond which ECR claims to be', outcome: received(END + 1), look: told(END), next: END },
  {
    what: 'beyond which ECR insists to be',
    outcome: received(END + 1),
    look: told(END + 1),
    next: 'parts-lost',
  },
  {
    what: 'beyond which ECR claims to be, and tells no more',
    outcome: received(SIZE),
    look: told(undefined),
    next: 'parts-lost',
  },
  {
    what: 'that is refused without a word',
    outcome: told(undefined),
    look: told(undefined),
    next: 'parts-lost',
  },
  {
    what: 'that is refused without a word, and ECR tells when asked',
    outcome: told(undefined),
    look: told(5),
    next: 5,
  },
  {
    what: 'whose upload is lost when asked',
    outcome: received(END - 9),
    look: notFound,
    next: 'upload-not-found',
  },
];

for (const { what, outcome, look, next } of cases) {
  test(`after a part ${what}, it goes on at ${next}`, async () => {
    const { position, looks } = open(look);
    assert.equal(await position.after(LARGE, outcome), next);
    assert.equal(looks(), look === undefined ? 0 : 1);
  });
}

test('after a small part, nothing is asked', async () => {
  const { position, looks } = open();
  const small = { ...LARGE, size: LOOK_BYTES };
  assert.equal(await position.after(small, received(2 * PART + 5)), 2 * PART + 5);
  assert.equal(looks(), 0);
});

test('what was sent before may be there still', async () => {
  const { position } = open(told(END));
  await position.after(LARGE, received(END));
  const before = { ...LARGE, firstByte: 0 };
  assert.equal(await position.after(before, told(END)), END);
});

test('each step back is told, and there are few', async () => {
  const { position, notices } = open(told(PART));
  const steps: (number | string)[] = [];
  while (!steps.includes('parts-lost')) steps.push(await position.after(LARGE, told(PART)));
  assert.deepEqual(steps, [PART, PART, PART, PART, 'parts-lost']);
  assert(notices.every(({ why }) => why === `part at byte ${2 * PART}: ECR expects byte ${PART}`));
  assert.equal(notices.length, 4);
});

test('a new upload begins unasked', async () => {
  const { position, looks } = open(told(7));
  assert.equal(await position.first(), 0);
  assert.equal(looks(), 0);
});

const resumed: readonly [what: string, look: NotConsecutive | UploadNotFound, next: unknown][] = [
  ['as much as was thought', told(PART), PART],
  ['less', told(7), 7],
  ['more', told(2 * PART), 2 * PART],
  ['all', told(SIZE), SIZE],
  ['more than the layer', told(SIZE + 1), 'parts-lost'],
  ['what it does not tell', told(undefined), PART],
  ['nothing any more', notFound, 'upload-not-found'],
];

for (const [what, look, next] of resumed) {
  test(`an upload that is resumed, of which ECR has ${what}, goes on at ${String(next)}`, async () => {
    const { position, looks } = open(look, { nextByte: PART, isResumed: true });
    assert.equal(await position.first(), next);
    assert.equal(looks(), 1);
  });
}

test('an upload that is said to be complete is not asked for', async () => {
  const { position, looks } = open(told(7), { nextByte: SIZE, isResumed: true });
  assert.equal(await position.first(), SIZE);
  assert.equal(looks(), 0);
});

test('the end of what ECR has is the byte that it expects', () => {
  assert.equal(endOf(received(9)), 9);
  assert.equal(endOf(told(0)), 0);
  assert.equal(endOf(told(undefined)), undefined);
  assert.equal(endOf(notFound), undefined);
  assert.equal(endOf({ kind: 'too-large' }), undefined);
});
