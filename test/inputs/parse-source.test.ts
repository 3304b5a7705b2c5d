import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSource } from '../../src/inputs/parse-source.ts';
import { refusedWith } from '../support/refused.ts';

type Given = Partial<Parameters<typeof parseSource>[0]>;

function parse(given: Given) {
  const unset = { layout: '', indexOf: '', image: '', platforms: '', singleImage: 'keep' };
  return parseSource({ ...unset, ...given });
}

const descriptor = '{"mediaType":"m","digest":"d","size":1}';
const pretty = JSON.stringify([{ platform: { 'os.features': ['win32k'] } }], null, 2);

const sources: readonly [what: string, given: Given, source: ReturnType<typeof parse>][] = [
  ['layouts', { layout: 'a\nb' }, { layouts: ['a', 'b'], indexOf: [] }],
  [
    'files and descriptors, one a line, as a list of YAML or not',
    { indexOf: `- digests/*.json\n\n${descriptor}\n"x y.json"` },
    { layouts: [], indexOf: ['digests/*.json', descriptor, 'x y.json'] },
  ],
  [
    'descriptors alone',
    { indexOf: `${descriptor}\n[${descriptor}]` },
    { layouts: [], indexOf: [descriptor, `[${descriptor}]`] },
  ],
  [
    'a descriptor before a file',
    { indexOf: `${descriptor}\na.json` },
    { layouts: [], indexOf: [descriptor, 'a.json'] },
  ],
  ['JSON over several lines, as it is', { indexOf: pretty }, { layouts: [], indexOf: [pretty] }],
];
for (const [what, given, source] of sources) {
  test(`what is pushed: ${what}`, () => assert.deepEqual(parse(given), source));
}

const both = { layout: 'a', indexOf: 'b' };
const refusals: readonly [given: Given, says: string, hint: string][] = [
  [{}, 'The input layout is required', 'or "index-of:" to join images'],
  [both, 'The inputs layout and index-of are both set', 'Set layout to push an image'],
  [{ indexOf: 'b', image: 'v1' }, 'The input image does not go with index-of', 'Leave it out'],
  [{ indexOf: 'b', platforms: 'linux/amd64' }, 'The input platforms does not', 'Leave it out'],
  [{ indexOf: 'b', singleImage: 'Unwrap' }, 'single-image: unwrap does not', 'Leave it out'],
];
for (const [given, says, hint] of refusals) {
  test(`refused: ${JSON.stringify(given)}`, () => {
    assert.throws(() => parse(given), refusedWith(says, hint));
  });
}
