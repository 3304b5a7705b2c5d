import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Log, logImage } from '../../src/report/log.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { resolveImage } from '../../src/image/resolve-image.ts';
import type { Shape } from '../../src/image/reshape.ts';
import { buildImage, buildIndex, type Graph } from '../support/image.ts';
import { indexOf, MemoryContent } from '../support/memory-content.ts';

const imageFor = (architecture: string): Graph =>
  buildImage({ seed: architecture, platform: { os: 'linux', architecture } });
const [amd, arm] = [imageFor('amd64'), imageFor('arm64')];

/** What is logged of the image that the shape makes of layouts of one root each. */
async function logged(roots: readonly Graph[], shape: Partial<Shape>) {
  const lines: string[] = [];
  const log: Log = {
    info: (line) => lines.push(line),
    warning: (line) => lines.push(line),
    group: (_, work) => work(),
  };
  const layouts = roots.map((root, at) => ({ path: `layout ${at}`, index: indexOf(root) }));
  const image = await resolveImage(layouts, new MemoryContent(...roots), {
    image: undefined,
    shape: { platforms: [], attestations: 'keep', singleImage: 'keep', ...shape },
    referrers: true,
  });
  logImage(image, log);
  return { lines, digest: image.graph.root.descriptor.digest };
}

const changed: readonly [name: string, roots: readonly Graph[], shape: Partial<Shape>][] = [
  ['an unwrapped image, which is as it was built', [buildIndex([amd])], { singleImage: 'unwrap' }],
  ['a filtered index', [buildIndex([amd, arm])], { platforms: [parsePlatformName('linux/amd64')] }],
  ['an index of several layouts', [amd, arm], {}],
];

for (const [name, roots, shape] of changed) {
  test(`the log names both digests: ${name}`, async () => {
    const { lines, digest } = await logged(roots, shape);
    const held = roots.map(({ descriptor }) => descriptor.digest).join(', ');
    const line = `As the inputs ask, ${digest} is pushed in the place of ${held}.`;
    assert.ok(lines.includes(line), lines.join('\n'));
  });
}

test('the log speaks of no other image where it is pushed as it is', async () => {
  const { lines } = await logged([buildIndex([amd, arm])], {});
  assert.doesNotMatch(lines.join('\n'), /in the place of/);
});
