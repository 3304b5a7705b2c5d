import { join } from 'node:path';
import {
  DEFAULT_ALIAS,
  DEFAULT_BEHAVIOURS,
  DEFAULT_CREDENTIAL,
  DEFAULT_REGION,
} from './options.ts';
import type { Behaviours, CreationTemplate, Credential, LocalEcrOptions } from './options.ts';
import { Registry } from './registry.ts';
import { serviceRules } from './rules.ts';
import type { Service, ServiceRules } from './rules.ts';

/** Every registry that this server holds: all accounts, all regions, private and public. */
export class World {
  readonly folder: string;
  readonly region: string;
  readonly credentials: readonly [Credential, ...Credential[]];
  readonly rules: Readonly<Record<Service, ServiceRules>>;
  readonly behaviours: Behaviours;
  readonly templates: readonly CreationTemplate[];
  /** Of public registries: alias to account id. */
  readonly aliases: ReadonlyMap<string, string>;
  /** KMS keys that do not work, with the error code that KMS gives. */
  readonly brokenKeys: Map<string, string>;
  /** Credentials that came after the start. */
  readonly issued: Credential[] = [];
  /** Access keys that have expired since the start. */
  readonly expiredKeys = new Set<string>();
  /** Milliseconds by which this service's clock is ahead. */
  clockSkew = 0;
  readonly #accounts: ReadonlySet<string>;
  readonly #registries = new Map<string, Registry>();

  constructor(folder: string, options: LocalEcrOptions) {
    this.folder = folder;
    this.region = options.region ?? DEFAULT_REGION;
    const [first = DEFAULT_CREDENTIAL, ...others] = options.credentials ?? [];
    this.credentials = [first, ...others];
    this.rules = {
      ecr: serviceRules('ecr', options.limits?.ecr),
      'ecr-public': serviceRules('ecr-public', options.limits?.['ecr-public']),
    };
    this.behaviours = { ...DEFAULT_BEHAVIOURS, ...options.behaviours };
    this.brokenKeys = new Map(Object.entries(options.brokenKeys ?? {}));
    this.templates = options.createOnPush ?? [];
    const aliases = options.aliases ?? { [DEFAULT_ALIAS]: first.accountId };
    this.aliases = new Map(Object.entries(aliases));
    this.#accounts = new Set([
      ...this.credentials.map(({ accountId }) => accountId),
      ...(options.accounts ?? []),
      ...this.aliases.values(),
    ]);
  }

  get registries(): readonly Registry[] {
    return [...this.#registries.values()];
  }

  now(): Date {
    return new Date(Date.now() + this.clockSkew);
  }

  /** All keys that this service knows, as they are now. */
  knownCredentials(): Credential[] {
    return [...this.credentials, ...this.issued].map((credential) =>
      this.expiredKeys.has(credential.accessKeyId) ? { ...credential, expired: true } : credential,
    );
  }

  /** The registry of an account that is known to exist. */
  registry(service: Service, accountId: string, region: string): Registry {
    const where = service === 'ecr' ? region : 'us-east-1';
    const key = join(service, accountId, service === 'ecr' ? region : '');
    const known = this.#registries.get(key);
    if (known !== undefined) return known;
    const alias = [...this.aliases].find(([, account]) => account === accountId)?.[0];
    const registry = new Registry(
      { service, accountId, region: where, alias, folder: join(this.folder, key) },
      () => this.now(),
    );
    this.#registries.set(key, registry);
    return registry;
  }

  /** The registry that a call names by account id or, in ECR Public, by alias; undefined if there is none. */
  named(service: Service, registryId: string, region: string): Registry | undefined {
    const accountId =
      service === 'ecr-public' ? (this.aliases.get(registryId) ?? registryId) : registryId;
    return this.#accounts.has(accountId) ? this.registry(service, accountId, region) : undefined;
  }
}
