import { invalidParameter, kmsFailure } from '../errors.ts';
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

/** @throws EcrError RegistryNotFoundException, RepositoryNotFoundException */
export function findRegistry(context: Context, { registryId, repositoryName }: Target): Registry {
  const { world, service, accountId, region } = context;
  return world.named(service, registryId ?? accountId, region, repositoryName);
}

/** @throws EcrError RegistryNotFoundException, RepositoryNotFoundException */
export function findRepository(context: Context, target: Target): Repository {
  return findRegistry(context, target).repository(target.repositoryName);
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
