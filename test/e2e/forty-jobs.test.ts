import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { Ecr } from '../../src/ecr/ecr.ts';
import { parseInputs } from '../../src/inputs/inputs.ts';
import { RunLog } from '../../src/report/run-log.ts';
import { run } from '../../src/run.ts';
import type { Rate } from '../local-ecr/options.ts';
import { readActionMetadata } from '../support/action-metadata.ts';
import { buildImage } from '../support/image.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, REPOSITORY_NAME, type Step } from './step.ts';

const JOBS = 40;
/** `LAYERS=10 node --test test/e2e/forty-jobs.test.ts` for the long run. */
const LAYERS = Number(process.env['LAYERS'] ?? 2);
/** With `PROCESSES=1` each job is the built action. By the time when all have started, the first may have ended. */
const ARE_PROCESSES = 'PROCESSES' in process.env;

const ten = { rate: 10, burst: 10 };
const hundred = { rate: 100, burst: 100 };
/** As AWS publishes them for an account and a region; what it allows at once is not known. */
const PUBLIC: Readonly<Record<string, Rate>> = {
  InitiateLayerUpload: ten,
  UploadLayerPart: { rate: 260, burst: 260 },
  CompleteLayerUpload: ten,
  PutImage: ten,
};
const PRIVATE: Readonly<Record<string, Rate>> = {
  InitiateLayerUpload: hundred,
  UploadLayerPart: { rate: 500, burst: 500 },
  CompleteLayerUpload: hundred,
  PutImage: ten,
};

/** Each job has an image of its own. */
async function writeLayouts(step: Step): Promise<void> {
  for (let job = 0; job < JOBS; job += 1) {
    const layers = Array.from({ length: LAYERS }, (_, at) => ({ size: 1000 + at }));
    const image = buildImage({ seed: `job ${job}`, layers });
    await writeLayoutDirectory(step.path(`layout-${job}`), [image]);
  }
}

type Inputs = Readonly<Record<string, string>>;

/** In this process, at once, with nothing that jobs share: forty processes start one after another. */
async function runHere(step: Step, inputs: readonly Inputs[]): Promise<void> {
  using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...step.ecr.env });
  const known = (await readActionMetadata()).inputs;
  const runOne = async (given: Inputs): Promise<void> => {
    const read = (name: string) => given[name] ?? known.get(name)?.default ?? '';
    const parsed = await parseInputs(read, (path) => readFile(path, 'utf8'));
    await using ecr = new Ecr(parsed);
    const ignore = (): void => undefined;
    using log = new RunLog({
      info: ignore,
      warning: ignore,
      debug: ignore,
      group: <T>(_name: string, work: () => Promise<T>) => work(),
    });
    await run(parsed, { ecr, log, setOutputs: ignore });
  };
  await Promise.all(inputs.map(runOne));
}

/** Which share of all calls was throttled, from ten seconds after all jobs had begun. */
function throttledLate({ ecr }: Step, context: TestContext): number {
  const calls = ecr.calls();
  const began = Math.min(...calls.map(({ headAt }) => headAt));
  // Each job makes one, first of all.
  const allBegan = ecr.calls('BatchCheckLayerAvailability').at(-1)?.headAt ?? began;
  const shareOf = (some: typeof calls): number =>
    some.filter(({ outcome }) => outcome === 'ThrottlingException').length / (some.length || 1);
  const late = calls.filter(({ headAt }) => headAt >= allBegan + 10_000);
  const limited = late.filter(
    ({ operation }) => operation in PUBLIC && operation !== 'UploadLayerPart',
  );
  const ended = Math.max(...calls.map(({ answeredAt = 0 }) => answeredAt));
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  context.diagnostic(
    `${calls.length} calls in ${((ended - began) / 1000).toFixed(1)} s, all begun after ${((allBegan - began) / 1000).toFixed(1)} s, throttled: ` +
      `${percent(shareOf(calls))}; of ${late.length} from 10 s later: ${percent(shareOf(late))}; ` +
      `of ${limited.length} that are limited to few: ${percent(shareOf(limited))}`,
  );
  return shareOf(late);
}

for (const [what, throttle, repository] of [
  ['public', PUBLIC, `public.ecr.aws/local/${REPOSITORY_NAME}`],
  ['private', PRIVATE, REPOSITORY_NAME],
] as const) {
  test(`forty jobs at once stay within the ${what} limits`, async (context) => {
    await using step = await prepareStep({ throttle });
    step.ecr.createRepository(REPOSITORY_NAME, { service: 'ecr-public' });
    await writeLayouts(step);
    const inputs = Array.from({ length: JOBS }, (_, job) => ({
      layout: step.path(`layout-${job}`),
      repository,
      tags: `job-${job}`,
    }));
    // Each fails the test where it fails.
    if (ARE_PROCESSES) await Promise.all(inputs.map((given) => step.push(given)));
    else await runHere(step, inputs);
    const service = what === 'public' ? 'ecr-public' : 'ecr';
    assert.equal(step.ecr.repository(REPOSITORY_NAME, { service }).tags.size, JOBS);
    assert(throttledLate(step, context) < (LAYERS > 2 ? 0.05 : 0.15));
  });
}
