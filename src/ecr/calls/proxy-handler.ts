import type { ClientRequest, IncomingMessage } from 'node:http';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];

/** The caller limits the number of tunnels. */
const AGENT_OPTIONS = { keepAlive: true } as const;

/** The base class infers from the call stack whether a request is secure, which fails for reused sockets. */
class TunnelAgent extends HttpsProxyAgent<string> {
  override isSecureEndpoint(): boolean {
    return true;
  }
}

class PlainAgent extends HttpProxyAgent<string> {
  override isSecureEndpoint(): boolean {
    return false;
  }
}

/** The proxy refused, or its answer made no sense: the request did not reach its host. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** Whether another attempt may succeed. */
  readonly isTransient: boolean;

  constructor(message: string, { isTransient, cause }: { isTransient: boolean; cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause });
    this.isTransient = isTransient;
  }
}

/** The connections to proxies, which several handlers may share. */
export class ProxyAgents {
  /** Keyed by proxy URL. */
  readonly #agents = new Map<string, { httpAgent: PlainAgent; httpsAgent: TunnelAgent }>();

  of(proxy: string): { httpAgent: PlainAgent; httpsAgent: TunnelAgent } {
    const agents = this.#agents.get(proxy) ?? agentsFor(proxy);
    this.#agents.set(proxy, agents);
    return agents;
  }
}

function agentsFor(proxy: string): { httpAgent: PlainAgent; httpsAgent: TunnelAgent } {
  const httpsAgent = new TunnelAgent(proxy, AGENT_OPTIONS);
  httpsAgent.on(
    'proxyConnect',
    ({ statusCode = 0, statusMessage = '' }: IncomingMessage, request: ClientRequest) => {
      // Otherwise the proxy's answer would look like the host's.
      if (statusCode !== 200) request.destroy(refused(proxy, statusCode, statusMessage));
    },
  );
  return { httpAgent: new PlainAgent(proxy, AGENT_OPTIONS), httpsAgent };
}

interface ProxyOptions {
  readonly agents?: ProxyAgents;
  readonly proxyFor?: (url: string) => string;
}

/** Sends each request through the proxy that the environment names for its host, or directly. */
export class ProxyHandler extends NodeHttpHandler {
  readonly #options: NodeHttpHandlerOptions;
  readonly #agents: ProxyAgents;
  readonly #proxyFor: (url: string) => string;
  /** Keyed by proxy URL. */
  readonly #handlers = new Map<string, NodeHttpHandler>();

  constructor(
    options: NodeHttpHandlerOptions,
    { agents = new ProxyAgents(), proxyFor = getProxyForUrl }: ProxyOptions = {},
  ) {
    super(options);
    this.#options = options;
    this.#agents = agents;
    this.#proxyFor = proxyFor;
  }

  override async handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const proxy = this.#proxyFor(addressOf(request));
    if (proxy === '') return super.handle(request, options);
    const answer = await this.#handlerOf(proxy)
      .handle(request, options)
      .catch((error: unknown) => {
        throw isOfTheAgents(error) ? interrupted(proxy, error) : error;
      });
    const { statusCode, reason = '' } = answer.response;
    if (statusCode === 407) throw refused(proxy, statusCode, reason);
    return answer;
  }

  override destroy(): void {
    super.destroy();
    for (const handler of this.#handlers.values()) handler.destroy();
  }

  #handlerOf(proxy: string): NodeHttpHandler {
    const known = this.#handlers.get(proxy);
    if (known !== undefined) return known;
    const handler = new NodeHttpHandler({ ...this.#options, ...this.#agents.of(proxy) });
    this.#handlers.set(proxy, handler);
    return handler;
  }
}

function addressOf({ protocol, hostname, port, path }: Request): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
}

/** The agents throw plain Errors; errors from sockets and the SDK have a code or a name. */
function isOfTheAgents(error: unknown): error is Error {
  return error instanceof Error && error.name === 'Error' && !('code' in error);
}

function refused(proxy: string, status: number, reason: string): ProxyError {
  return new ProxyError(`${hostOf(proxy)} answered ${status} ${reason}`.trim(), {
    isTransient: status >= 500,
  });
}

function interrupted(proxy: string, cause: Error): ProxyError {
  return new ProxyError(`${hostOf(proxy)}: ${cause.message}`, { isTransient: true, cause });
}

/** Without the password. */
function hostOf(proxy: string): string {
  return new URL(proxy).host;
}
