import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { outliveLog } from '../src/outlive-log.ts';

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

function logging() {
  const [stdout, stderr] = [new Output(), new Output()];
  return { process: { stdout, stderr }, stdout, stderr };
}

test('a log that is lost is no error, and is said once on standard error', () => {
  const { process, stdout, stderr } = logging();
  outliveLog(process);
  stdout.break();
  stdout.break();
  assert.deepEqual(stderr.written, ['The log is lost (write EPIPE), and the step goes on\n']);
});

test('nothing is said on standard error while the log is read', () => {
  const { process, stderr } = logging();
  outliveLog(process)('It failed.');
  assert.deepEqual(stderr.written, []);
});

test('a failure after the log was lost is said on standard error', () => {
  const { process, stdout, stderr } = logging();
  const repeat = outliveLog(process);
  stdout.break();
  repeat('It failed.');
  assert.equal(stderr.written.at(-1), 'It failed.\n');
});

test('a failure whose own line shows that the log is lost is said on standard error', () => {
  const { process, stdout, stderr } = logging();
  outliveLog(process)('It failed.');
  stdout.break();
  assert.match(stderr.written.join(''), /The log is lost.*\nIt failed\.\n$/);
});

test('where standard error is lost too, that is no error', () => {
  const { process, stderr } = logging();
  outliveLog(process);
  assert.doesNotThrow(() => stderr.break());
});
