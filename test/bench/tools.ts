import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../support/action-metadata.ts';
import { execute } from '../support/execute.ts';
import { TAG } from './make-layout.ts';
import type { Command } from './measure.ts';

export const RIVAL_NAMES = ['crane', 'oras', 'regctl', 'skopeo'] as const;
/** `before`: another build of the action, to compare it with in one run. */
export const TOOL_NAMES = ['action', 'before', ...RIVAL_NAMES] as const;
type RivalName = (typeof RIVAL_NAMES)[number];
export type ToolName = (typeof TOOL_NAMES)[number];

export function isRival(name: ToolName): name is RivalName {
  return name !== 'action' && name !== 'before';
}

/**
 * Those that hash the layers they send. Seen by what they burn for a GB over plain HTTP: 1 s and more, against 0.1 s of
 * the others, which leave it to the kernel to get the file's bytes into the socket.
 */
export const HASHING_RIVALS: ReadonlySet<ToolName> = new Set<ToolName>(['regctl', 'skopeo']);

/** A push that is to be measured. */
interface PushTarget {
  /** Of the layout. */
  readonly directory: string;
  readonly port: number;
  readonly tls: boolean;
  readonly certPath: string;
  /** Empty, for the home directory and what the tool writes. */
  readonly scratch: string;
}

/** Inputs of the action that are not left at their defaults. The rivals know neither. */
export interface ActionInputs {
  /** MiB. */
  readonly partSize?: number | undefined;
  readonly partsInFlight?: PartsInFlight | undefined;
}

export type PartsInFlight = number | 'auto';

/** A tool that is installed. */
export interface Tool {
  readonly name: ToolName;
  /** What it is called while it is measured. */
  readonly label: string;
  readonly version: string;
  command(target: PushTarget): Promise<Command>;
}

const NAME = 'bench/app';

interface Rival {
  readonly versionArgs: readonly string[];
  readonly args: (target: PushTarget) => readonly string[];
}

/** At their defaults, all but for what tells them where and whether to speak TLS. */
const RIVALS: Readonly<Record<RivalName, Rival>> = {
  crane: {
    versionArgs: ['version'],
    // It takes a loopback address to be plain HTTP, if TLS does not answer.
    args: (target) => ['push', target.directory, reference(target)],
  },
  oras: {
    versionArgs: ['version'],
    args: (target) => [
      'cp',
      '--no-tty',
      '--from-oci-layout',
      ...(target.tls ? [] : ['--to-plain-http']),
      `${target.directory}:${TAG}`,
      reference(target),
    ],
  },
  regctl: {
    versionArgs: ['version', '--format', '{{.VCSTag}}'],
    args: (target) => [
      '--host',
      `reg=127.0.0.1:${target.port},tls=${target.tls ? 'enabled' : 'disabled'}`,
      'image',
      'copy',
      `ocidir://${target.directory}:${TAG}`,
      reference(target),
    ],
  },
  skopeo: {
    versionArgs: ['--version'],
    args: (target) => [
      '--insecure-policy',
      'copy',
      '--quiet',
      '--all',
      '--preserve-digests',
      ...(target.tls ? [] : ['--dest-tls-verify=false']),
      `oci:${target.directory}:${TAG}`,
      `docker://${reference(target)}`,
    ],
  },
};

function reference({ port }: PushTarget): string {
  return `127.0.0.1:${port}/${NAME}:${TAG}`;
}

/** Undefined where it is not installed. BENCH_TOOLS, a folder, comes before PATH. */
export async function findTool(
  name: ToolName,
  inputs: ActionInputs = {},
): Promise<Tool | undefined> {
  if (!isRival(name)) return action(name, inputs);
  const program = await findProgram(name);
  if (program === undefined) return undefined;
  const { versionArgs, args } = RIVALS[name];
  const [, version = '?'] = /(\d+\.\d+\.\d+)/.exec(await execute(program, ...versionArgs)) ?? [];
  return {
    name,
    label: name,
    version,
    command: (target) => Promise.resolve({ program, args: args(target), env: environment(target) }),
  };
}

async function findProgram(name: string): Promise<string | undefined> {
  const folders = [
    process.env['BENCH_TOOLS'] ?? '',
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  for (const folder of folders.filter((path) => path !== '')) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** Both Go and Node read their own variable for the certificates to trust. */
function environment({ scratch, certPath, tls }: PushTarget): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: scratch,
    TMPDIR: scratch,
    ...(tls ? { SSL_CERT_FILE: certPath, NODE_EXTRA_CA_CERTS: certPath } : {}),
  };
}

/** `dist/index.js`, or another build of it in BENCH_ACTION, started as a runner starts it; `before` is in BENCH_BEFORE. */
async function action(name: 'action' | 'before', inputs: ActionInputs): Promise<Tool | undefined> {
  const main = buildOf(name);
  if (main === undefined) return undefined;
  await access(main);
  const { partsInFlight } = inputs;
  return {
    name,
    label: partsInFlight === undefined ? name : `${name} with parts-in-flight ${partsInFlight}`,
    version: `Node ${process.versions.node}`,
    command: async (target) => ({
      program: process.execPath,
      args: [main],
      env: {
        ...environment(target),
        ...(await runnerFiles(target.scratch)),
        INPUT_LAYOUT: target.directory,
        INPUT_REPOSITORY: NAME,
        INPUT_TAGS: TAG,
        ...variables(inputs),
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL_ECR: `${target.tls ? 'https' : 'http'}://127.0.0.1:${target.port}`,
      },
    }),
  };
}

function variables({ partSize, partsInFlight }: ActionInputs): Record<string, string> {
  return {
    ...(partSize === undefined ? {} : { 'INPUT_PART-SIZE': `${partSize}` }),
    ...(partsInFlight === undefined ? {} : { 'INPUT_PARTS-IN-FLIGHT': `${partsInFlight}` }),
  };
}

function buildOf(name: 'action' | 'before'): string | undefined {
  const { BENCH_ACTION, BENCH_BEFORE } = process.env;
  if (name === 'before') return BENCH_BEFORE;
  return BENCH_ACTION ?? fileURLToPath(new URL('dist/index.js', REPOSITORY));
}

/** The files that the action writes its answers to. */
async function runnerFiles(scratch: string): Promise<Record<string, string>> {
  const names = ['OUTPUT', 'STEP_SUMMARY', 'ENV', 'PATH', 'STATE'];
  const temporary = join(scratch, 'runner-temp');
  await mkdir(temporary);
  for (const name of names) await writeFile(join(scratch, name), '');
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: scratch,
    RUNNER_TEMP: temporary,
    ...Object.fromEntries(names.map((name) => [`GITHUB_${name}`, join(scratch, name)])),
  };
}
