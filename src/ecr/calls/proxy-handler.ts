import type { ClientRequest, IncomingMessage } from 'node:http';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];

/** How many tunnels there are, who calls decides. */
const AGENT_OPTIONS = { keepAlive: true } as const;

/** Its base class finds out from the call stack which kind a request is, which fails when a socket comes back to be used again. */
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

/** The proxy said no, or nothing that makes sense: the request has not reached its host. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** The SDK's own sign for an error that another attempt may mend: present or not. */
  readonly $retryable?: { readonly throttling: false };

  constructor(message: string, { isTransient, cause }: { isTransient: boolean; cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause });
    if (isTransient) this.$retryable = { throttling: false };
  }
}

/** Sends each request the way that the variables say for its host: through a proxy, or straight. */
export class ProxyHandler extends NodeHttpHandler {
  readonly #options: NodeHttpHandlerOptions;
  readonly #proxyFor: (url: string) => string;
  /** By the proxy's address. */
  readonly #handlers = new Map<string, NodeHttpHandler>();

  constructor(options: NodeHttpHandlerOptions, proxyFor: (url: string) => string = getProxyForUrl) {
    super(options);
    this.#options = options;
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
    const httpsAgent = new TunnelAgent(proxy, AGENT_OPTIONS);
    httpsAgent.on(
      'proxyConnect',
      ({ statusCode = 0, statusMessage = '' }: IncomingMessage, request: ClientRequest) => {
        // Else its answer would look as if it came from the host.
        if (statusCode !== 200) request.destroy(refused(proxy, statusCode, statusMessage));
      },
    );
    const httpAgent = new PlainAgent(proxy, AGENT_OPTIONS);
    const handler = new NodeHttpHandler({ ...this.#options, httpAgent, httpsAgent });
    this.#handlers.set(proxy, handler);
    return handler;
  }
}

function addressOf({ protocol, hostname, port, path }: Request): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
}

/** The agents throw plain errors, where sockets and the SDK give theirs a code or a name. */
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
