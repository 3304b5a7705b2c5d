import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { assertGolden, goldenSection } from '../support/golden.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import type { ActionRun } from '../support/run-action.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, type Step } from './step.ts';

/** What ten runs print, line by line, for a reader to judge at one look: log.golden.md. */

const imageOf = (application: string): Graph =>
  buildImage({
    seed: application,
    layers: [
      { files: { 'lib/base': 'base '.repeat(600_000) }, compression: 'none' },
      { files: { 'bin/application': application.repeat(4000) }, compression: 'none' },
    ],
  });
const [image, changed] = [imageOf('1.0'), imageOf('1.1')];
const amd = buildImage({ seed: 'amd', platform: { os: 'linux', architecture: 'amd64' } });
const arm = buildImage({ seed: 'arm', platform: { os: 'linux', architecture: 'arm64' } });
const index = buildIndex([amd, arm, buildAttestation(amd)]);

interface Case {
  readonly ecr?: LocalEcrOptions;
  readonly root?: Graph;
  readonly inputs?: Readonly<Record<string, string>>;
  /** What comes before the run that is shown. */
  readonly before?: (step: Step) => Promise<unknown> | undefined;
  readonly exitCode?: number;
}

const immutable = async (step: Step): Promise<void> => {
  step.ecr.createRepository('team/immutable', { imageTagMutability: 'IMMUTABLE' });
  await writeLayoutDirectory(step.path('other'), [changed]);
  await step.push({ layout: 'other', repository: 'team/immutable', tags: '1.0' });
};
const PUSH = ['BatchCheckLayerAvailability', 'InitiateLayerUpload', 'UploadLayerPart'].concat(
  'CompleteLayerUpload',
  'PutImage',
);

const cases: Readonly<Record<string, Case>> = {
  'The first push of an image': { inputs: { tags: '1.0, latest' } },
  'The same push again': {
    before: (step) => step.push({ tags: '1.0, latest' }),
    inputs: { tags: '1.0, latest' },
  },
  'One layer changed': { before: (step) => step.push(), root: changed },
  'An index filtered to one platform': {
    root: index,
    inputs: { platforms: 'linux/arm64', attestations: 'drop' },
  },
  'Two repositories, one of them missing': {
    inputs: {
      tags: [
        '012345678901.dkr.ecr.us-east-1.amazonaws.com/team/app:1.0',
        '012345678901.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.0',
      ].join(),
    },
    exitCode: 1,
  },
  'A repository that is created, whose lifecycle policy ECR refuses': {
    inputs: {
      repository: 'team/new',
      'create-repository': 'true',
      'repository-settings': '{"lifecycle-policy": {"rules": "none"}}',
    },
    exitCode: 1,
  },
  'An immutable tag that another image holds': {
    before: immutable,
    inputs: { repository: 'team/immutable', tags: '1.0' },
    exitCode: 1,
  },
  'An immutable tag that is skipped': {
    before: immutable,
    inputs: { repository: 'team/immutable', tags: '1.0, 1.1', 'if-tag-exists': 'skip' },
  },
  'A layer lost in transit, and a manifest whose layers ECR does not see at first': {
    before: (step) => {
      step.ecr.fault({ kind: 'expire-upload', operation: 'CompleteLayerUpload' });
      step.ecr.fault({ kind: 'hide-layers', operation: 'PutImage' });
      return undefined;
    },
  },
  'A push with only the required permissions': {
    ecr: {
      credentials: [
        { ...DEFAULT_CREDENTIAL, policy: [{ actions: PUSH.map((call) => `ecr:${call}`) }] },
      ],
    },
  },
};

const shown = new Map<string, string>();

void describe('the log reads as its golden file', () => {
  for (const [name, given] of Object.entries(cases)) {
    test(name, async () => {
      shown.set(name, await show(given));
    });
  }
  after(async () => {
    const sections = Object.keys(cases).map((name) => goldenSection(name, shown.get(name) ?? ''));
    const title = '# What ten runs print\n';
    await assertGolden(new URL('log.golden.md', import.meta.url), [title, ...sections].join('\n'));
  });
});

async function show({ ecr, root = image, inputs, before, exitCode = 0 }: Case): Promise<string> {
  await using step = await prepareStep(ecr);
  await writeLayoutDirectory(step.path('layout'), [image]);
  await before?.(step);
  await writeLayoutDirectory(step.path('pushed'), [root]);
  // One after another, so that the lines always come in one order.
  const run = await step.run({ layout: 'pushed', concurrency: '1', ...inputs });
  assert.equal(run.exitCode, exitCode, run.stdout);
  return printed(run);
}

/** Its lines as on any machine: with times that are always the same, and none that only a slow one writes. */
function untimed(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => !/^Uploading: |still at work after/.test(line))
    .map((line) => line.replace(/ in [\d.]+ m?s at [\d.]+ \w+\/s$/, ' in 250 ms at 11.6 MiB/s'))
    .map((line) => line.replace(/( B| KiB) in [\d.]+ m?s$/, '$1 in 40 ms'));
}

/** As a person reads it: commands to the runner as what it makes of them, without what only debug logs show. */
function printed({ stdout }: ActionRun): string {
  const lines = untimed(stdout)
    .filter((line) => line !== '' && !/^::(debug|endgroup|set-output)/.test(line))
    .map((line) =>
      line.replace(/^::group::/, '▸ ').replace(/^::(error|warning)(?: title=[^:]+)?::/, '$1: '),
    )
    .map((line) => line.replaceAll('%0A', '\n').replaceAll('%25', '%'));
  const first = lines.findIndex((line) => line.startsWith('['));
  if (first < 0) return lines.join('\n');
  // Those of several repositories come as they happen: here, one repository after the other.
  const isOfOne = (line: string): boolean => line.startsWith('[');
  const targetOf = (line: string): string => line.slice(0, line.indexOf(']'));
  const ofOne = lines.filter(isOfOne);
  const targets = [...new Set(ofOne.map(targetOf))].sort();
  return [
    ...lines.slice(0, first),
    ...targets.flatMap((target) => ofOne.filter((line) => targetOf(line) === target)),
    ...lines.slice(first).filter((line) => !isOfOne(line)),
  ].join('\n');
}
