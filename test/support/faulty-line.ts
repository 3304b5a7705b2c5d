import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What befalls one connection. */
export interface Fault {
  readonly kind: 'cut' | 'stall' | 'slow';
  /** After so many bytes of the client, or of the server. */
  readonly after: number;
  readonly of: 'client' | 'server';
  /** Of a stall, or of the wait after each chunk of a slow connection. */
  readonly milliseconds: number;
}

export interface FaultyLine extends AsyncDisposable {
  readonly url: string;
  /** So many connections were cut. */
  readonly cuts: () => number;
}

/** Leads connections on to a server of this machine; `faultOf` says what befalls each of them. */
export async function startFaultyLine(
  server: string,
  faultOf: () => Fault | undefined,
): Promise<FaultyLine> {
  let cuts = 0;
  const open = new Set<Socket>();
  const line = createServer((client) => {
    const { hostname, port } = new URL(server);
    const onward = connect(Number(port), hostname);
    const fault = faultOf();
    const end = (): void => {
      client.destroy();
      onward.destroy();
    };
    for (const socket of [client, onward]) {
      open.add(socket);
      socket.setNoDelay();
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    const cut = (): void => {
      cuts += 1;
      end();
    };
    void carry(client, onward, fault?.of === 'client' ? fault : undefined, cut);
    void carry(onward, client, fault?.of === 'server' ? fault : undefined, cut);
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', () => resolve()));
  const { port } = line.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cuts: () => cuts,
    [Symbol.asyncDispose]: async () => {
      open.forEach((socket) => socket.destroy());
      await new Promise((resolve) => line.close(resolve));
    },
  };
}

async function carry(
  from: Socket,
  to: Socket,
  fault: Fault | undefined,
  cut: () => void,
): Promise<void> {
  let carried = 0;
  let stalls = 0;
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      const room = fault === undefined ? Infinity : fault.after - carried;
      carried += chunk.length;
      const { kind, milliseconds = 0 } = fault ?? {};
      if (kind === 'cut' && chunk.length >= room) {
        to.write(chunk.subarray(0, room));
        cut();
        return;
      }
      if (kind === 'slow') await delay(milliseconds);
      if (kind === 'stall' && chunk.length >= room && ++stalls === 1) await delay(milliseconds);
      if (!to.write(chunk)) await drained(to);
    }
    to.end();
  } catch {
    // It was closed, by either end or by a cut: the other end follows.
    to.destroy();
  }
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
