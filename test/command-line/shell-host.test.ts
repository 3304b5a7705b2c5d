import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import type { AskedRun } from '../../src/command-line/parse-arguments.ts';
import { type Shell, shellHost } from '../../src/command-line/shell-host.ts';

class Output extends Writable {
  readonly isTTY = false;
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function host(more: Partial<AskedRun> = {}, env: Shell['env'] = {}) {
  const [stdout, stderr] = [new Output(), new Output()];
  const shell: Shell = { platform: 'linux', env, stdout, stderr };
  const asked = { kind: 'run', command: 'push', inputs: {}, json: false, verbose: false } as const;
  return { host: shellHost({ ...asked, ...more }, shell), shell, stdout, stderr };
}

test('inputs are what the flags say, trimmed, and empty if no flag does', () => {
  const { host: given } = host({ inputs: { layout: ' image.tar ' } });
  assert.equal(given.readInput('layout'), 'image.tar');
  assert.equal(given.readInput('tags'), '');
});

test('the report goes to standard output if it is asked for, and nothing else does', () => {
  const asked = host({ json: true });
  assert.equal(asked.host.saveReport('{}\n'), '');
  asked.host.log.info('a line');
  assert.equal(asked.stdout.text, '{}\n');
  assert.equal(asked.stderr.text, 'a line\n');
  const other = host();
  other.host.saveReport('{}\n');
  assert.equal(other.stdout.text, '');
});

test('a failure is said on standard error, and is exit status 1', () => {
  const { host: failing, shell, stderr } = host();
  failing.setFailed({
    code: 'BLOB_MISSING',
    title: '',
    message: 'BLOB_MISSING: a blob is missing\nBuild again.',
  });
  assert.equal(stderr.text, 'Error: BLOB_MISSING: a blob is missing\nBuild again.\n');
  assert.equal(shell.exitCode, 1);
});

test('an input that is wrong is a mistake on the command line, so exit status 2', () => {
  const { host: failing, shell, stderr } = host();
  failing.setFailed({
    code: 'INVALID_INPUT',
    title: '',
    message: 'INVALID_INPUT: The input image is wrong\nSet it.',
  });
  assert.match(stderr.text, /\nEach input is a flag: see ecr-layer-push push --help\n$/);
  assert.equal(shell.exitCode, 2);
});

test('a report that cannot be written is a failure, and a log that cannot be is none', () => {
  const { shell, stdout, stderr } = host({ json: true });
  stderr.emit('error', new Error('EPIPE'));
  assert.equal(shell.exitCode, undefined);
  stdout.emit('error', new Error('ENOSPC'));
  assert.equal(shell.exitCode, 1);
  assert.equal(stderr.text, 'Error: The report could not be written (ENOSPC)\n');
});

test('what is learnt is kept in the cache folder of the user, and in no cache of GitHub Actions', () => {
  const { memory, temporary } = host({}, { XDG_CACHE_HOME: '/c', RUNNER_TEMP: '/r' }).host;
  assert.deepEqual([memory.folder, memory.cache], ['/c/ecr-layer-push', undefined]);
  assert.equal(temporary, undefined);
});
