import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What befalls one connection. `cut` closes it; `stall` holds it once; `slow` waits after each chunk; `late` carries
 * each chunk so much later, without holding those behind it; `rate` carries so many bytes a second; `black-hole` leaves
 * it open and carries nothing more either way; `reset` ends it as soon as it is there.
 */
export interface Fault {
  readonly kind: 'cut' | 'stall' | 'slow' | 'late' | 'rate' | 'black-hole' | 'reset';
  /** After so many bytes of the client, or of the server. */
  readonly after: number;
  readonly of: 'client' | 'server';
  /** Of a stall, of the wait after each chunk of a slow connection, of the delay of a late one. */
  readonly milliseconds: number;
  /** Of a `rate`; 1 MiB when absent. */
  readonly bytesPerSecond?: number;
}

/** A connection whose server never says a word. */
export const BLACK_HOLE: Fault = { kind: 'black-hole', after: 0, of: 'client', milliseconds: 0 };

export interface FaultyLine extends AsyncDisposable {
  /** Of the scheme of the server's: bytes are carried as they are, TLS or not. */
  readonly url: string;
  /** So many connections were cut. */
  readonly cuts: () => number;
  /** So many connections were made. */
  readonly connections: () => number;
  /** New connections are refused from now on; open ones stay. */
  readonly close: () => Promise<void>;
  /** And are taken again. */
  readonly open: () => Promise<void>;
}

/** Leads connections on to a server of this machine; `faultOf` says what befalls each of them. */
export async function startFaultyLine(
  server: string,
  faultOf: () => Fault | undefined,
): Promise<FaultyLine> {
  const { protocol, hostname, port: onwardPort } = new URL(server);
  let cuts = 0;
  let connections = 0;
  const open = new Set<Socket>();
  const line = createServer((client) => {
    connections += 1;
    const fault = faultOf();
    const onward = connect(Number(onwardPort), hostname);
    const end = (): void => {
      client.destroy();
      onward.destroy();
    };
    for (const socket of [client, onward]) {
      open.add(socket);
      socket.setNoDelay();
      socket.on('error', end);
      // An orderly end is carried on behind what came before it.
      socket.on('close', (hasFailed) => {
        open.delete(socket);
        if (hasFailed) end();
      });
    }
    if (fault?.kind === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const cut = (): void => {
      cuts += 1;
      end();
    };
    const both = { cut, hole: new BlackHole() };
    void carry(client, onward, { ...both, fault: fault?.of === 'client' ? fault : undefined });
    void carry(onward, client, { ...both, fault: fault?.of === 'server' ? fault : undefined });
  });
  await listen(line, 0);
  const { port } = line.address() as AddressInfo;
  return {
    url: `${protocol}//127.0.0.1:${port}`,
    cuts: () => cuts,
    connections: () => connections,
    // Open connections keep it from being closed whole, not from refusing.
    close: () => Promise.resolve(void line.close()),
    open: () => listen(line, port),
    [Symbol.asyncDispose]: async () => {
      open.forEach((socket) => socket.destroy());
      await new Promise((resolve) => line.close(resolve));
    },
  };
}

function listen(line: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    line.once('error', reject);
    line.listen(port, '127.0.0.1', () => resolve());
  });
}

interface Carriage {
  readonly fault: Fault | undefined;
  readonly cut: () => void;
  readonly hole: BlackHole;
}

/** Whether a connection still carries anything. */
class BlackHole {
  isOpen = false;
}

async function carry(from: Socket, to: Socket, carriage: Carriage): Promise<void> {
  const { fault, cut, hole } = carriage;
  const { kind, after = Infinity } = fault ?? {};
  const hold = holdOf(fault);
  let carried = 0;
  let late: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      const room = after - carried;
      const isReached = chunk.length >= room;
      carried += chunk.length;
      if (isReached && (kind === 'cut' || kind === 'black-hole')) {
        if (room > 0) to.write(chunk.subarray(0, room));
        if (kind === 'cut') {
          cut();
          return;
        }
        hole.isOpen = true;
      }
      // Not read on: what the other end sends piles up, until that gives up.
      if (hole.isOpen) {
        await closed(from);
        return;
      }
      if (kind === 'late') {
        const due = delay(fault?.milliseconds);
        late = late.then(() => due).then(() => to.write(chunk));
        continue;
      }
      const wait = hold(chunk.length, isReached);
      if (wait > 0) await delay(wait);
      if (!to.write(chunk)) await drained(to);
    }
    await late;
    to.end();
  } catch {
    // It was closed, by either end or by a cut: the other end follows.
    to.destroy();
  }
}

/** How long to wait before a chunk of so many bytes goes on (ms). */
function holdOf(fault: Fault | undefined): (bytes: number, isReached: boolean) => number {
  let stalls = 0;
  switch (fault?.kind) {
    case 'slow':
      return () => fault.milliseconds;
    case 'rate':
      return (bytes) => (bytes / (fault.bytesPerSecond ?? 1 << 20)) * 1000;
    case 'stall':
      return (_bytes, isReached) => (isReached && ++stalls === 1 ? fault.milliseconds : 0);
    default:
      return () => 0;
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle);
      socket.off('close', settle);
      resolve();
    };
    socket.on('drain', settle);
    socket.on('close', settle);
  });
}
