import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { onSilence } from '../../src/async/silence.ts';

/** Notes how long it may be silent. */
class Socket extends EventEmitter {
  limit: number | undefined;

  setTimeout(milliseconds: number): void {
    this.limit = milliseconds;
  }
}

test('silence is told once, and nothing after the end of the watch', () => {
  const socket = new Socket();
  let told = 0;
  const watch = onSilence(socket, 500, () => (told += 1));
  assert.equal(socket.limit, 500);
  socket.emit('timeout');
  socket.emit('timeout');
  assert.equal(told, 1);
  watch[Symbol.dispose]();
  assert.equal(socket.limit, 0, 'the socket may be silent when it waits for its next request');
});

test('a watch that has ended tells nothing', () => {
  const socket = new Socket();
  onSilence(socket, 500, () => assert.fail('told'))[Symbol.dispose]();
  socket.emit('timeout');
  assert.equal(socket.listenerCount('timeout'), 0);
});
