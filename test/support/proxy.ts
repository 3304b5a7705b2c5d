import { createServer, type IncomingMessage, request as send, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ProxyOptions {
  /** What to answer in the place of leading on: `407`, or undefined to close the connection without a word. */
  readonly refuse?: number | undefined;
  /** `USER:PASSWORD`, to be asked for. */
  readonly user?: string;
}

/** An HTTP proxy on this machine: CONNECT for tunnels, absolute addresses for plain requests. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** `HOST:PORT` of each CONNECT, also of those refused. */
  readonly asked: readonly string[];
  /** `HOST:PORT` of each CONNECT that was led on. */
  readonly tunnels: readonly string[];
  /** The absolute address of each plain request that was led on. */
  readonly requests: readonly string[];
}

export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const asked: string[] = [];
  const tunnels: string[] = [];
  const requests: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    const status = refusal(request, options);
    if (status !== undefined) return void response.writeHead(status).end();
    requests.push(request.url ?? '');
    const { method, headers } = request;
    const onward = send(request.url ?? '', { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(request.url ?? '');
    socket.on('error', () => socket.destroy());
    if ('refuse' in options && options.refuse === undefined) return void socket.end();
    const status = refusal(request, options);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    tunnels.push(request.url ?? '');
    tunnel(request.url ?? '', socket, open);
  });
  server.on('connection', (socket: Socket) => open.add(socket));
  return listening(server, { asked, tunnels, requests }, () =>
    open.forEach((socket) => socket.destroy()),
  );
}

function refusal({ headers }: IncomingMessage, { refuse, user }: ProxyOptions): number | undefined {
  if (refuse !== undefined) return refuse;
  const expected = `Basic ${Buffer.from(user ?? '').toString('base64')}`;
  return user === undefined || headers['proxy-authorization'] === expected ? undefined : 407;
}

function tunnel(target: string, socket: Socket, open: Set<Socket>): void {
  const { hostname, port } = new URL(`http://${target}`);
  const onward = connect(Number(port || 80), hostname, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  });
  open.add(onward);
  onward.on('error', () => socket.destroy());
  socket.on('close', () => onward.destroy());
}

async function listening(
  server: Server,
  seen: Pick<Proxy, 'asked' | 'tunnels' | 'requests'>,
  end: () => void,
): Promise<Proxy> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    ...seen,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
