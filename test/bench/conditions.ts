import { type Limits, UNLIMITED } from './sink/limits.ts';
import type { LayoutName } from './layout-specs.ts';

/** Under what the tools are measured. */
export interface Condition {
  readonly title: string;
  readonly limits: Limits;
  readonly tls: boolean;
  /** Where it says something, if nobody asks for others. */
  readonly layouts: readonly LayoutName[];
}

const MIB = 1024 * 1024;
const ECR_LIKE: Limits = {
  ...UNLIMITED,
  bandwidth: 28 * MIB,
  bandwidthOf: 'wire',
  requestLatency: 20,
  partLatency: 150,
};

/** MiB/s a connection and ms a request, over which parts side by side are compared with parts in turn. */
export const RATES = [5, 28, 100] as const;
export const ROUND_TRIPS = [5, 20, 80] as const;
type MatrixName = `ecr-like-${(typeof RATES)[number]}mib-${(typeof ROUND_TRIPS)[number]}ms`;

const MATRIX: readonly {
  readonly name: MatrixName;
  readonly rate: number;
  readonly trip: number;
}[] = RATES.flatMap((rate) =>
  ROUND_TRIPS.map((trip) => ({ name: `ecr-like-${rate}mib-${trip}ms` as const, rate, trip })),
);

const SINGLE_NAMES = [
  'loopback',
  'loopback-tls',
  'latency',
  'ecr-like',
  'ecr-like-layer',
  'ecr-like-tls',
  'ecr-like-timeout',
  'ecr-like-refuse',
  'shared-50mib',
] as const;
type SingleName = (typeof SINGLE_NAMES)[number];

export type ConditionName = SingleName | MatrixName;
export const CONDITION_NAMES: readonly ConditionName[] = [
  ...SINGLE_NAMES,
  ...MATRIX.map(({ name }) => name),
];

const SINGLE: Readonly<Record<SingleName, Condition>> = {
  loopback: {
    title: 'Loopback, no limits',
    limits: UNLIMITED,
    tls: false,
    layouts: ['one-gib', 'twenty', 'many-small', 'one-changed', 'nothing-changed', 'platforms'],
  },
  'loopback-tls': {
    title: 'Loopback over TLS, no limits',
    limits: UNLIMITED,
    tls: true,
    layouts: ['one-gib', 'twenty'],
  },
  latency: {
    title: '20 ms a request, no other limits',
    limits: { ...UNLIMITED, requestLatency: 20 },
    tls: false,
    layouts: ['many-small', 'one-changed', 'nothing-changed'],
  },
  'ecr-like': {
    title:
      'Like ECR: 28 MiB/s of wire bytes a connection, 20 ms a request, 150 ms a part or a 10 MiB stretch',
    limits: ECR_LIKE,
    tls: false,
    layouts: ['one-gib', 'twenty', 'many-small', 'one-changed', 'nothing-changed', 'platforms'],
  },
  'ecr-like-layer': {
    title: 'Like ECR, but 28 MiB/s of layer bytes a connection',
    limits: { ...ECR_LIKE, bandwidthOf: 'layer' },
    tls: false,
    layouts: [],
  },
  'ecr-like-tls': {
    title: 'Like ECR, over TLS',
    limits: ECR_LIKE,
    tls: true,
    layouts: [],
  },
  'ecr-like-timeout': {
    title: 'Like ECR, but a body of which nothing comes for 0.4 s has its connection closed',
    limits: { ...ECR_LIKE, bodyTimeout: 400 },
    tls: false,
    layouts: ['one-gib'],
  },
  'ecr-like-refuse': {
    title: 'Like ECR, but a part is refused at once while another one of its layer is under way',
    limits: { ...ECR_LIKE, refuseEarly: 'InvalidLayerPartException' },
    tls: false,
    layouts: ['one-gib'],
  },
  'shared-50mib': {
    title: 'Like ECR, over a line of 50 MiB/s that all connections share',
    limits: { ...ECR_LIKE, sharedBandwidth: 50 * MIB },
    tls: false,
    layouts: ['one-gib', 'twenty'],
  },
};

export const CONDITIONS = {
  ...SINGLE,
  ...Object.fromEntries(MATRIX.map(({ name, rate, trip }) => [name, matrixCondition(rate, trip)])),
} as Readonly<Record<ConditionName, Condition>>;

function matrixCondition(rate: number, requestLatency: number): Condition {
  return {
    title: `Like ECR, at ${rate} MiB/s a connection and ${requestLatency} ms a request`,
    limits: { ...ECR_LIKE, bandwidth: rate * MIB, requestLatency },
    tls: false,
    layouts: [],
  };
}
