import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { PushError } from '../src/errors.ts';
import { type HookedProcess, outliveLog, reportStall } from '../src/process-hooks.ts';

/** An output that can be broken. */
class Output extends EventEmitter {
  readonly written: string[] = [];

  write(text: string): void {
    this.written.push(text);
  }

  break(): void {
    this.emit('error', new Error('write EPIPE'));
  }
}

function hooked(exitCode?: number) {
  const emitter = new EventEmitter();
  const [stdout, stderr] = [new Output(), new Output()];
  const process: HookedProcess = {
    exitCode,
    stdout,
    stderr,
    on: (event, listener) => emitter.on(event, listener),
  };
  return { process, stdout, stderr, exit: () => emitter.emit('exit') };
}

test('a log that is lost is no error, and is said once on standard error', () => {
  const { process, stdout, stderr } = hooked();
  outliveLog(process);
  stdout.break();
  stdout.break();
  assert.deepEqual(stderr.written, ['The log is lost (write EPIPE), and the step goes on\n']);
});

test('nothing is said on standard error while the log is read', () => {
  const { process, stderr } = hooked();
  outliveLog(process)('It failed.');
  assert.deepEqual(stderr.written, []);
});

test('a failure after the log was lost is said on standard error', () => {
  const { process, stdout, stderr } = hooked();
  const repeat = outliveLog(process);
  stdout.break();
  repeat('It failed.');
  assert.equal(stderr.written.at(-1), 'It failed.\n');
});

test('a failure whose own line shows that the log is lost is said on standard error', () => {
  const { process, stdout, stderr } = hooked();
  outliveLog(process)('It failed.');
  stdout.break();
  assert.match(stderr.written.join(''), /The log is lost.*\nIt failed\.\n$/);
});

test('where standard error is lost too, that is no error', () => {
  const { process, stderr } = hooked();
  outliveLog(process);
  assert.doesNotThrow(() => stderr.break());
});

/** What is reported at the end of a process with this exit code. */
function reportedAt(exitCode: number | undefined): readonly PushError[] {
  const reported: PushError[] = [];
  const { process, exit } = hooked(exitCode);
  reportStall(process, (error) => reported.push(error));
  exit();
  return reported;
}

test('a process that ends with its work undone reports a stall', () => {
  assert.deepEqual(
    reportedAt(13).map(({ code }) => code),
    ['STALLED'],
  );
});

for (const code of [undefined, 0, 1]) {
  test(`one that ends with ${String(code)} does not`, () => {
    assert.deepEqual(reportedAt(code), []);
  });
}
