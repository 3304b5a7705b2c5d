/** The parts of Node's `Socket` that are used here. */
export interface QuietableSocket extends NodeJS.EventEmitter {
  setTimeout(milliseconds: number): unknown;
}

/**
 * Calls back when nothing has moved on a socket for so many milliseconds, until it is disposed of. If the system took
 * only the start of a write before it fell silent, Node notices after twice as long.
 */
export function onSilence(
  socket: QuietableSocket,
  milliseconds: number,
  callback: () => void,
): Disposable {
  socket.once('timeout', callback);
  socket.setTimeout(milliseconds);
  return {
    [Symbol.dispose]: () => {
      socket.off('timeout', callback);
      socket.setTimeout(0);
    },
  };
}
