import { partition } from '@aws-sdk/core/client';

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

const PRIVATE_HOST =
  /^(?<account>\d{12})\.dkr(?<separator>[.-])ecr(?<fips>-fips)?\.(?<region>[a-z0-9-]+)\.(?<domain>[a-z0-9.-]+)$/;

/** Undefined for a host that is not ECR's. */
export function parseImageHost(host: string): ImageHost | undefined {
  if (host === PUBLIC_HOST) return { type: 'public', fips: false, dualStack: false };
  if (host === PUBLIC_DUAL_STACK_HOST) return { type: 'public', fips: false, dualStack: true };
  const { account, separator, fips, region, domain } = PRIVATE_HOST.exec(host)?.groups ?? {};
  if (account === undefined || region === undefined) return undefined;
  const dualStack = separator === '-';
  if (domain !== (dualStack ? dualStackDomain(region) : ipv4Domain(region))) return undefined;
  return { type: 'private', accountId: account, region, fips: fips !== undefined, dualStack };
}

/** The host that a private registry's images are pulled from. */
export function privateHost(accountId: string, region: string): string {
  return `${accountId}.dkr.ecr.${region}.${ipv4Domain(region)}`;
}

function ipv4Domain(region: string): string {
  return partition(region).dnsSuffix;
}

/** The domain of the API's dual-stack endpoints with `on.` in place of `api.`: `on.aws`. */
function dualStackDomain(region: string): string {
  return partition(region).dualStackDnsSuffix.replace(/^api\./, 'on.');
}
