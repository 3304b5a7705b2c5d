/** Ends a call without an answer: the connection is reset. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}
