import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { uploadGantt } from '../../src/report/gantt.ts';
import { toReportFile } from '../../src/report/report-file.ts';
import type { ReportTarget } from '../../src/report/report-format.ts';
import { hostileText } from '../support/hostile-text.ts';
import { readGantt } from '../support/mermaid.ts';
import { NOON, SAMPLES } from './sample-runs.ts';

const targetsOf = (name: keyof typeof SAMPLES): readonly ReportTarget[] =>
  toReportFile(SAMPLES[name]).targets;

const HEAD = ['gantt', 'dateFormat x', 'axisFormat %H:%M:%S', 'todayMarker off'];
const SECTION = /^section [\p{L}\p{N} ./_-]+$/u;
const BAR =
  /^(?:· [\p{L}\p{N} ./_-]+|config|layer|\d+ layers)(?: [0-9a-f]{6})? [\d.]+ (?:|[KMGT]i)B :(?<state>done|active|crit), (?<from>\d+), (?<to>\d+)$/u;

interface Drawn {
  readonly sections: readonly string[];
  readonly bars: readonly { readonly line: string; readonly from: number; readonly to: number }[];
}

/** Fails if it has a line that is not one of the four kinds there are. */
function drawn(targets: readonly ReportTarget[]): Drawn {
  const lines = (uploadGantt(targets) ?? assert.fail('there is no diagram')).split('\n');
  assert.deepEqual(lines.slice(0, 4), HEAD);
  const rest = lines.slice(4);
  const sections = rest.filter((line) => SECTION.test(line));
  const bars = rest
    .filter((line) => !SECTION.test(line))
    .map((line) => {
      const { from, to } = BAR.exec(line)?.groups ?? assert.fail(`no bar: ${line}`);
      assert.ok(Number(from) < Number(to), line);
      return { line, from: Number(from), to: Number(to) };
    });
  return { sections, bars };
}

test('each layer that was uploaded has a bar from its start to its end', () => {
  const { sections, bars } = drawn(targetsOf('a first push'));
  assert.deepEqual(sections, ['section us-east-1 team/app']);
  assert.deepEqual(bars.at(1), {
    line: `· RUN make part-1 8ea720 2.0 MiB :done, ${NOON + 1000}, ${NOON + 2510}`,
    from: NOON + 1000,
    to: NOON + 2510,
  });
  assert.equal(bars.length, 5);
  assert.match(bars.at(-1)?.line ?? '', /^config dfa4cb 2\.9 KiB :done/);
});

test('a layer that needed no upload has none, and without any there is no diagram', () => {
  assert.equal(drawn(targetsOf('a push of one layer')).bars.length, 1);
  for (const name of ['a push that changed nothing', 'a plan', 'a run without a layout'] as const)
    assert.equal(uploadGantt(targetsOf(name)), undefined);
});

test('a layer that did not arrive stands out, and its bar ends with the push', () => {
  const { bars } = drawn(targetsOf('a push that lost the network'));
  assert.match(bars.at(-1)?.line ?? '', new RegExp(`:crit, ${NOON + 2000}, ${NOON + 19_000}$`));
});

test('so does one that another job completed', () => {
  const [target] = targetsOf('a push of one layer');
  assert.ok(target);
  const layers = target.layers.map((one) => ({ ...one, kind: 'completed-elsewhere' }) as const);
  assert.match(drawn([{ ...target, layers }]).bars[0]?.line ?? '', /:active,/);
});

test('a layer that took no time is drawn, too', () => {
  const [target] = targetsOf('a first push');
  assert.ok(target);
  const at = target.startedAt;
  const layers = target.layers.map((layer) => ({ ...layer, startedAt: at, finishedAt: at }));
  assert.equal(drawn([{ ...target, layers }]).bars[0]?.to, NOON + 1001);
});

test('several repositories have a section each', () => {
  const { sections, bars } = drawn(targetsOf('a push to three repositories of which one failed'));
  assert.deepEqual(sections, ['section us-east-1 team/app', 'section eu-west-1 team/app']);
  assert.equal(bars.length, 10);
});

test('of 200 layers those that took longest have bars, and share bars if they are short', () => {
  const { bars } = drawn(targetsOf('a push of 200 layers'));
  assert.equal(bars.length, 40);
  const shared = bars.flatMap(({ line }) => /^(\d+) layers /.exec(line)?.[1] ?? []);
  assert.equal(shared.length, 10);
  const counted = shared.reduce((sum, number) => sum + Number(number), bars.length - shared.length);
  assert.equal(counted, 201, 'none is left out');
  assert.deepEqual(
    bars.map(({ from }) => from),
    bars.map(({ from }) => from).toSorted((one, other) => one - other),
  );
  assert.equal(Math.max(...bars.map(({ to }) => to)), NOON + 203_500);
});

test('however many repositories and layers there are, the bars can be counted', () => {
  const [target] = targetsOf('a push of 200 layers');
  assert.ok(target);
  for (const number of [2, 7, 8, 9, 100]) {
    const { sections, bars } = drawn(Array.from({ length: number }, () => target));
    assert.equal(sections.length, Math.min(number, 8));
    assert.ok(bars.length <= 40 && bars.length >= 32, `${bars.length}`);
  }
});

for (const name of Object.keys(SAMPLES) as (keyof typeof SAMPLES)[]) {
  const source = uploadGantt(targetsOf(name));
  if (source === undefined) continue;
  test(`Mermaid draws ${name} as it is meant`, async () => {
    await assertRead(source, drawn(targetsOf(name)));
  });
}

/** Mermaid sees the sections and bars that there are, with their words and times. */
async function assertRead(source: string, { sections, bars }: Drawn): Promise<void> {
  const read = await readGantt(source);
  assert.deepEqual(
    read.sections.map((section) => `section ${section}`),
    sections,
  );
  const lines = read.bars.map(
    ({ name, state, from, to }) => `${name} :${state ?? ''}, ${from}, ${to}`,
  );
  assert.deepEqual(
    lines,
    bars.map(({ line }) => line),
  );
}

test('whatever instructions and names are, they stay beside their bars', async () => {
  const [target] = targetsOf('a first push');
  assert.ok(target);
  const texts = fc.asyncProperty(
    hostileText,
    hostileText,
    hostileText,
    async (instruction, name, region) => {
      const targets = [
        {
          ...target,
          repository: { ...target.repository, name, region },
          layers: target.layers.map((layer) => ({ ...layer, instruction })),
        },
      ];
      const diagram = drawn(targets);
      assert.equal(diagram.sections.length, 1);
      assert.equal(diagram.bars.length, 5);
      await assertRead(uploadGantt(targets) ?? '', diagram);
    },
  );
  await fc.assert(texts);
});
