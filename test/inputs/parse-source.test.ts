import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSource } from '../../src/inputs/parse-source.ts';
import { refusedWith } from '../support/refused.ts';

type Given = Readonly<Record<string, string>>;

function parse(given: Given) {
  return parseSource((name) => given[name] ?? '');
}

const descriptor = '{"mediaType":"m","digest":"d","size":1}';
const pretty = JSON.stringify([{ platform: { 'os.features': ['win32k'] } }], null, 2);

const sources: readonly [what: string, given: Given, source: ReturnType<typeof parse>][] = [
  ['layouts', { layout: 'a\nb' }, { layouts: ['a', 'b'], indexOf: [] }],
  [
    'files and descriptors, one a line, as a list of YAML or not',
    { 'index-of': `- digests/*.json\n\n${descriptor}\n"x y.json"` },
    { layouts: [], indexOf: ['digests/*.json', descriptor, 'x y.json'] },
  ],
  [
    'descriptors alone',
    { 'index-of': `${descriptor}\n[${descriptor}]` },
    { layouts: [], indexOf: [descriptor, `[${descriptor}]`] },
  ],
  [
    'a descriptor before a file',
    { 'index-of': `${descriptor}\na.json` },
    { layouts: [], indexOf: [descriptor, 'a.json'] },
  ],
  ['JSON over several lines, as it is', { 'index-of': pretty }, { layouts: [], indexOf: [pretty] }],
];
for (const [what, given, source] of sources) {
  test(`what is pushed: ${what}`, () => assert.deepEqual(parse(given), source));
}

const both = { layout: 'a', 'index-of': 'b' };
const refusals: readonly [given: Given, says: string, hint: string][] = [
  [{}, 'The input layout is required', 'or "index-of:" to join images'],
  [both, 'The inputs layout and index-of are both set', 'Set layout to push an image'],
  [{ 'index-of': 'b', image: 'v1' }, 'The input image does not go with index-of', 'Leave it out'],
  [{ 'index-of': 'b', platforms: 'linux/amd64' }, 'The input platforms does not', 'Leave it out'],
  [{ 'index-of': 'b', 'single-image': 'Unwrap' }, 'single-image: unwrap does not', 'Leave it out'],
];
for (const [given, says, hint] of refusals) {
  test(`refused: ${JSON.stringify(given)}`, () => {
    assert.throws(() => parse(given), refusedWith(says, hint));
  });
}
