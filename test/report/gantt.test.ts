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

const ROOM = /^%%\{init: \{"gantt":\{"leftPadding":\d+\}\}\}%%$/;
const AXIS =
  /^(?:axisFormat (?:%S\.%L s|%H:%M:%S|%H:%M)|tickInterval \d+(?:millisecond|second|minute|hour))$/;
const SECTION = /^section [\p{L}\p{N} ./_-]+$/u;
const BAR =
  /^[\d.]+ (?:|[KMGT]i)B · [\p{L}\p{N} ./_-]+ :(?:(?<state>active|crit), )?(?<from>\d+), (?<to>\d+)$/u;

interface Drawn {
  readonly sections: readonly string[];
  readonly bars: readonly { readonly line: string; readonly from: number; readonly to: number }[];
}

/** Fails if it has a line that is not one of the four kinds there are. */
function drawn(targets: readonly ReportTarget[]): Drawn {
  const lines = (uploadGantt(targets) ?? assert.fail('there is no diagram')).split('\n');
  assert.match(lines[0] ?? '', ROOM);
  assert.deepEqual(lines.slice(1, 3), ['gantt', 'dateFormat x']);
  const end = lines.indexOf('todayMarker off');
  for (const line of lines.slice(3, end)) assert.match(line, AXIS);
  const rest = lines.slice(end + 1);
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
  assert.deepEqual(sections, [], 'a single repository is named in the heading');
  assert.deepEqual(bars.at(1), {
    line: `2.0 MiB · RUN make part-1 :${NOON + 1000}, ${NOON + 2510}`,
    from: NOON + 1000,
    to: NOON + 2510,
  });
  assert.equal(bars.length, 5);
  assert.match(bars.at(-1)?.line ?? '', /^2\.9 KiB · config dfa4cb :\d/);
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

test('where ECR refused every upload before a byte was sent, there is no diagram', () => {
  const [target] = targetsOf('a push that lost the network');
  assert.ok(target);
  const totals = { ...target.totals, bytesOnWire: 0 };
  assert.equal(uploadGantt([{ ...target, totals }]), undefined);
});

test('so does one that another job completed', () => {
  const [target] = targetsOf('a push of one layer');
  assert.ok(target);
  const layers = target.layers.map((one) => ({ ...one, kind: 'completed-elsewhere' }) as const);
  assert.match(drawn([{ ...target, layers }]).bars[0]?.line ?? '', / :active, /);
});

test('a layer that took no time is drawn, too', () => {
  const [target] = targetsOf('a first push');
  assert.ok(target);
  const at = target.startedAt;
  const layers = target.layers.map((layer) => ({ ...layer, startedAt: at, finishedAt: at }));
  assert.equal(drawn([{ ...target, layers }]).bars[0]?.to, NOON + 1001);
});

test('several repositories have a section each, by what tells them apart', () => {
  const targets = targetsOf('a push to three repositories of which one failed');
  const { sections, bars } = drawn(targets);
  assert.deepEqual(sections, ['section us-east-1 team/app', 'section eu-west-1 team/app']);
  assert.equal(bars.length, 10);
  assert.deepEqual(drawn(targets.slice(0, 2)).sections, ['section us-east-1', 'section eu-west-1']);
});

for (const [span, format, interval] of [
  [1, '%S.%L s', '100millisecond'],
  [1500, '%S.%L s', '200millisecond'],
  [5001, '%H:%M:%S', '1second'],
  [60_000, '%H:%M:%S', '10second'],
  [3_600_000, '%H:%M:%S', '10minute'],
  [604_800_000, '%H:%M', undefined],
] as const) {
  test(`over ${span} ms, a tick is ${interval ?? 'what Mermaid thinks'}`, () => {
    const [target] = targetsOf('a first push');
    assert.ok(target);
    const [from, to] = [0, span].map((after) => new Date(NOON + after).toISOString());
    const layers = target.layers.map((layer) => ({ ...layer, startedAt: from, finishedAt: to }));
    const lines = (uploadGantt([{ ...target, layers } as ReportTarget]) ?? '').split('\n');
    const axis = [`axisFormat ${format}`, ...(interval ? [`tickInterval ${interval}`] : [])];
    assert.deepEqual(lines.slice(3, lines.indexOf('todayMarker off')), axis);
  });
}

test('of 200 layers those that took longest have bars, and share bars if they are short', () => {
  const { bars } = drawn(targetsOf('a push of 200 layers'));
  assert.equal(bars.length, 40);
  const shared = bars.flatMap(({ line }) => / (\d+) layers /.exec(line)?.[1] ?? []);
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
    ({ name, state, from, to }) =>
      `${name} :${state === undefined ? '' : `${state}, `}${from}, ${to}`,
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
      const targets = [name, `${name}2`].map((one) => ({
        ...target,
        repository: { ...target.repository, name: one, region },
        layers: target.layers.map((layer) => ({ ...layer, instruction })),
      }));
      const diagram = drawn(targets);
      assert.equal(diagram.sections.length, 2);
      assert.equal(diagram.bars.length, 10);
      await assertRead(uploadGantt(targets) ?? '', diagram);
    },
  );
  await fc.assert(texts);
});
