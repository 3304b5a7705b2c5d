import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamedImage } from '../../src/ecr/images.ts';
import { LookUps } from '../../src/ecr/look-ups.ts';
import type { ImageId } from '../../src/ecr/registry.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { refused } from '../support/refused.ts';

const texts = Array.from({ length: 205 }, (_, at) => `manifest ${at}`);
const digests = texts.map((text) => digestOf(Buffer.from(text)));
const [first, second] = digests;
assert.ok(first && second);

/** A repository that holds the first so many of them. */
function holding(count: number) {
  const asked: number[] = [];
  const ask = (ids: readonly ImageId[]): Promise<NamedImage[]> => {
    asked.push(ids.length);
    const found = ids.flatMap((id) => {
      const at = 'digest' in id ? digests.indexOf(id.digest) : -1;
      const [imageDigest, manifest] = [digests[at], texts[at]];
      const isThere = at >= 0 && at < count;
      return isThere ? [{ imageDigest, manifest, mediaType: OCI_MANIFEST, registryId: 'me' }] : [];
    });
    return Promise.resolve(found);
  };
  return { ask, asked };
}

const silent = { learn: () => undefined };

test('manifests are asked for a hundred at a time, and come with their bytes', async () => {
  const { ask, asked } = holding(204);
  const learned: unknown[] = [];
  const found = await new LookUps({ learn: (one) => learned.push(one) }).manifests(digests, ask);
  assert.deepEqual(asked, [100, 100, 5]);
  assert.equal(found?.size, 204);
  assert.deepEqual(found.get(second), {
    mediaType: OCI_MANIFEST,
    bytes: Buffer.from('manifest 1'),
  });
  assert.equal(learned.length, 204);
});

test('what was found is not asked for again; what was not found is', async () => {
  const { ask, asked } = holding(1);
  const lookUps = new LookUps(silent);
  for (const time of ['once', 'again'])
    assert.equal((await lookUps.manifests([first, second], ask))?.size, 1, time);
  await lookUps.manifests([first], ask);
  assert.deepEqual(asked, [2, 1]);
});

test('only what is asked for is found, whatever the answer names', async () => {
  const answer = () => Promise.resolve([{ imageDigest: second }, { imageDigest: 'none' }, {}]);
  assert.deepEqual(await new LookUps(silent).manifests([first], answer), new Map());
});

test('a manifest with another digest is no answer', async () => {
  const answer = () => Promise.resolve([{ imageDigest: first, manifest: 'another' }]);
  await assert.rejects(
    new LookUps(silent).manifests([first], answer),
    refused('UNEXPECTED_RESPONSE', first, digestOf(Buffer.from('another'))),
  );
});

const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
const broken = Object.assign(new Error('no'), { name: 'ServerException' });

test('what may not be asked, or cannot tell, is not known; any other error is thrown', async () => {
  const lookUps = new LookUps(silent);
  const cannot = () => Promise.resolve(undefined);
  assert.equal(await lookUps.manifests([first], cannot), undefined);
  assert.equal(await lookUps.manifests([first], () => Promise.reject(denied)), undefined);
  assert.equal(await lookUps.images([{ tag: 'v1' }], () => Promise.reject(denied)), undefined);
  await assert.rejects(
    lookUps.images([{ tag: 'v1' }], () => Promise.reject(broken)),
    broken,
  );
});

test('nothing is asked for nothing', async () => {
  const never = () => assert.fail('asked');
  assert.deepEqual(await new LookUps(silent).manifests([], never), new Map());
  assert.deepEqual(await new LookUps(silent).images([], never), []);
});
