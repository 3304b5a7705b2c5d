import type { NodeHttpHandler, NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { PushError } from '../../errors.ts';

/** What the inputs say about proxies; undefined where they are not set. */
export interface ProxySettings {
  readonly httpsProxy: string | undefined;
  readonly httpProxy: string | undefined;
  readonly noProxy: string | undefined;
}

type Environment = Record<string, string | undefined>;

const PROXY_VARIABLES = ['https_proxy', 'http_proxy', 'all_proxy'] as const;

/**
 * Writes the inputs to the lower-case proxy variables, which take precedence everywhere, so that the credential
 * providers use the same proxy as ECR.
 * @throws PushError INVALID_INPUT for an invalid proxy
 */
export function setProxyVariables(
  { httpsProxy, httpProxy, noProxy }: ProxySettings,
  environment: Environment = process.env,
): void {
  const inputs: Environment = { https_proxy: httpsProxy, http_proxy: httpProxy };
  for (const name of PROXY_VARIABLES) {
    const proxy = inputs[name] ?? readVariable(name, environment);
    if (proxy !== '') environment[name] = checkProxy(proxy, name);
  }
  if (noProxy !== undefined) environment['no_proxy'] = noProxy;
}

export function isProxyConfigured(environment: Readonly<Environment>): boolean {
  return PROXY_VARIABLES.some((name) => readVariable(name, environment) !== '');
}

function readVariable(name: string, environment: Readonly<Environment>): string {
  return [environment[name], environment[name.toUpperCase()]].find((text) => text) ?? '';
}

/** Defaults to `http://`, as curl does. The error leaves out the text, which may hold a password. */
function checkProxy(text: string, name: string): string {
  const url = text.includes('://') ? text : `http://${text}`;
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url;
  const input = name.replace('_', '-');
  const source =
    name === 'all_proxy' ? `variable ${name}` : `input ${input}, or the variable ${name},`;
  throw new PushError('INVALID_INPUT', `The ${source} is not an HTTP proxy`, {
    hint: 'Write http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT; other kinds, such as SOCKS, are not supported.',
  });
}

/** Makes request handlers for the SDK's clients that follow the proxy variables; the code for it is loaded on demand. */
export async function proxyHandlers(): Promise<
  (options: NodeHttpHandlerOptions) => NodeHttpHandler
> {
  const { ProxyHandler, ProxyAgents } = await import('./proxy-handler.ts');
  const agents = new ProxyAgents();
  return (options) => new ProxyHandler(options, { agents });
}
