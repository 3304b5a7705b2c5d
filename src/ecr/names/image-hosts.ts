/** What the host of an image reference says: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
export interface ImageHost {
  readonly type: 'private' | 'public';
  /** Private: the account that owns the registry. */
  readonly accountId?: string;
  readonly region?: string;
  readonly fips: boolean;
  readonly dualStack: boolean;
}

/** ECR Public's, and its dual-stack twin. */
export const PUBLIC_HOST = 'public.ecr.aws';
const PUBLIC_DUAL_STACK_HOST = 'ecr-public.aws.com';

/** The domain of image hosts in each AWS partition, by the start of its regions' names. */
const DOMAINS: readonly (readonly [regionPrefix: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];
const COMMERCIAL_DOMAIN = 'amazonaws.com';
const DUAL_STACK_DOMAINS = ['on.aws', 'on.amazonwebservices.com.cn', 'on.amazonwebservices.eu'];

const IPV4_DOMAINS = [COMMERCIAL_DOMAIN, ...DOMAINS.map(([, domain]) => domain)];
const IPV4_HOST = hostPattern('dkr\\.ecr', IPV4_DOMAINS);
const DUAL_STACK_HOST = hostPattern('dkr-ecr', DUAL_STACK_DOMAINS);

function hostPattern(service: string, domains: readonly string[]): RegExp {
  const escaped = domains.map((domain) => domain.replaceAll('.', '\\.')).join('|');
  return new RegExp(
    `^(?<account>\\d{12})\\.${service}(?<fips>-fips)?\\.(?<region>[a-z0-9-]+)\\.(?:${escaped})$`,
  );
}

/** Undefined for a host that is not ECR's. */
export function parseImageHost(host: string): ImageHost | undefined {
  if (host === PUBLIC_HOST) return { type: 'public', fips: false, dualStack: false };
  if (host === PUBLIC_DUAL_STACK_HOST) return { type: 'public', fips: false, dualStack: true };
  return parsePrivateHost(host, IPV4_HOST, false) ?? parsePrivateHost(host, DUAL_STACK_HOST, true);
}

function parsePrivateHost(
  host: string,
  pattern: RegExp,
  dualStack: boolean,
): ImageHost | undefined {
  const { account, region, fips } = pattern.exec(host)?.groups ?? {};
  if (account === undefined || region === undefined) return undefined;
  return { type: 'private', accountId: account, region, fips: fips !== undefined, dualStack };
}

/** The host that a private registry's images are pulled from. */
export function privateHost(accountId: string, region: string): string {
  const domain = DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? COMMERCIAL_DOMAIN;
  return `${accountId}.dkr.ecr.${region}.${domain}`;
}
