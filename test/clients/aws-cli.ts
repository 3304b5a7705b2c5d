import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import type { Credential } from '../local-ecr/options.ts';
import type { LocalEcr } from '../local-ecr/server.ts';

const run = promisify(execFile);

/** What `aws` printed as JSON. */
export type Output = Record<string, unknown>;

/** A call that the service refused, as the command line tells it. */
export class AwsCliError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface AwsSettings {
  readonly service: 'ecr' | 'ecr-public';
  readonly region?: string;
  readonly credential?: Pick<Credential, 'accessKeyId' | 'secretAccessKey'>;
}

/**
 * Runs one command against the local ECR, and against nothing else. Only parameters that Debian's awscli 2.9 has may
 * be used. Throws AwsCliError when the service refuses.
 */
export async function aws(
  ecr: LocalEcr,
  { service, region = 'us-east-1', credential = DEFAULT_CREDENTIAL }: AwsSettings,
  ...args: readonly string[]
): Promise<Output> {
  const target = ['--endpoint-url', ecr.url, '--region', region, '--output', 'json'];
  try {
    const options = { env: environment(credential), maxBuffer: 1 << 26 };
    const { stdout } = await run('aws', [service, ...args, ...target], options);
    return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as Output;
  } catch (cause) {
    throw explain(cause, args);
  }
}

/** No configuration, profile or instance of the machine's may take part, and nothing is retried. */
function environment({
  accessKeyId,
  secretAccessKey,
}: Pick<Credential, 'accessKeyId' | 'secretAccessKey'>) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|https?_proxy$)/i.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
}

function explain(cause: unknown, [command]: readonly string[]): Error {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
  const [, name, message] =
    /An error occurred \((\w+)\) when calling the \w+ operation(?: \(reached max retries: \d+\))?: ([\s\S]*)/.exec(
      said,
    ) ?? [];
  if (name === undefined || message === undefined)
    return new Error(`aws ${command}\n${said}`, { cause });
  return new AwsCliError(name, message.trim());
}

/** The arguments that send a file as one part. */
export function partArgs(
  repositoryName: string,
  uploadId: string,
  first: number,
  length: number,
  file: string,
): string[] {
  const target = ['--repository-name', repositoryName, '--upload-id', uploadId];
  const range = ['--part-first-byte', `${first}`, '--part-last-byte', `${first + length - 1}`];
  return ['upload-layer-part', ...target, ...range, '--layer-part-blob', `fileb://${file}`];
}
