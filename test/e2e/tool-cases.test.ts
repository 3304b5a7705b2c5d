import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Repository } from '../local-ecr/repository.ts';
import { layerPath } from '../local-ecr/uploads.ts';
import type { ActionRun } from '../support/run-action.ts';
import {
  type ExpectedImage,
  type Expectation,
  readToolCases,
  skip,
} from '../support/tool-cases.ts';
import { type Pushed, pushToolCase } from './push-tool-case.ts';
import type { Step } from './step.ts';

interface Document {
  readonly mediaType?: string;
  readonly config?: Child;
  readonly layers?: readonly Child[];
  readonly manifests?: readonly Child[];
}

interface Child {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  readonly platform?: Readonly<Record<string, string>>;
}

for (const toolCase of await readToolCases()) {
  const { number, title, tool, expect } = toolCase;
  test(`${number}: ${title} (${tool})`, async () => {
    await using resources = new AsyncDisposableStack();
    const pushed = await pushToolCase(toolCase, resources);
    const failures: unknown[] = [];
    for (const expectation of expect) {
      try {
        await assertMet(expectation, pushed);
        return;
      } catch (error) {
        failures.push(error);
      }
    }
    const { stdout, stderr } = pushed.run;
    throw new AggregateError(failures, `${failures.map(String).join('\nor ')}\n${stdout}${stderr}`);
  });
}

test('the cases are there', { skip }, async () => {
  assert((await readToolCases()).length >= 49);
});

async function assertMet(expected: Expectation, pushed: Pushed): Promise<void> {
  const { step, repository, run, tags } = pushed;
  if (expected.exit === 0) assertArrived(pushed);
  if (expected.exit === 'fails') {
    assert.notEqual(run.exitCode, 0, 'it should fail');
    for (const tag of tags) assert(!repository.tags.has(tag), `the tag ${tag} is there`);
  }
  for (const [tag, digest] of Object.entries(expected.tags ?? {}))
    assert.equal(repository.tags.get(tag), digest, `tag ${tag}`);
  for (const [tag, digests] of Object.entries(expected.index ?? {}))
    assert.deepEqual(
      entriesOf(tag, repository)
        .map(({ digest }) => digest)
        .toSorted(),
      digests.toSorted(),
    );
  for (const [tag, platforms] of Object.entries(expected.platforms ?? {}))
    assert.deepEqual(entriesOf(tag, repository).map(platformName).toSorted(), platforms);
  for (const [tag, image] of Object.entries(expected.image ?? {}))
    await assertImage(tag, image, pushed);
  for (const digest of expected.holds ?? []) assert(isHeld(digest, repository), `lacks ${digest}`);
  for (const digest of expected.lacks ?? []) assert(!isHeld(digest, repository), `holds ${digest}`);
  const [errors, warnings] = [told('error', run), told('warning', run)];
  for (const text of expected.error ?? []) assert.match(errors, new RegExp(text, 'i'));
  for (const text of expected.errorExact ?? []) assert.match(errors, new RegExp(text));
  for (const text of expected.notError ?? []) assert.doesNotMatch(errors, new RegExp(text, 'i'));
  for (const text of expected.warning ?? []) assert.match(warnings, new RegExp(text, 'i'));
  if (expected.nothingSent === true) assert.deepEqual(changes(step), []);
  if (expected.stable === true) assert.equal(await pushed.again(), run.outputs['digest']);
}

/** All tags are there, with all that is under them, and the output tells the digest. */
function assertArrived({ repository, run, tags }: Pushed): void {
  assert.equal(run.exitCode, 0, 'it should succeed');
  const digests = tags.map((tag) => repository.tags.get(tag));
  for (const digest of digests) assertWhole(digest ?? 'no digest', repository);
  assert(digests.includes(run.outputs['digest']), 'the output is the digest of a tag');
}

function assertWhole(digest: string, repository: Repository): void {
  const image = repository.images.get(digest);
  assert(image, `${digest} is not there`);
  assert.equal(digestOf(image.manifest), digest);
  const { config, layers = [], manifests = [] } = documentOf(digest, repository);
  for (const child of manifests) assertWhole(child.digest, repository);
  for (const blob of [...(config ? [config] : []), ...layers])
    assert.equal(repository.layers.get(blob.digest)?.size, blob.size, `blob ${blob.digest}`);
}

async function assertImage(
  tag: string,
  { layers, config, count }: ExpectedImage,
  { repository }: Pushed,
): Promise<void> {
  const document = documentOf(repository.tags.get(tag) ?? '', repository);
  assert.equal(document.manifests, undefined, 'it is an index');
  const found = document.layers ?? [];
  if (config !== undefined) assert.equal(document.config?.digest, config);
  if (count !== undefined) assert.equal(found.length, count);
  const plain: string[] = [];
  for (const [at, layer] of found.entries()) {
    const bytes = await readFile(layerPath(repository, layer.digest));
    const kind = compressionOf(bytes);
    assert.equal(/\+(gzip|zstd)$/.exec(layer.mediaType)?.[1], kind, layer.mediaType);
    const isAsItIs = layers?.[at] === layer.digest;
    plain.push(isAsItIs ? layer.digest : digestOf(uncompressed(bytes, kind)));
  }
  if (layers !== undefined) assert.deepEqual(plain, layers);
}

function compressionOf(bytes: Buffer): 'gzip' | 'zstd' | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  return bytes.readUInt32BE(0) === 0x28b52ffd ? 'zstd' : undefined;
}

function uncompressed(bytes: Buffer, kind: 'gzip' | 'zstd' | undefined): Buffer {
  if (kind === undefined) return bytes;
  return kind === 'gzip' ? gunzipSync(bytes) : zstdDecompressSync(bytes);
}

function documentOf(digest: string, { images }: Repository): Document {
  return JSON.parse(String(images.get(digest)?.manifest ?? '{}')) as Document;
}

function entriesOf(tag: string, repository: Repository): readonly Child[] {
  return documentOf(repository.tags.get(tag) ?? '', repository).manifests ?? [];
}

function platformName({ platform = {} }: Child): string {
  const parts = [platform['os'], platform['architecture'], platform['variant']];
  const version = platform['os.version'];
  const name = parts.filter((part) => part !== undefined).join('/');
  return version === undefined ? name : `${name} ${version}`;
}

function isHeld(digest: string, { images, layers }: Repository): boolean {
  return images.has(digest) || layers.has(digest);
}

/** On one line. */
function told(kind: 'error' | 'warning', { stdout }: ActionRun): string {
  return [...stdout.matchAll(new RegExp(`^::${kind}(?: [^:]*)?::(.*)$`, 'gm'))]
    .map(([, text = '']) => text.replaceAll('%0A', ' ').replaceAll('%25', '%'))
    .join(' ');
}

function changes({ ecr }: Step): string[] {
  return ecr
    .calls()
    .map(({ operation }) => operation)
    .filter((operation) => ['InitiateLayerUpload', 'PutImage'].includes(operation));
}

function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
