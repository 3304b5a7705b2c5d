import { describeRepository, repositoryUri } from '../ecr/names/reference.ts';
import type { TagStep } from '../plan/tags.ts';
import type { PushReport, TargetReport } from '../push/report.ts';
import { count, skipped } from './layers.ts';
import { countText, type Log, warnOfName } from './log.ts';

/** What a push would do to each target that would not fail. */
export function logPlan({ image, targets }: PushReport, log: Pick<Log, 'info' | 'warning'>): void {
  for (const target of targets) {
    if (target.error !== undefined) continue;
    if (target.planned?.repository === 'await') log.warning(missing(target));
    if (isUnnamed(target)) log.warning(UNNAMED);
    else warnOfName(target.repository, log);
    for (const line of planLines(target, image.descriptor.digest)) log.info(line);
  }
}

function missing({ repository }: TargetReport): string {
  return `${describeRepository(repository)} does not exist: a push fails unless ECR creates it, or create-repository is true`;
}

/** What is not there cannot be asked for its registry's name. */
const UNNAMED =
  'Could not determine the account, so the outputs do not name the registry of a repository that does not exist yet: set registry-id to the account ID';

function isUnnamed({ repository, planned }: TargetReport): boolean {
  const isThere = planned?.repository === 'none' || planned?.repository === 'finish';
  return !isThere && repositoryUri(repository) === undefined;
}

function planLines({ repository, planned, layers }: TargetReport, digest: string): string[] {
  const steps = planned?.tags ?? [];
  const tags = steps.map((step) => `${step.tag} ${fateOf(step, digest)}`);
  const isThere = planned?.manifests.every((put) => put.digest !== digest) === true;
  const untagged = `${isThere ? 'holds' : 'would hold'} ${digest}`;
  const [sent, there] = [countText(count(layers, 'missing')), countText(skipped(layers))];
  return [
    `${describeRepository(repository)}: ${steps.length === 0 ? untagged : tags.join('; ')}`,
    `A push would upload ${sent}; already there: ${there}`,
  ];
}

function fateOf(step: TagStep, digest: string): string {
  switch (step.kind) {
    case 'create':
      return `would be created, for ${digest}`;
    case 'move':
      return `would move from ${step.from} to ${digest}`;
    case 'unchanged':
      return `points to ${digest} already`;
    case 'put':
      return `would point to ${digest}`;
    default:
      return `would stay with ${step.holder ?? 'another image'}`;
  }
}
