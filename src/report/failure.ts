import { describeRepository } from '../ecr/names/reference.ts';
import { type ErrorCode, ERRORS, messageOf, PushError, withoutToken } from '../errors.ts';
import type { PushReport, TargetReport } from '../push/report.ts';
import type { ReportMode } from './report-format.ts';

/** Why a run failed, for whatever started it. */
export interface Failure {
  readonly code: ErrorCode;
  /** What kind of failure it is, in a few words: an annotation shows it above the message. */
  readonly title: string;
  /** A few lines, which begin with the code. */
  readonly message: string;
}

interface FailureLog {
  setFailed(failure: Failure): void;
  debug(message: string): void;
}

/** Shows why the step failed: code, what happened and what to do; the stack only where it is a bug or in debug logs. */
export function reportFailure(error: unknown, log: FailureLog): void {
  if (error instanceof PushError) {
    log.setFailed(failureOf(error.code, error.message, error.hint));
    log.debug(stackOf(error));
    return;
  }
  const { means, hint } = ERRORS.INTERNAL;
  log.setFailed(failureOf('INTERNAL', stackOf(error), `${means} ${hint}`));
}

function failureOf(code: ErrorCode, what: string, hint: string): Failure {
  const title = ERRORS[code].means.replace(/\.$/, '');
  return { code, title, message: `${code}: ${what}\n${hint}` };
}

/** The most characters of one error's stack that are shown: it begins with what a server may have said. */
const MAX_STACK = 4000;

/** With the stacks of its causes. Control characters, which a server's text may hold, are left out. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${printable(error.stack ?? error.message)}${cause}`;
}

function printable(text: string): string {
  return withoutToken(text)
    .slice(0, MAX_STACK)
    .replace(/[^\P{Cc}\n]/gu, ' ');
}

/** @throws the error of a single target, or one error that names the targets that failed and those that are complete */
export function throwFailures({ targets }: PushReport, mode: ReportMode): void {
  const failures = targets.filter(({ error }) => error !== undefined);
  const [first] = failures;
  if (first === undefined) return;
  if (targets.length === 1) throw first.error;
  const names = targets.filter(({ error }) => error === undefined).map(nameOf);
  const some = `${failures.length} of ${targets.length} repositories`;
  const { message, hint } = mode === 'plan' ? wouldFail(some, names) : failed(some, names);
  const each = failures.map(describeFailure).join('\n');
  throw new PushError('TARGETS_FAILED', `${message}.\n${each}`, { hint, cause: first.error });
}

function failed(some: string, complete: readonly string[]): { message: string; hint: string } {
  const hint =
    complete.length === 0 ? 'No repository is complete.' : `Complete: ${complete.join(', ')}.`;
  return { message: `${some} failed`, hint };
}

function wouldFail(some: string, ready: readonly string[]): { message: string; hint: string } {
  const others = ready.length === 0 ? '' : ` Nothing is in the way of: ${ready.join(', ')}.`;
  return { message: `A push to ${some} would fail`, hint: `Nothing was pushed.${others}` };
}

function nameOf({ repository }: TargetReport): string {
  return describeRepository(repository);
}

function describeFailure(target: TargetReport): string {
  const { error } = target;
  const [code, hint] =
    error instanceof PushError ? [`${error.code}: `, ` ${error.hint}`] : ['', ''];
  return `- ${nameOf(target)}: ${code}${messageOf(error)}.${hint}`;
}
