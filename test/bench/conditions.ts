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

export const CONDITION_NAMES = [
  'loopback',
  'loopback-tls',
  'latency',
  'ecr-like',
  'ecr-like-layer',
  'ecr-like-tls',
] as const;
export type ConditionName = (typeof CONDITION_NAMES)[number];

export const CONDITIONS: Readonly<Record<ConditionName, Condition>> = {
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
};
