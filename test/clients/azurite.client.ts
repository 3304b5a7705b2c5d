import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { prepareRunner, PART, assertComplete } from '../e2e/resume-runner.ts';
import { prepareStep } from '../e2e/step.ts';
import { startActionsCacheServer } from '../support/actions-cache-server.ts';
import { buildImage } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { freePort, startDaemon } from './daemon.ts';

/**
 * GitHub's cache service hands out signed addresses of Azure's blob store. Azurite emulates that one; the stand-in for the
 * service stands before it. Azurite takes 186 MB (npm install azurite): where it is not on the PATH, the test is skipped.
 */
const AZURITE = 'azurite-blob';
const isThere = spawnSync(AZURITE, ['--version']).status === 0;

/** Azurite's own account: https://learn.microsoft.com/en-us/azure/storage/common/storage-use-azurite */
const ACCOUNT = 'devstoreaccount1';
const KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const image = buildImage({ seed: 'azurite', layers: [{ sparse: 6 * PART }] });

test(
  'a run goes on where the one before it ended, through a real blob store',
  { skip: isThere ? false : 'azurite-blob is not on the PATH' },
  async () => {
    await using directory = await temporaryDirectory();
    const port = await freePort();
    const flags = ['--location', directory.path, '--silent', '--disableTelemetry'];
    const version = '--skipApiVersionCheck';
    await using _ = await startDaemon(
      port,
      ...([AZURITE, '--blobPort', String(port), version, ...flags] as const),
    );
    const container = `http://127.0.0.1:${port}/${ACCOUNT}/container`;
    const made = await fetch(`${container}?restype=container&${signature()}`, { method: 'PUT' });
    assert.equal(made.status, 201, await made.text());
    const signed = (at: number) => `${container}/${at}?${signature()}`;
    await using cache = await startActionsCacheServer(undefined, signed);
    await using step = await prepareStep();
    const options = { env: cache.env, inputs: { 'parts-in-flight': '1' } };
    await using first = await prepareRunner(step, image, options);
    const { state } = await first.killed('SIGKILL', 4);
    const post = await first.run({ entry: 'post', state });
    assert.match(post.stdout, /^Kept how far 1 layer had come/m);

    await using second = await prepareRunner(step, image, options);
    const again = await second.run();
    assertComplete(step, image, again);
    assert.match(again.stdout, /^Going on with .* at 15\.0 MiB of 30\.0 MiB$/m);
    assert.deepEqual(
      cache.calls.filter((call) => call.endsWith(' blob')),
      [],
    );
  },
);

/** Of the account, for everything: https://learn.microsoft.com/en-us/rest/api/storageservices/create-account-sas */
function signature(): string {
  const [permissions, services, types, version] = ['rwdlac', 'b', 'sco', '2018-11-09'];
  const [start, address, protocol] = ['', '', ''];
  const end = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
  const fields = [ACCOUNT, permissions, services, types, start, end, address, protocol, version];
  const text = `${fields.join('\n')}\n`;
  const sig = createHmac('sha256', Buffer.from(KEY, 'base64')).update(text).digest('base64');
  const query = { sv: version, ss: services, srt: types, sp: permissions, se: end, sig };
  return new URLSearchParams(query).toString();
}
