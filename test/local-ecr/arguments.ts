import { parseArgs } from 'node:util';
import { OPERATIONS } from './operations/index.ts';
import { BEHAVIOURS } from './options.ts';
import type { LocalEcrOptions, TransportOptions } from './options.ts';
import { LIMITS, serviceRules } from './rules.ts';
import type { Limits, Service } from './rules.ts';

/** What the command line asks for. */
export interface Arguments {
  readonly port: number;
  readonly data: string | undefined;
  readonly region: string;
  readonly repositories: readonly string[];
  readonly publicRepositories: readonly { readonly alias: string; readonly name: string }[];
  readonly transport: TransportOptions & Pick<LocalEcrOptions, 'refuseEarly'>;
  readonly rules: Pick<LocalEcrOptions, 'limits' | 'behaviours' | 'brokenKeys' | 'failing'>;
}

/** A mistake on the command line. */
export class UsageError extends Error {}

const EXCEPTION = /^[A-Z][A-Za-z]+Exception$/;

/** @throws UsageError, or an error of `parseArgs` */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      data: { type: 'string' },
      region: { type: 'string', default: 'us-east-1' },
      repository: { type: 'string', multiple: true, default: [] },
      'public-repository': { type: 'string', multiple: true, default: [] },
      'connection-rate': { type: 'string' },
      'body-timeout': { type: 'string' },
      'body-timeout-answer': { type: 'string' },
      'refuse-early': { type: 'string' },
      limit: { type: 'string', multiple: true, default: [] },
      behaviour: { type: 'string', multiple: true, default: [] },
      'broken-key': { type: 'string', multiple: true, default: [] },
      fail: { type: 'string', multiple: true, default: [] },
    },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
    throw new UsageError(`--port ${values.port}: a port is a number from 0 to 65535`);
  return {
    port: Number(values.port),
    data: values.data,
    region: values.region,
    repositories: values.repository.map((name) => checkName(name, 'ecr')),
    publicRepositories: values['public-repository'].map(parsePublicName),
    transport: {
      ...given('connectionRate', values['connection-rate'], parseCount('--connection-rate')),
      ...given('bodyTimeout', values['body-timeout'], parseCount('--body-timeout')),
      ...given('bodyTimeoutAnswer', values['body-timeout-answer'], parseTimeoutAnswer),
      ...given('refuseEarly', values['refuse-early'], parseRefusal),
    },
    rules: {
      limits: both(Object.fromEntries(values.limit.map(parseLimit))),
      behaviours: Object.fromEntries(values.behaviour.map(parseBehaviour)),
      brokenKeys: Object.fromEntries(values['broken-key'].map(parseKey)),
      failing: Object.fromEntries(values.fail.map(parseFailure)),
    },
  };
}

/** The option by that name, if there is a text for it. */
function given<K extends string, T>(
  name: K,
  text: string | undefined,
  parse: (text: string) => T,
): Partial<Record<K, T>> {
  return text === undefined ? {} : ({ [name]: parse(text) } as Record<K, T>);
}

function parseCount(option: string): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d*$/.test(text)) return Number(text);
    throw new UsageError(`${option} ${text}: give a whole number from 1 on`);
  };
}

function parseTimeoutAnswer(text: string): 'close' | '408' {
  if (text === 'close' || text === '408') return text;
  throw new UsageError(`--body-timeout-answer ${text}: there are close and 408`);
}

function parseRefusal(text: string): string | number {
  if (/^[45]\d\d$/.test(text)) return Number(text);
  if (text === 'close' || EXCEPTION.test(text)) return text;
  throw new UsageError(
    `--refuse-early ${text}: give close, an HTTP status (400 to 599), or the name of an exception`,
  );
}

function both(limits: Partial<Limits>): NonNullable<LocalEcrOptions['limits']> {
  return { ecr: limits, 'ecr-public': limits };
}

/** The words before and after the first `=`. */
function halves(text: string): readonly [string, string] {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  return [name, value];
}

function parseLimit(text: string): readonly [string, number] {
  const [name, value] = halves(text);
  if (LIMITS.some((limit) => limit === name) && /^\d+$/.test(value)) return [name, Number(value)];
  throw new UsageError(`--limit ${text}: give NAME=NUMBER, with a name of ${LIMITS.join(', ')}`);
}

function parseBehaviour(text: string): readonly [string, string | boolean] {
  const [name, value] = halves(text);
  const all = Object.entries(BEHAVIOURS).flatMap(([known, values]) =>
    values.map((one) => [known, one] as const),
  );
  const found = all.find(([known, one]) => known === name && String(one) === value);
  if (found !== undefined) return found;
  const choices = all.map(([known, one]) => `${known}=${one}`).join(', ');
  throw new UsageError(`--behaviour ${text}: there are ${choices}`);
}

function parseKey(text: string): readonly [string, string] {
  const [key, kmsError] = halves(text);
  if (key !== '') return [key, kmsError];
  throw new UsageError(`--broken-key ${text}: give it as KEY=ERROR, such as DisabledException`);
}

function parseFailure(text: string): readonly [string, string] {
  const [call, name] = halves(text);
  const isCall = Object.values(OPERATIONS).some((operations) => operations.has(call));
  if (isCall && EXCEPTION.test(name)) return [call, name];
  throw new UsageError(
    `--fail ${text}: give it as CALL=EXCEPTION, such as PutImage=ServerException`,
  );
}

function parsePublicName(text: string): { alias: string; name: string } {
  const [, alias, name] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
  if (alias === undefined || name === undefined)
    throw new UsageError(`--public-repository ${text}: give it as ALIAS/NAME`);
  return { alias, name: checkName(name, 'ecr-public') };
}

function checkName(name: string, service: Service): string {
  const { min, max, pattern } = serviceRules(service).repositoryName;
  const whole = new RegExp(`^(?:${pattern.source})$`);
  if (name.length >= min && name.length <= max && whole.test(name)) return name;
  throw new UsageError(`'${name}' is no name for a repository`);
}
