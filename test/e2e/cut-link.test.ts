import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFaultyLine } from '../support/faulty-line.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep } from './step.ts';

const MiB = 1024 * 1024;

const links: readonly [what: string, size: number, after: number, flight: string][] = [
  // A part of 10 MiB is 14 MB on the wire, and one of 5 MiB is 7 MB.
  ['before a part of the usual size is through', 40 * MiB, 10_000_000, 'auto'],
  ['before a part of the usual size is through, one by one', 40 * MiB, 10_000_000, '1'],
  ['in its third part', 80 * MiB, 35_000_000, '3'],
];

for (const [what, size, after, flight] of links) {
  test(`over a link that cuts each connection ${what}, a layer arrives, and no part of it twice`, async () => {
    await using step = await prepareStep();
    const image = buildImage({ seed: what, layers: [{ sparse: size }] });
    await writeLayoutDirectory(step.path('layout'), [image]);
    const cut = { kind: 'cut', of: 'client', milliseconds: 0, after } as const;
    await using line = await startFaultyLine(step.ecr.url, () => cut);
    const env = { AWS_ENDPOINT_URL_ECR: line.url };
    const { stdout } = await step.push({ 'parts-in-flight': flight }, { env });
    assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
    const { log } = step.ecr;
    assert.deepEqual(log.partsOutOfOrder(), []);
    const taken = log.calls('UploadLayerPart').filter(({ outcome }) => outcome === 'ok');
    const bytes = taken.reduce((sum, { partBytes }) => sum + partBytes, 0);
    assert.equal(bytes, size + image.config.size);
    assert.notEqual(line.cuts(), 0);
    // Of parts beside another, those that wait for their turn may be cut: those are sent again without a word.
    const told = stdout.match(
      /^sha256:\w{12}, part at byte \d+: .*; trying again in .* \(attempt 2\)$/gm,
    );
    if (flight === '1') assert.notEqual(told, null, stdout);
  });
}
