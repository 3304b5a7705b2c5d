import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ImageHost, parseImageHost, privateHost } from '../../../src/ecr/names/image-hosts.ts';

const ACCOUNT = '012345678901';
const at = (region: string, kind: Partial<ImageHost> = {}): ImageHost => ({
  type: 'private',
  accountId: ACCOUNT,
  region,
  fips: false,
  dualStack: false,
  ...kind,
});

/** Each form that AWS documents, or that its credential helper knows. */
const hosts: Readonly<Record<string, ImageHost>> = {
  [`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`]: at('eu-west-1'),
  [`${ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com`]: at('us-gov-west-1'),
  [`${ACCOUNT}.dkr.ecr-fips.us-east-2.amazonaws.com`]: at('us-east-2', { fips: true }),
  [`${ACCOUNT}.dkr.ecr-fips.us-gov-east-1.amazonaws.com`]: at('us-gov-east-1', { fips: true }),
  [`${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`]: at('eu-west-1', { dualStack: true }),
  [`${ACCOUNT}.dkr-ecr-fips.us-west-2.on.aws`]: at('us-west-2', { fips: true, dualStack: true }),
  [`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`]: at('cn-north-1'),
  [`${ACCOUNT}.dkr.ecr.cn-northwest-1.amazonaws.com.cn`]: at('cn-northwest-1'),
  [`${ACCOUNT}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`]: at('cn-north-1', {
    dualStack: true,
  }),
  [`${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu`]: at('eusc-de-east-1'),
  [`${ACCOUNT}.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu`]: at('eusc-de-east-1', {
    dualStack: true,
  }),
  [`${ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov`]: at('us-iso-east-1'),
  [`${ACCOUNT}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`]: at('us-isob-east-1'),
  [`${ACCOUNT}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`]: at('us-isof-south-1'),
  [`${ACCOUNT}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`]: at('eu-isoe-west-1'),
  'public.ecr.aws': { type: 'public', fips: false, dualStack: false },
  'ecr-public.aws.com': { type: 'public', fips: false, dualStack: true },
};

for (const [host, expected] of Object.entries(hosts)) {
  test(`${host} is ECR's`, () => assert.deepEqual(parseImageHost(host), expected));
}

const others = [
  '',
  'docker.io',
  'ghcr.io',
  'localhost:5000',
  'public.ecr.aws.example.com',
  'evil-public.ecr.aws',
  '12345678901.dkr.ecr.eu-west-1.amazonaws.com',
  '0123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.example.com`,
  `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com:443`,
  `${ACCOUNT}.dkr.ecr.eu.west.1.amazonaws.com`,
  `${ACCOUNT}.dkr.ecr..amazonaws.com`,
  `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws-com`,
  `${ACCOUNT}.dkr-ecr.eu-west-1.amazonaws.com`,
  `${ACCOUNT}.dkr.ecr.eu-west-1.on.aws`,
  `${ACCOUNT}.s3.eu-west-1.amazonaws.com`,
  'api.ecr.eu-west-1.amazonaws.com',
];

for (const host of others) {
  test(`${JSON.stringify(host)} is not`, () => assert.equal(parseImageHost(host), undefined));
}

for (const [host, { accountId, region, fips, dualStack }] of Object.entries(hosts)) {
  if (accountId === undefined || region === undefined || fips || dualStack) continue;
  test(`of account and region, ${host} is made again`, () =>
    assert.equal(privateHost(accountId, region), host));
}
