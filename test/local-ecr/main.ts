import { parseArgs } from 'node:util';
import { serviceRules } from './rules.ts';
import type { Service } from './rules.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcr } from './server.ts';

const HELP = `A local ECR: the API of Amazon ECR and ECR Public for pushes, the OCI distribution API for pulls.

Usage: npm run ecr -- [options]

  --port NUMBER                  port on 127.0.0.1 (default: a free one)
  --data FOLDER                  keep blobs and state there (default: a temporary folder)
  --region REGION                region of the private repositories (default: us-east-1)
  --repository NAME              create this private repository; may be repeated
  --public-repository ALIAS/NAME create this public repository; may be repeated
  --help
`;

interface Arguments {
  readonly port: number;
  readonly data: string | undefined;
  readonly region: string;
  readonly repositories: readonly string[];
  readonly publicRepositories: readonly { readonly alias: string; readonly name: string }[];
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
  };
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

async function run({ port, data, region, ...names }: Arguments): Promise<void> {
  const aliases = names.publicRepositories.map(({ alias }) => [alias, ACCOUNT] as const);
  const ecr = await startLocalEcr({
    port,
    region,
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
