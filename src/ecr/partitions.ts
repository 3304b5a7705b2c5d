/**
 * The domain of image hosts in each AWS partition, by the start of its regions' names.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
const DOMAINS: readonly (readonly [regionPrefix: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];

const COMMERCIAL_DOMAIN = 'amazonaws.com';

export const IMAGE_HOST_DOMAINS: readonly string[] = [
  COMMERCIAL_DOMAIN,
  ...DOMAINS.map(([, domain]) => domain),
];

export function imageHostDomain(region: string): string {
  return DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? COMMERCIAL_DOMAIN;
}

/** As it stands in ARNs. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  const isolated = /^[a-z]{2}-(iso[a-z]?)-/.exec(region)?.[1];
  if (isolated === undefined) return 'aws';
  return isolated === 'iso' ? 'aws-iso' : `aws-iso-${isolated.slice(3)}`;
}
