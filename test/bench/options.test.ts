import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseOptions, UsageError } from './options.ts';

test('options choose by name', () => {
  const options = parseOptions(['--layouts', 'twenty, one-gib', '--runs', '5']);
  assert.deepEqual(options.layouts, ['twenty', 'one-gib']);
  assert.equal(options.runs, 5);
});

test('without options everything is measured, three times, and nothing is written', () => {
  const { layouts, conditions, tools, parts, runs, scale, write } = parseOptions([]);
  assert.equal(layouts, undefined);
  assert.deepEqual(conditions, ['loopback', 'loopback-tls', 'latency', 'ecr-like']);
  assert.deepEqual(tools, ['action', 'before', 'crane', 'oras', 'regctl', 'skopeo']);
  assert.deepEqual(parts, ['pushes', 'linearity', 'memory']);
  assert.deepEqual(parseOptions([]).inputs, { partSize: undefined, partsInFlight: undefined });
  assert.deepEqual({ runs, scale, write }, { runs: 3, scale: 1, write: false });
});

test('a quick run is smaller in every respect, and gives way to what is asked for', () => {
  const [usual, quick] = [parseOptions([]), parseOptions(['--quick'])];
  assert.ok(quick.scale < usual.scale);
  assert.ok(quick.runs < usual.runs);
  assert.ok(quick.conditions.length < usual.conditions.length);
  assert.ok(Math.max(...quick.linear) < Math.min(...usual.linear));
  assert.ok(Math.max(...quick.sparse) < Math.max(...usual.sparse));
  assert.equal(parseOptions(['--quick', '--runs', '2']).runs, 2);
});

test('inputs of the action and a scale are taken as they are given', () => {
  const { inputs, scale } = parseOptions(['--part-size', '20', '--parts-in-flight', '4']);
  assert.deepEqual(inputs, { partSize: 20, partsInFlight: 4 });
  assert.equal(scale, 1);
  assert.equal(parseOptions(['--parts-in-flight', 'auto']).inputs.partsInFlight, 'auto');
  assert.equal(parseOptions(['--quick', '--scale', '0.25']).scale, 0.25);
});

describe('a mistake is named:', () => {
  const cases: { args: string[]; message: RegExp }[] = [
    {
      args: ['--tools', 'crane,docker'],
      message: /^unknown: docker; there are action, before, crane,/,
    },
    { args: ['--layouts', ''], message: /^unknown: ; there are one-gib,/ },
    { args: ['--runs', '0'], message: /^--runs 0: / },
    { args: ['--runs', 'many'], message: /^--runs many: / },
    { args: ['--cell-seconds', '1.5'], message: /^--cell-seconds 1\.5: / },
    { args: ['--part-size', '5.5'], message: /^--part-size 5\.5: / },
    { args: ['--parts-in-flight', 'many'], message: /^--parts-in-flight many: / },
    { args: ['--parts-in-flight', '0'], message: /^--parts-in-flight 0: / },
    { args: ['--scale', '2'], message: /^--scale 2: / },
  ];
  for (const { args, message } of cases) {
    test(args.join(' '), () => {
      assert.throws(
        () => parseOptions(args),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
