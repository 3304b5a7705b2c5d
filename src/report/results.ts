import { describeRepository, repositoryUri } from '../ecr/names/reference.ts';
import { PushError } from '../errors.ts';
import { type Failed, isFailed, publishedDigest, type TargetResult } from '../push/push-targets.ts';
import { countBlobs, type Log } from './log.ts';
import { messageOf } from './outputs.ts';

export function logResults(results: readonly TargetResult[], log: Log): void {
  for (const result of results) {
    if (!isFailed(result)) logComplete(result, log);
  }
}

function logComplete(result: Exclude<TargetResult, Failed>, log: Log): void {
  const { repository } = result.target.registry;
  const { uploads, present } = result.value.plan;
  if (repositoryUri(repository) === undefined) {
    log.warning(
      'No answer told the full name of the registry, so the outputs leave it out: set registry-id to the account id, or for ECR Public to the alias.',
    );
  }
  const names = taggedNow(result).join(', ');
  log.info(
    `${describeRepository(repository)}: ${publishedDigest(result) ?? 'an unknown image'} is ${names}`,
  );
  log.info(`Uploaded ${countBlobs(uploads)}; there already: ${countBlobs(present)}`);
}

/** The tags that stand for the published digest: all that were not skipped, or all of them. */
function taggedNow({ target, value }: Exclude<TargetResult, Failed>): readonly string[] {
  const skipped = new Set(value.skippedTags.map(({ tag }) => tag));
  const put = target.tags.filter((tag) => !skipped.has(tag));
  return put.length > 0 ? put : target.tags;
}

/** @throws the error of the target that failed, or one error that tells which failed and which are complete */
export function throwFailures(results: readonly TargetResult[]): void {
  const failures = results.filter(isFailed);
  const [first] = failures;
  if (first === undefined) return;
  if (results.length === 1) throw first.error;
  const complete = results.filter((result) => !isFailed(result)).map(nameOf);
  throw new PushError(
    'TARGETS_FAILED',
    `${failures.length} of ${results.length} targets failed.\n${failures.map(describeFailure).join('\n')}`,
    {
      hint: complete.length === 0 ? 'No target is complete.' : `Complete: ${complete.join(', ')}.`,
      cause: first.error,
    },
  );
}

function nameOf({ target }: TargetResult): string {
  return describeRepository(target.registry.repository);
}

function describeFailure(failure: Failed): string {
  const { error } = failure;
  const isExplained = error instanceof PushError;
  const code = isExplained ? `${error.code}: ` : '';
  const hint = isExplained && error.hint !== undefined ? ` ${error.hint}` : '';
  return `- ${nameOf(failure)}: ${code}${messageOf(error)}.${hint}`;
}
