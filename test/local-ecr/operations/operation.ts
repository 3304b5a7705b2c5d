import {
  accessDenied,
  invalidParameter,
  kmsFailure,
  registryNotFound,
  repositoryNotFound,
} from '../errors.ts';
import { userOf } from '../policy.ts';
import type { Registry } from '../registry.ts';
import type { Repository } from '../repository.ts';
import type { Service, ServiceRules } from '../rules.ts';
import { isObject } from '../shapes.ts';
import type { Shape } from '../shapes.ts';
import type { World } from '../world.ts';

/** One call, after its signature was found good. */
export interface Context {
  readonly world: World;
  readonly service: Service;
  readonly rules: ServiceRules;
  readonly accountId: string;
  readonly region: string;
  /** A scripted fault: layers that PutImage does not see yet. */
  readonly isHidden: (digest: string) => boolean;
  /** A scripted fault: what is kept of a part. */
  readonly kept: (bytes: Uint8Array) => Uint8Array;
}

export interface Prepared {
  readonly input: Readonly<Record<string, unknown>>;
  run(context: Context): Promise<object> | object;
}

export interface Operation {
  /** @throws EcrError SerializationException, InvalidParameterException */
  prepare(body: unknown, rules: ServiceRules): Prepared;
}

/** Binds an operation to its input's shape, so that a table can hold operations of every input. */
export function operation<I>(
  shape: (rules: ServiceRules) => Shape<I>,
  run: (context: Context, input: I) => Promise<object> | object,
): Operation {
  return {
    prepare(body, rules) {
      const input = shape(rules).parse(body, '');
      return { input: isObject(input) ? input : {}, run: (context) => run(context, input) };
    },
  };
}

interface Target {
  readonly registryId?: string | undefined;
  readonly repositoryName: string;
}

/** The registry that a call names, its caller's own if it names none; undefined if there is none. */
export function findRegistry(
  { world, service, accountId, region }: Context,
  { registryId = accountId }: Pick<Target, 'registryId'>,
): Registry | undefined {
  return world.named(service, registryId, region);
}

/** @throws EcrError RepositoryNotFoundException */
export function findRepository(context: Context, target: Target): Repository {
  const { repositoryName, registryId = context.accountId } = target;
  const registry = findRegistry(context, target);
  if (registry === undefined) throw repositoryNotFound({ repositoryName, registryId });
  return registry.repository(repositoryName);
}

/** The same for the calls of a push. @throws EcrError RegistryNotFoundException (public), RepositoryNotFoundException */
export function findPushed(context: Context, target: Target): Repository {
  const { service, accountId } = context;
  if (service === 'ecr-public' && findRegistry(context, target) === undefined)
    throw registryNotFound(target.registryId ?? accountId);
  return findRepository(context, target);
}

/**
 * The registry for a call whose model has no error for one that does not exist: nobody may call it there.
 * @throws EcrError AccessDeniedException
 */
export function findAllowed(
  context: Context,
  operation: string,
  target: Partial<Target>,
): Registry {
  const { world, service, accountId, region } = context;
  const found = findRegistry(context, target);
  if (found !== undefined) return found;
  const { registryId = accountId, repositoryName = '*' } = target;
  const resource = world.registry(service, registryId, region).arnOf(repositoryName);
  throw accessDenied(userOf(accountId), `${service}:${operation}`, resource, 'resource-based');
}

/** Every call that reads or writes encrypted content. @throws EcrError KmsException */
export function checkKey({ world }: Context, repository: Repository): void {
  const { encryptionType, kmsKey = 'alias/aws/ecr' } = repository.settings.encryption;
  const kmsError = world.brokenKeys.get(kmsKey);
  if (encryptionType !== 'AES256' && kmsError !== undefined) throw kmsFailure(kmsKey, kmsError);
}

/** A page of `items`, and the token of the next one. */
export function page<T>(
  items: readonly T[],
  {
    nextToken,
    maxResults = 100,
  }: { nextToken?: string | undefined; maxResults?: number | undefined },
): { items: readonly T[]; nextToken?: string } {
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString());
  if (!Number.isSafeInteger(start)) throw invalidParameter('nextToken', 'Invalid token');
  const end = start + maxResults;
  const rest = end < items.length ? { nextToken: Buffer.from(`${end}`).toString('base64') } : {};
  return { items: items.slice(start, end), ...rest };
}
