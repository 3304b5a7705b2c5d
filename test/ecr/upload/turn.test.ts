import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { HELD_BYTES, TRICKLE_BYTES } from '../../../src/ecr/upload/tuning.ts';
import { Turn } from '../../../src/ecr/upload/turn.ts';

const CHUNK = 50_000;
const BODY = Buffer.from(Array.from({ length: 3 * CHUNK + 7 }, (_, at) => (at * 7) % 251));

function* chunks(body: Buffer = BODY): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += CHUNK) yield body.subarray(at, at + CHUNK);
}

/** What goes out of a body, as it goes out. */
class Wire {
  readonly #sent: Uint8Array[] = [];
  readonly ended: Promise<unknown>;

  constructor(turn: Turn, body: Buffer = BODY) {
    this.ended = this.#drain(turn, body);
    this.ended.catch(() => undefined);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#sent);
  }

  get sizes(): number[] {
    return this.#sent.map(({ length }) => length);
  }

  async grows(): Promise<void> {
    for (const { length } = this.#sent; this.#sent.length === length;) await setTimeout(1);
  }

  async #drain(turn: Turn, body: Buffer): Promise<void> {
    for await (const chunk of turn.holdBack(chunks(body), body.length)) this.#sent.push(chunk);
  }
}

async function settle(): Promise<void> {
  for (let step = 0; step < 20; step++) await setImmediate();
}

test('all but the last bytes of a body go out before its turn, and those when it has come', async () => {
  const turn = new Turn();
  const wire = new Wire(turn);
  await settle();
  assert.equal(wire.bytes.length, BODY.length - HELD_BYTES);
  assert(turn.isHeld);
  turn.come();
  await wire.ended;
  assert.deepEqual(wire.bytes, BODY);
  assert(!turn.isHeld);
  assert(turn.held > 0, 'how long it was held is known');
  assert((turn.transfer ?? -1) >= 0, 'and how long the rest took');
});

test('a little of what is held goes out every now and then, and never the last byte', async (context) => {
  const turn = new Turn(1);
  context.after(() => turn.giveUp());
  const wire = new Wire(turn);
  await settle();
  while (BODY.length - wire.bytes.length > TRICKLE_BYTES) await wire.grows();
  const trickled = wire.sizes.filter((size) => size === TRICKLE_BYTES);
  assert(trickled.length > 0.9 * (HELD_BYTES / TRICKLE_BYTES), `${trickled.length} times`);
  for (let step = 0; step < 5; step++) await setTimeout(1);
  assert(wire.bytes.length < BODY.length);
  turn.come();
  await wire.ended;
  assert.deepEqual(wire.bytes, BODY);
});

test('a turn that comes while the body is under way holds nothing back', async () => {
  const turn = new Turn();
  turn.come();
  const wire = new Wire(turn);
  await wire.ended;
  assert.deepEqual(wire.bytes, BODY);
  assert.equal(turn.held, 0);
});

test('a body smaller than what is held waits as a whole', async () => {
  const turn = new Turn();
  const wire = new Wire(turn, BODY.subarray(0, 1000));
  await settle();
  assert.equal(wire.bytes.length, 0);
  turn.come();
  await wire.ended;
  assert.deepEqual(wire.bytes, BODY.subarray(0, 1000));
});

test('a body whose turn is given up fails before its end', async () => {
  const turn = new Turn();
  const wire = new Wire(turn);
  await settle();
  turn.giveUp();
  await assert.rejects(wire.ended, /not received as expected/);
  assert.equal(wire.bytes.length, BODY.length - HELD_BYTES);
  assert.equal(await turn.comes(), false);
});

test('what was settled first holds', async () => {
  const come = new Turn();
  come.come();
  come.giveUp();
  assert.deepEqual([come.hasCome, come.isOver, await come.comes()], [true, false, true]);
  const over = new Turn();
  over.giveUp();
  over.come();
  assert.deepEqual([over.hasCome, over.isOver, await over.comes()], [false, true, false]);
});
