import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  APP,
  complete,
  index,
  initiate,
  manifest,
  descriptor,
  privateClient,
  put,
  sendPart,
  sha256,
} from '../local-ecr/sample.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import { execute } from '../support/execute.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What was pushed through the API comes out of the read side byte for byte. Without skopeo these tests fail. */

const CONFIG = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  config: { Labels: { purpose: 'test' } },
  rootfs: { type: 'layers', diff_ids: [sha256('diff')] },
});
const LAYER = randomBytes(100_000);
const IMAGE = manifest([], {
  config: descriptor(CONFIG, 'application/vnd.oci.image.config.v1+json'),
  layers: [
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: sha256(LAYER),
      size: LAYER.length,
    },
  ],
});
const INDEX = index([IMAGE]);

async function start(): Promise<LocalEcr> {
  const ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  for (const bytes of [LAYER, Buffer.from(CONFIG)]) {
    const uploadId = await initiate(client);
    await sendPart(client, uploadId, 0, bytes);
    await complete(client, uploadId, sha256(bytes));
  }
  await put(client, IMAGE, { tag: 'image' });
  await put(client, INDEX, { tag: 'index' });
  return ecr;
}

const reference = ({ port }: LocalEcr, tag: string) => `docker://127.0.0.1:${port}/${APP}:${tag}`;

test('skopeo inspects an image', async () => {
  await using ecr = await start();
  const output = await execute('skopeo', 'inspect', '--tls-verify=false', reference(ecr, 'image'));
  assert.partialDeepStrictEqual(JSON.parse(output), {
    Digest: sha256(IMAGE),
    RepoTags: ['image', 'index'],
    Labels: { purpose: 'test' },
    Layers: [sha256(LAYER)],
  });
});

for (const [tag, root] of Object.entries({ image: IMAGE, index: INDEX })) {
  test(`skopeo copies an ${tag} into a layout, every digest as it was`, async () => {
    await using ecr = await start();
    await using folder = await temporaryDirectory();
    const layout = join(folder.path, 'layout');
    const options = ['--all', '--preserve-digests', '--src-tls-verify=false'];
    const policy = ['--insecure-policy'];
    await execute('skopeo', ...policy, 'copy', ...options, reference(ecr, tag), `oci:${layout}:x`);
    const written = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as unknown;
    assert.partialDeepStrictEqual(written, { manifests: [{ digest: sha256(root) }] });
    for (const content of [root, IMAGE, CONFIG, LAYER].map((bytes) => Buffer.from(bytes))) {
      const blob = await readFile(join(layout, 'blobs', ...sha256(content).split(':')));
      assert.ok(blob.equals(content), sha256(content));
    }
  });
}

test('skopeo is told that a tag does not exist', async () => {
  await using ecr = await start();
  const inspected = execute('skopeo', 'inspect', '--tls-verify=false', reference(ecr, 'none'));
  await assert.rejects(inspected, /manifest unknown/);
});
