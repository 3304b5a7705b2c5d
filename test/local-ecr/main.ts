import { readArguments, UsageError } from './arguments.ts';
import type { Arguments } from './arguments.ts';
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
  --connection-rate BYTES        read no connection faster than so many bytes of bodies a second
  --body-timeout MILLISECONDS    close a connection that brings no byte of a body for so long
  --body-timeout-answer HOW      what comes first: close (nothing, the default), or 408
  --refuse-early HOW             refuse a part, before its end, while another one of its upload has no answer:
                                 close, an HTTP status, or the name of an exception
  --limit NAME=NUMBER            another limit of both services, such as maxRepositories=1; may be repeated
  --behaviour NAME=VALUE         what is not known of AWS, the other way: missingLayers=omitted; may be repeated
  --broken-key KEY=ERROR         KMS refuses this key with this error of its own; may be repeated
  --fail CALL=EXCEPTION          refuse each of these calls with this exception; may be repeated
  --help
`;

const ACCOUNT = '012345678901';

try {
  if (process.argv.includes('--help')) process.stdout.write(HELP);
  else await run(readArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

async function run({ port, data, region, transport, rules, ...names }: Arguments): Promise<void> {
  const aliases = names.publicRepositories.map(({ alias }) => [alias, ACCOUNT] as const);
  const ecr = await startLocalEcr({
    port,
    region,
    ...transport,
    ...rules,
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
