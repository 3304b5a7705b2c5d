import { ERRORS, PushError, withoutToken } from '../../errors.ts';
import { nameInEcr } from './emulated-names.ts';
import { type Explanation, EXPLANATIONS, THROTTLING, UNEXPECTED } from './explanations.ts';
import { failedCall } from './failed-call.ts';
import { meaningOf, StrangeAnswer } from './strange-answer.ts';
import { describeRepository, type RepositoryReference, repositoryArn } from '../names/reference.ts';

/** Where an error came from. */
export interface CallContext {
  /** As the API names it, such as `UploadLayerPart`. */
  readonly call: string;
  readonly repository: RepositoryReference;
}

/** The error's key in EXPLANATIONS: its name in ECR, or its Node error code if that is listed there. */
export function errorName(error: unknown): string {
  const name = givenName(error);
  if (error instanceof StrangeAnswer) return name;
  return nameInEcr(name, { call: failedCall(error), status: statusOf(error) });
}

/** By whoever threw or answered it. */
function givenName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code !== 'string') return error.name;
  // Node's parser has a code for each way in which something is no HTTP.
  if (code.startsWith('HPE_')) return 'HPE_INVALID';
  return findExplanation(code) === undefined ? error.name : code;
}

/** The credentials lack the permission, or this endpoint does not offer the call. */
export function isNotAllowed(error: unknown): boolean {
  return [
    'AccessDeniedException',
    'UnknownOperationException',
    'UnsupportedCommandException',
  ].includes(errorName(error));
}

export function explain(error: unknown, context: CallContext): PushError {
  if (error instanceof PushError) return error;
  const { code, says } = explanationOf(error);
  const kmsError: unknown = error instanceof Error ? Reflect.get(error, 'kmsError') : undefined;
  const kms = typeof kmsError === 'string' ? ` (kmsError: ${spoken(kmsError)})` : '';
  const values = { ...valuesOf(context), ...deniedIn(textOf(error)) };
  const attempts = attemptsOf(error);
  const often = attempts > 1 ? `, after ${attempts} attempts` : '';
  return new PushError(code, `${fill(says, values)}${often} (${causeOf(error)})${kms}`, {
    hint: fill(ERRORS[code].hint, values),
    cause: error,
  });
}

function explanationOf(error: unknown): Explanation {
  return findExplanation(errorName(error)) ?? explainStatus(statusOf(error)) ?? UNEXPECTED;
}

/** What went wrong in a call, in the words of whoever said so. */
export function causeOf(error: unknown): string {
  if (error instanceof StrangeAnswer) return textOf(error);
  return `${spoken(givenName(error))}: ${textOf(error)}`;
}

/** A host with several addresses fails with several errors, in an AggregateError without text. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return spoken(String(error));
  const texts = error instanceof AggregateError ? error.errors.map(textOf) : [];
  return spoken(error.message || texts.join('; '));
}

/** The most characters of what a server says that are shown. */
const MAX_SPOKEN = 1000;

/**
 * A server's text on one line, and not too long: it must not begin a line, where the runner would take `::error::` for a
 * command of the step.
 */
export function spoken(text: string): string {
  const line = withoutToken(text)
    .slice(0, 2 * MAX_SPOKEN)
    .replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length > MAX_SPOKEN ? `${line.slice(0, MAX_SPOKEN)} ...` : line;
}

/** The HTTP status of the answer. */
export function statusOf(error: unknown): number | undefined {
  return numberOf(error, 'httpStatusCode');
}

/** Whether AWS asks for fewer calls. */
export function isThrottled(error: unknown): boolean {
  return statusOf(error) === 429 || THROTTLING.includes(errorName(error));
}

/** How often the call was made: by the SDK, or as was noted. */
export function attemptsOf(error: unknown): number {
  return numberOf(error, 'attempts') ?? 1;
}

/** For calls that the SDK does not make again by itself. */
export function noteAttempts(error: unknown, attempts: number): void {
  if (!(error instanceof Error)) return;
  const known: unknown = Reflect.get(error, '$metadata');
  const metadata = typeof known === 'object' ? known : undefined;
  Reflect.set(error, '$metadata', { ...metadata, attempts });
}

/** What the SDK notes with an error. */
export function metadataOf(error: unknown, name: string): unknown {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return Reflect.get(metadata, name);
}

function numberOf(error: unknown, name: string): number | undefined {
  const value = metadataOf(error, name);
  return typeof value === 'number' ? value : undefined;
}

/** For errors of a name that is not known. */
function explainStatus(status = 0): Explanation | undefined {
  const meaning = meaningOf(status);
  return meaning === 'NotEcr' ? undefined : findExplanation(meaning);
}

/** AWS's text is more precise: creating a repository with tags takes two permissions, for instance. */
function deniedIn(text: string): Record<string, string> {
  const { action, arn } =
    /not authorized to perform: (?<action>[\w-]+:\w+) on resource: (?<arn>arn:\S+)/.exec(text)
      ?.groups ?? {};
  return action === undefined || arn === undefined ? {} : { action, arn };
}

function findExplanation(name: string): Explanation | undefined {
  return EXPLANATIONS.find(({ names }) => names.includes(name));
}

function valuesOf({ call, repository }: CallContext): Record<string, string> {
  return {
    call,
    repository: describeRepository(repository),
    region: repository.region ?? 'its region',
    action: `${repository.type === 'public' ? 'ecr-public' : 'ecr'}:${call}`,
    arn: repositoryArn(repository),
    where: whereOf(repository),
  };
}

/** What the user can check when a repository is not found. */
function whereOf({ type, registryId, region }: RepositoryReference): string {
  if (type === 'public')
    return `its name and the alias (${registryId ?? "that of the credentials' account"})`;
  const account = registryId ?? 'that of the credentials; registry-id names another';
  return `its name, the region (${region ?? 'that of the environment'}) and the account (${account})`;
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, key: string) => values[key] ?? placeholder);
}
