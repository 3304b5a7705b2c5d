import { parseArgs } from 'node:util';
import { serviceRules } from './rules.ts';
import type { Service } from './rules.ts';
import type { LocalEcrOptions, TransportOptions } from './options.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcr } from './server.ts';

const HELP = `A local ECR: the API of Amazon ECR and ECR Public for pushes, the OCI distribution API for pulls.

Usage: npm run ecr -- [options]

  --port NUMBER                  port on 127.0.0.1 (default: a free one)
  --data FOLDER                  keep blobs and state there (default: a temporary folder)
  --region REGION                region of the private repositories (default: us-east-1)
  --repository NAME              create this private repository; may be repeated
  --public-repository ALIAS/NAME create this public repository; may be repeated
  --connection-rate BYTES        read no connection faster than so many bytes of bodies a second
  --body-timeout MILLISECONDS    close a connection that brings no byte of a body for so long
  --body-timeout-answer HOW      what comes first: close (nothing, the default), or 408
  --refuse-early HOW             refuse a part, before its end, while another one of its upload has no answer:
                                 close, an HTTP status, or the name of an exception
  --help
`;

interface Arguments {
  readonly port: number;
  readonly data: string | undefined;
  readonly region: string;
  readonly repositories: readonly string[];
  readonly publicRepositories: readonly { readonly alias: string; readonly name: string }[];
  readonly transport: TransportOptions & Pick<LocalEcrOptions, 'refuseEarly'>;
}

/** A mistake on the command line. */
class UsageError extends Error {}

const ACCOUNT = '012345678901';

try {
  if (process.argv.includes('--help')) process.stdout.write(HELP);
  else await run(readArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

function readArguments(args: readonly string[]): Arguments {
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
  if (text === 'close' || /^[A-Z][A-Za-z]+Exception$/.test(text)) return text;
  throw new UsageError(
    `--refuse-early ${text}: give close, an HTTP status (400 to 599), or the name of an exception`,
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

async function run({ port, data, region, transport, ...names }: Arguments): Promise<void> {
  const aliases = names.publicRepositories.map(({ alias }) => [alias, ACCOUNT] as const);
  const ecr = await startLocalEcr({
    port,
    region,
    ...transport,
    ...(data === undefined ? {} : { dataDir: data }),
    ...(aliases.length === 0 ? {} : { aliases: Object.fromEntries(aliases) }),
  });
  for (const name of names.repositories) createMissing(ecr, name, 'ecr');
  for (const { name } of names.publicRepositories) createMissing(ecr, name, 'ecr-public');
  process.stdout.write(`The local ECR listens at ${ecr.url}\n\nIn the shell that pushes:\n\n`);
  for (const [name, value] of Object.entries(ecr.env))
    process.stdout.write(`export ${name}=${value}\n`);
  const stop = () => void ecr[Symbol.asyncDispose]();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** Repositories that an earlier run left in the data folder stay as they are. */
function createMissing(ecr: LocalEcr, name: string, service: Service): void {
  const account = ecr.world.credentials[0].accountId;
  const { repositories } = ecr.world.registry(service, account, ecr.world.region);
  if (!repositories.has(name)) ecr.createRepository(name, { service });
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'The port is in use: choose another, or leave --port out.';
  if (error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS'))
    return `${error.message}\nSee npm run ecr -- --help`;
  return error.message;
}
