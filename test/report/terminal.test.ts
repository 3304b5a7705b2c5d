import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { ProgressState } from '../../src/report/progress.ts';
import { drawn, isTerminal, openTerminal, type TerminalStream } from '../../src/report/terminal.ts';
import { layersOf, MIB } from './sample-events.ts';

const layers = layersOf(...Array<number>(9).fill(400 * MIB));

function state(given: Partial<ProgressState['uploads']> = {}, shown = 3): ProgressState {
  return {
    phase: 'Push',
    elapsed: 65_000,
    uploads: {
      ...{ blobs: 40, finished: 12, total: 4000 * MIB, bytes: 1400 * MIB, sent: 1400 * MIB },
      retries: 3,
      underWay: layers.slice(0, shown).map(({ digest, size }, at) => {
        return { digest, size, bytes: at * 40 * MIB };
      }),
      ...given,
    },
    rate: 100 * MIB,
  };
}

const digests = layers.map(({ digest }) => digest.slice(0, 19));

test('on 80 columns', () => {
  assert.deepEqual(drawn(state(), 80).split('\n'), [
    '[==============                          ]  35 %',
    '1.4 GiB of 3.9 GiB, 100.0 MiB/s, about 26 s left, 12 of 40 blobs done, 3 retries',
    `  ${digests[0]}   0 % of 400.0 MiB`,
    `  ${digests[1]}  10 % of 400.0 MiB`,
    `  ${digests[2]}  20 % of 400.0 MiB`,
  ]);
});

test('on 40 columns', () => {
  assert.deepEqual(drawn(state({}, 9), 40).split('\n'), [
    '[===========                     ]  35 %',
    '1.4 GiB of 3.9 GiB, 100.0 MiB/s',
    'about 26 s left, 12 of 40 blobs done',
    '3 retries',
    ...[0, 10, 20, 30, 40, 50].map(
      (percent, at) => `  ${digests[at]} ${String(percent).padStart(3)} % of 400.0 MiB`,
    ),
    '  and 3 more',
  ]);
});

test('on any width, no line is wider', () => {
  for (let columns = 1; columns <= 100; columns += 1) {
    const widest = Math.max(
      ...drawn(state(), columns)
        .split('\n')
        .map(({ length }) => length),
    );
    assert.ok(widest <= columns, `${widest} of ${columns}`);
  }
});

test('where nothing is uploaded, the phase and its time are shown', () => {
  assert.equal(drawn(state({ finished: 40 }), 80), 'Push: 1 min 5 s');
});

/** A terminal, and what a person sees on it once all is written. */
class Terminal extends PassThrough implements TerminalStream {
  readonly isTTY = true;
  readonly rows = 24;
  readonly columns: number;

  constructor(columns: number) {
    super();
    this.columns = columns;
  }

  /** What was written so far, for the first time. */
  written(): string {
    const bytes: unknown = this.read();
    return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : '';
  }
}

for (const columns of [80, 40]) {
  test(`a display of ${columns} columns is drawn over itself, and taken away`, async () => {
    const terminal = new Terminal(columns);
    const display = await openTerminal(terminal);
    display.show(state());
    const first = stripVTControlCharacters(terminal.written()).trimEnd();
    assert.equal(first, drawn(state(), columns));
    display.show(state());
    assert.equal(terminal.written(), '', 'nothing has changed');
    const later = { ...state(), rate: 50 * MIB };
    display.show(later);
    const change = stripVTControlCharacters(terminal.written());
    assert.match(change, /50\.0 MiB\/s/);
    assert.doesNotMatch(change, /=====/, 'the bar is as it was');
    display.clear();
    const erased = terminal.written().split('\u001B[2K').length - 1;
    // And the empty one below, where the cursor stands.
    assert.equal(erased, drawn(later, columns).split('\n').length + 1);
    display.clear();
    assert.ok(!terminal.written().includes('\u001B[2K'));
  });
}

const watchers: readonly [boolean | undefined, Readonly<Record<string, string>>, boolean][] = [
  [true, { TERM: 'xterm-256color' }, true],
  [true, { CI: '', GITHUB_ACTIONS: '' }, true],
  [true, {}, true],
  [undefined, { TERM: 'xterm-256color' }, false],
  [false, {}, false],
  [true, { GITHUB_ACTIONS: 'true' }, false],
  [true, { CI: '1' }, false],
  [true, { TERM: 'dumb' }, false],
];

for (const [isTTY, environment, expected] of watchers) {
  const where = JSON.stringify({ isTTY, ...environment });
  test(`${where} is ${expected ? 'a' : 'no'} terminal that a person watches`, () => {
    assert.equal(isTerminal({ isTTY }, environment), expected);
  });
}
