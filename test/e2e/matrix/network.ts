import { BLACK_HOLE, type Fault } from '../../support/faulty-line.ts';
import type { Outcome } from './faults.ts';

/** What befalls the connections of a push, whatever they carry. */
export interface NetworkFault {
  readonly name: string;
  /** By the number of the connection, from 0. */
  readonly faultOf?: (connection: number) => Fault | undefined;
  /** New connections are refused for so long (ms); for good if infinite. */
  readonly refusedFor?: number;
  /** In the place of the registry's. */
  readonly host?: string;
  readonly expected: Outcome;
  /** AWS_MAX_ATTEMPTS, for what does not pass. */
  readonly attempts?: number;
  /** It takes minutes, so that only the long run has it. */
  readonly isLong?: boolean;
}

const first = (count: number, fault: Fault) => (connection: number) =>
  connection < count ? fault : undefined;

const each = (fault: Fault) => () => fault;

function of(kind: Fault['kind'], after: number, more: Partial<Fault> = {}): Fault {
  return { kind, after, of: 'client', milliseconds: 0, ...more };
}

const MB = 1_000_000;

/** A layer of 17 MiB goes over them, in parts of 10 MiB to begin with. */
export const NETWORK_FAULTS: readonly NetworkFault[] = [
  { name: 'refused for a second', refusedFor: 1000, expected: 'success' },
  { name: 'refused', refusedFor: Infinity, expected: 'CONNECTION_REFUSED', attempts: 2 },
  { name: 'the host is not found', host: 'ecr.invalid', expected: 'HOST_NOT_FOUND', attempts: 2 },
  { name: 'the first two reset at once', faultOf: first(2, of('reset', 0)), expected: 'success' },
  {
    name: 'reset at once',
    faultOf: each(of('reset', 0)),
    expected: 'CONNECTION_LOST',
    attempts: 3,
  },
  { name: 'the first carries nothing', faultOf: first(1, BLACK_HOLE), expected: 'success' },
  { name: 'carry nothing', faultOf: each(BLACK_HOLE), expected: 'CONNECTION_LOST', attempts: 1 },
  {
    name: 'the first carries nothing more in the midst of a part',
    faultOf: first(1, { ...BLACK_HOLE, after: 2 * MB }),
    expected: 'success',
  },
  {
    name: 'the first carries nothing more in the midst of an answer',
    faultOf: first(1, { ...BLACK_HOLE, of: 'server', after: 100 }),
    expected: 'success',
  },
  {
    name: 'the first two cut in the midst of a part',
    isLong: true,
    faultOf: first(2, of('cut', 2 * MB)),
    expected: 'success',
  },
  {
    name: 'cut after 9 MB each, which is less than a part of 10 MiB and more than one of 5',
    isLong: true,
    faultOf: each(of('cut', 9 * MB)),
    expected: 'success',
  },
  {
    name: 'cut after 3 MB each, which no part gets through',
    isLong: true,
    faultOf: each(of('cut', 3 * MB)),
    expected: 'CONNECTION_LOST',
    attempts: 4,
  },
  {
    name: 'stand still for two seconds in the midst of a part',
    faultOf: each(of('stall', 2 * MB, { milliseconds: 2000 })),
    expected: 'success',
  },
  {
    name: '8 MB a second',
    faultOf: each(of('rate', 0, { bytesPerSecond: 8 * MB })),
    expected: 'success',
  },
  {
    name: 'all bytes late by 100 ms',
    faultOf: each(of('late', 0, { milliseconds: 100 })),
    expected: 'success',
  },
];
