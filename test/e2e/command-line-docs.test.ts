import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ReportFile } from '../../src/report/report-format.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** docs/command-line.md, as it is written. */

const page = await readFile(new URL('docs/command-line.md', REPOSITORY), 'utf8');
const [, section = ''] = page.split('## Try it without AWS');
const [server = '', pushes = ''] = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(
  ([, block]) => block,
);

const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);

/** The lines after `export `, once the server has printed them all. */
async function exported(output: NodeJS.ReadableStream): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for await (const line of createInterface(output)) {
    const [, name, value = ''] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) env[name] = value;
    if (name === 'AWS_REGION') break;
  }
  return env;
}

test('what stands under "Try it" works as it stands there, with nothing of dist but its files', async () => {
  const [, options = ''] = /^npm run ecr -- (.*)\n$/.exec(server) ?? [];
  const main = fileURLToPath(new URL('test/local-ecr/main.ts', REPOSITORY));
  const ecr = spawn(process.execPath, [main, ...options.split(' ')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await using folder = await temporaryDirectory();
  await cp(fileURLToPath(new URL('dist', REPOSITORY)), join(folder.path, 'dist'), {
    recursive: true,
  });
  await symlink(fileURLToPath(new URL('test', REPOSITORY)), join(folder.path, 'test'));
  try {
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', pushes], {
      cwd: folder.path,
      env: { PATH: path, HOME: folder.path, ...(await exported(ecr.stdout)) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [, log, [code]] = await Promise.all([
      text(shell.stdout),
      text(shell.stderr),
      once(shell, 'close') as Promise<[number | null]>,
    ]);
    assert.equal(code, 0, log);
    const report = JSON.parse(
      await readFile(join(folder.path, 'tmp', 'report.json'), 'utf8'),
    ) as ReportFile;
    assert.deepEqual([report.status, report.changed], ['complete', false]);
    assert.deepEqual(report.targets[0]?.tags, [{ tag: 'v1', outcome: 'unchanged' }]);
  } finally {
    ecr.kill('SIGTERM');
  }
});
