import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const WAIT_MS = 50;
const MAX_WAITS = 600;

/** A port that nobody listens at, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs a program in the foreground until the end of the scope; resolves when it listens. */
export async function startDaemon(
  port: number,
  command: string,
  ...args: readonly string[]
): Promise<AsyncDisposable> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = once(child, 'exit');
  let failure: unknown;
  ended.catch((error: unknown) => (failure = error));
  for (let waits = 0; !(await isListening(port)); waits++) {
    if (failure !== undefined || child.exitCode !== null || waits === MAX_WAITS)
      throw new Error(`${command} does not listen: ${said.join('')}`, { cause: failure });
    await delay(WAIT_MS);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
