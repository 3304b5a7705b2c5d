import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ManifestPut, toWaves } from '../../src/plan/waves.ts';
import { parseManifest } from '../../src/oci/parse-manifest.ts';
import { buildImage, buildIndex, type Graph } from '../support/image.ts';

function putOf({ descriptor, manifest }: Graph): ManifestPut {
  const { mediaType } = descriptor;
  const parsed = parseManifest(manifest, { mediaType, where: 'a test' });
  return { node: { descriptor, bytes: manifest, manifest: parsed } };
}

test('images go together, an index after them, and what refers to it after that', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((seed) => buildImage({ seed }));
  assert.ok(a && b && c);
  const inner = buildIndex([a]);
  const outer = buildIndex([inner, b]);
  const signature = buildImage({ seed: 'signature', subject: outer.descriptor });
  const [putA, putB, putC, putInner, putOuter, putSignature] = [
    a,
    b,
    c,
    inner,
    outer,
    signature,
  ].map(putOf);
  assert.deepEqual(
    toWaves(
      [putA, putInner, putB, putC, putOuter, putSignature].filter((put) => put !== undefined),
    ),
    [[putA, putB, putC], [putInner], [putOuter], [putSignature]],
  );
});

test('what is not among the puts is there already and is not waited for', () => {
  const image = buildImage({ seed: 'a' });
  const index = putOf(buildIndex([image]));
  assert.deepEqual(toWaves([index]), [[index]]);
});

test('nothing to put makes no wave', () => {
  assert.deepEqual(toWaves([]), []);
});
