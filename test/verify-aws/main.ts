import { parseArgs } from 'node:util';
import { ECRClient } from '@aws-sdk/client-ecr';
import { requestHandler } from '../../src/ecr/calls/clients.ts';
import { Probe } from './probe.ts';
import { UNKNOWNS } from './unknowns.ts';
import { isForeseen, reportOf, verify } from './verify.ts';

const HELP = `Finds out on AWS what docs/unknowns.md lists, and prints a report to paste into an issue.

Usage: npm run verify-aws -- --repository NAME [options]

  --repository NAME         private repository to push small images to; they are deleted at the end
  --public-repository NAME  the same in the account's ECR Public registry
  --archived-layer DIGEST   of an image in the repository that you have archived
  --upload-id ID            of an earlier report
  --hold SECONDS            how long to hold the end of a part (default: 30)
  --only ID                 this check alone; may be repeated
  --help

Credentials and region come from the environment, as for the AWS CLI. About 50 MB are sent.
`;

/** A mistake on the command line. */
class UsageError extends Error {}

try {
  if (process.argv.includes('--help')) process.stdout.write(HELP);
  else await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      repository: { type: 'string' },
      'public-repository': { type: 'string' },
      'archived-layer': { type: 'string' },
      'upload-id': { type: 'string' },
      hold: { type: 'string', default: '30' },
      only: { type: 'string', multiple: true },
    },
  });
  const { repository, only } = values;
  if (repository === undefined) throw new UsageError('Give --repository NAME; see --help.');
  if (!/^\d{1,4}$/.test(values.hold)) throw new UsageError('--hold takes seconds.');
  const known = UNKNOWNS.map(({ id }) => id);
  const strange = only?.find((id) => !known.includes(id));
  if (strange !== undefined)
    throw new UsageError(`There is no check ${strange}: there are ${known.join(', ')}.`);
  // A body that is held is no quicker with retries.
  const client = new ECRClient({ requestHandler: requestHandler(process.env), maxAttempts: 1 });
  try {
    const found = await verify(new Probe(client, repository), {
      hold: Number(values.hold),
      uploadId: values['upload-id'],
      archivedLayer: values['archived-layer'],
      publicRepository: values['public-repository'],
      only,
    });
    const day = new Date().toISOString().slice(0, 10);
    const report = reportOf(found, `${await client.config.region()}, ${day}`);
    process.stdout.write(report.replaceAll(repository, 'NAME'));
    if (!isForeseen(found)) process.exitCode = 1;
  } finally {
    client.destroy();
  }
}
