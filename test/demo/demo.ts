import assert from 'node:assert/strict';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, shortDigest } from '../../src/report/format.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { buildImage, type Image } from '../support/image.ts';
import { type ActionRun, runAction, startAction } from '../support/run-action.ts';
import { type SampleImage, sampleImage } from '../support/sample-image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { claim, heading, quote, quoteLog, say, table } from './print.ts';

/** Three pushes of a small image, and one of a large one that is interrupted, each claim about them checked. Nothing leaves this machine. */

const NAME = 'demo/app';
const MAIN = new URL('dist/index.js', REPOSITORY);

interface Push {
  readonly run: ActionRun;
  /** Digests of the blobs whose uploads were completed. */
  readonly uploaded: readonly string[];
  /** Operation → how often it was called. */
  readonly calls: ReadonlyMap<string, number>;
}

async function main(): Promise<void> {
  await access(MAIN);
  await using directory = await temporaryDirectory();
  await using ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const layout = join(directory.path, 'image');
  say('ecr-layer-push: an image goes from a folder into Amazon ECR, without Docker.');
  say(`The ECR here is our own, at ${ecr.url}: the same API and rules, on this machine.`);

  heading('1. A build tool leaves an image behind, as an OCI layout');
  const first = sampleImage('1.0');
  await writeLayoutDirectory(layout, [first.image]);
  table(['blob', 'size', 'what it is'], blobsOf(first).map(describeBlob));

  heading('2. The first push: nothing is in ECR yet, so everything goes');
  const push1 = await push(ecr, layout, '1.0');
  quoteLog(push1.run.stdout);
  showPush(push1, first);
  claim('every blob was uploaded, once', () => assertUploaded(push1, digestsOf(first.image)));
  say('\n  What it hands to the steps after it:');
  table(['output', 'value'], Object.entries(push1.run.outputs));
  if (push1.run.summary !== '') quote(push1.run.summary);
  claim("`digest` is the digest in the layout's index.json", () =>
    assert.equal(push1.run.outputs['digest'], first.image.descriptor.digest),
  );

  heading('3. The application changes, the image is built again and pushed');
  const second = sampleImage('1.1');
  await writeLayoutDirectory(layout, [second.image]);
  const push2 = await push(ecr, layout, '1.1');
  showPush(push2, second);
  const [, , , application] = second.image.layers;
  assert.ok(application);
  claim('only the changed layer and the config went', () =>
    assertUploaded(push2, [application.digest, second.image.config.digest]),
  );

  heading('4. The same push once more');
  const push3 = await push(ecr, layout, '1.1');
  showPush(push3, second);
  claim('no upload was even begun, and the step succeeded', () => {
    assertUploaded(push3, []);
    assert.equal(push3.calls.get('InitiateLayerUpload'), undefined);
  });

  heading('5. A client pulls the image by its tag');
  await pullBack(ecr, second.image);

  heading('6. A push is killed in a large layer, and the next one goes on inside it');
  await killAndGoOn(ecr, directory.path);
}

async function push(ecr: LocalEcr, layout: string, tag: string): Promise<Push> {
  ecr.log.clear();
  say(`  with: { layout: image, repository: ${NAME}, tags: ${tag} }`);
  const run = await runAction({ inputs: { layout, repository: NAME, tags: tag }, env: ecr.env });
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  const uploaded = ecr.calls('CompleteLayerUpload').flatMap((call) => call.input['layerDigests']);
  const operations = ecr.calls().map((call) => call.operation);
  return { run, uploaded: uploaded.map(String), calls: countBy(operations) };
}

const PART = 5 * 1024 * 1024;
const PARTS = 12;

async function killAndGoOn(ecr: LocalEcr, folder: string): Promise<void> {
  const layout = join(folder, 'large');
  const image = buildImage({ seed: 'large', layers: [{ sparse: PARTS * PART }] });
  await writeLayoutDirectory(layout, [image]);
  const temporary = join(folder, 'temp');
  await mkdir(temporary);
  const options = {
    inputs: { layout, repository: NAME, tags: 'large', 'part-size': '5' },
    env: { ...ecr.env, RUNNER_TEMP: temporary },
  };
  ecr.log.clear();
  say(`  a layer of ${formatBytes(PARTS * PART)}, in ${PARTS} parts: kill -9 at part 8`);
  const { process: killed, finished } = await startAction(options);
  ecr.fault({
    kind: 'before',
    operation: 'UploadLayerPart',
    when: ({ input }) => input['partFirstByte'] === 7 * PART,
    run: () => void killed.kill('SIGKILL'),
  });
  await finished;
  const tags = ecr.repository(NAME).tags;
  claim('no tag points to what is not there', () => assert.equal(tags.get('large'), undefined));
  const run = await runAction(options);
  quoteLog(run.stdout);
  claim('the next push completes the image', () =>
    assert.equal(tags.get('large'), image.descriptor.digest),
  );
  const sent = ecr.calls('UploadLayerPart').filter(({ partBytes }) => partBytes === PART);
  say(`  parts that arrived whole, in both pushes together: ${sent.length} of ${PARTS}`);
  claim('no part went twice but the one on its way when the push was killed', () =>
    assert(sent.length <= PARTS + 1),
  );
}

function blobsOf({ image, contents }: SampleImage): (readonly [Descriptor, string])[] {
  const layers = image.layers.map((layer, at) => [layer, contents[at] ?? ''] as const);
  return [...layers, [image.config, 'the config']];
}

function digestsOf(image: Image): string[] {
  return [...image.layers, image.config].map((blob) => blob.digest);
}

function describeBlob([{ digest, size }, what]: readonly [Descriptor, string]): string[] {
  return [shortDigest(digest), formatBytes(size), what];
}

function showPush({ run, uploaded, calls }: Push, sample: SampleImage): void {
  table(
    ['blob', 'size', 'what it is', 'what happened'],
    blobsOf(sample).map((row) => [
      ...describeBlob(row),
      uploaded.includes(row[0].digest) ? 'uploaded' : 'there already',
    ]),
  );
  say(`  calls: ${[...calls].map(([name, count]) => `${count} × ${name}`).join(', ')}`);
  const { 'bytes-uploaded': sent, 'bytes-skipped': skipped } = run.outputs;
  say(`  sent ${formatBytes(Number(sent))}, spared ${formatBytes(Number(skipped))}`);
}

function assertUploaded({ run, uploaded }: Push, expected: readonly string[]): void {
  assert.deepEqual([...uploaded].sort(), [...expected].sort());
  assert.equal(run.outputs['layers-uploaded'], String(expected.length));
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

async function pullBack(ecr: LocalEcr, image: Image): Promise<void> {
  const manifest = await get(`${ecr.url}/v2/${NAME}/manifests/1.1`);
  claim(`GET /v2/${NAME}/manifests/1.1 answers ${image.descriptor.digest}`, () =>
    assert.equal(digestOf(manifest), image.descriptor.digest),
  );
  for (const { digest } of [...image.layers, image.config]) {
    assert.equal(digestOf(await get(`${ecr.url}/v2/${NAME}/blobs/${digest}`)), digest);
  }
  say(`  ✓ each of its ${image.layers.length + 1} blobs comes back with the digest it had`);
}

async function get(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return new Uint8Array(await response.arrayBuffer());
}

await main();
