import assert from 'node:assert/strict';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import type { ErrorCode } from '../../src/errors.ts';
import type { Fault, FaultyCall } from '../local-ecr/faults.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { assertGolden } from '../support/golden.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import type { ActionRun } from '../support/run-action.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, shownError, type Step } from './step.ts';

/**
 * The ten likeliest failures, as someone meets them who sees only the run page: what the step printed, and its summary. Each
 * has to say what failed, why, and what to do. failures.golden.md keeps them.
 */

const imageOf = (version: string, architecture = 'amd64') =>
  buildImage({
    seed: version,
    layers: [{ size: 300_000 }, { size: 2_000_000 }, { size: 40_000 }],
    instructions: [
      'ADD alpine-minirootfs.tar.gz / # buildkit',
      'RUN /bin/sh -c apk add --no-cache python3 # buildkit',
      `COPY app-${version} /app # buildkit`,
    ],
    platform: { os: 'linux', architecture },
  });
const [image, other] = [imageOf('1.0'), imageOf('0.9')];
const [, large] = image.layers;
assert.ok(large);
const index = buildIndex([imageOf('1.0'), imageOf('1.0', 'arm64')]);
const ALWAYS = 1000;

interface Case {
  readonly code: ErrorCode;
  readonly ecr?: LocalEcrOptions;
  readonly faults?: readonly Fault[];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What else there is, or was done before. */
  readonly prepare?: (step: Step) => Promise<unknown>;
}

const READ = ['BatchCheckLayerAvailability', 'BatchGetImage', 'DescribeRepositories'];
const policy = [{ actions: READ.map((call) => `ecr:${call}`) }];

/** The largest is sent first. */
const isSmall = ({ input }: FaultyCall): boolean => Number(input['partLastByte']) < 1_000_000;

const cases: Readonly<Record<string, Case>> = {
  'No credentials': {
    code: 'NO_CREDENTIALS',
    env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
  },
  'A permission is missing': {
    code: 'ACCESS_DENIED',
    ecr: { credentials: [{ ...DEFAULT_CREDENTIAL, policy }] },
  },
  'The repository does not exist': {
    code: 'REPOSITORY_NOT_FOUND',
    inputs: { repository: 'team/ap' },
  },
  'The repository is in another region': {
    code: 'REPOSITORY_NOT_FOUND',
    inputs: { 'aws-region': 'eu-west-1' },
  },
  'Another image holds a tag that is immutable': {
    code: 'TAG_IS_IMMUTABLE',
    inputs: { repository: 'team/released' },
    prepare: async (step) => {
      step.ecr.createRepository('team/released', { imageTagMutability: 'IMMUTABLE' });
      await writeLayoutDirectory(step.path('other'), [other]);
      await step.push({ layout: 'other', repository: 'team/released', tags: '1.0' });
    },
  },
  'The file of a layer is damaged': {
    code: 'DIGEST_MISMATCH',
    prepare: async (step) => {
      const [algorithm = '', encoded = ''] = large.digest.split(':');
      const path = step.path(`layout/blobs/${algorithm}/${encoded}`);
      await using file = await open(path, 'r+');
      await file.write(Buffer.from('damage'), 0, 6, 1_234_567);
    },
  },
  'The layout does not exist': {
    code: 'LAYOUT_NOT_FOUND',
    inputs: { layout: 'build/image.tar' },
    prepare: async (step) => {
      await mkdir(step.path('build'));
      await writeFile(step.path('build/app.tar'), '');
    },
  },
  'The layout is of another kind': {
    code: 'NOT_A_LAYOUT',
    inputs: { layout: 'rootfs' },
    prepare: async (step) => {
      for (const name of ['bin', 'etc', 'usr'])
        await mkdir(step.path(`rootfs/${name}`), { recursive: true });
    },
  },
  'A platform is missing': {
    code: 'PLATFORM_NOT_FOUND',
    inputs: { layout: 'index', platforms: 'linux/amd64, linux/s390x' },
    prepare: (step) => writeLayoutDirectory(step.path('index'), [index]),
  },
  'The network is lost midway': {
    code: 'CONNECTION_LOST',
    faults: [{ kind: 'reset', operation: 'UploadLayerPart', when: isSmall, times: ALWAYS }],
  },
  'ECR throttles the push for ever': {
    code: 'THROTTLED',
    faults: [{ kind: 'throttle', operation: 'InitiateLayerUpload', times: ALWAYS }],
  },
};

const shown = new Map<string, string>();

void describe('a failure can be understood from the run page', { concurrency: 2 }, () => {
  for (const [name, given] of Object.entries(cases)) {
    test(name, async () => {
      shown.set(name, await fail(given));
    });
  }
  after(async () => {
    const pages = Object.keys(cases).map((name) => `## ${name}\n\n${shown.get(name) ?? ''}`);
    const title = '# What the run page shows of a push that failed\n';
    await assertGolden(
      new URL('failures.golden.md', import.meta.url),
      [title, ...pages].join('\n'),
    );
  });
});

async function fail({ code, ecr, faults = [], inputs, env, prepare }: Case): Promise<string> {
  await using step = await prepareStep(ecr);
  await writeLayoutDirectory(step.path('layout'), [image]);
  await prepare?.(step);
  for (const fault of faults) step.ecr.fault(fault);
  // One after another, so that what was reached before a failure is always the same; and few attempts, to be quick.
  const run = await step.run(
    { tags: '1.0', concurrency: '1', ...inputs },
    { env: { AWS_MAX_ATTEMPTS: '2', ...env } },
  );
  assert.equal(run.exitCode, 1, run.stdout);
  assert.equal(shownError(run).code, code, run.stdout);
  const [log, summary] = [printed(run), run.summary.trimEnd()];
  const fence = summary.includes('```') ? '````' : '```';
  const text = [
    `The log:\n\n\`\`\`text\n${log}\n\`\`\``,
    `The summary:\n\n${fence}text\n${summary}\n${fence}\n`,
  ];
  return normalised(text.join('\n\n'), step);
}

/** As a person reads it: commands to the runner as what it makes of them, without what only debug logs show. */
function printed({ stdout }: ActionRun): string {
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !/^::(debug|endgroup|set-output)/.test(line))
    .map((line) =>
      line.replace(/^::group::/, '▸ ').replace(/^::(error|warning)([^:]*)::/, '$1$2: '),
    )
    .map((line) => line.replaceAll('%0A', '\n').replaceAll('%0D', '').replaceAll('%25', '%'))
    .join('\n');
}

/** What differs between runs and machines: times, rates, paths, ports and how a lost connection was noticed. */
function normalised(text: string, { workspace }: Step): string {
  return text
    .replaceAll(workspace, '/workspace')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/\b\d{13}\b/g, 'MS')
    .replace(/(?:\d+ h )?(?:\d+ min )?\d+(?:\.\d)?[ \u00a0]m?s\b/g, 'TIME')
    .replace(/^(axisFormat|tickInterval) .*$/gm, '$1 BY-TIME')
    .replace(/[\d.]+ (?:[KMG]i)?B\/s/g, 'RATE')
    .replace(
      /(?:ECONNRESET: (?:socket hang up|write ECONNRESET)|EPIPE: write EPIPE)/g,
      'ECONNRESET: read ECONNRESET',
    );
}
