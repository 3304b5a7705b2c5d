import { causeOf } from './calls/exceptions.ts';
import { isAccountId } from './names/check.ts';
import { aliasIn, isFullyNamed, type RepositoryReference } from './names/reference.ts';

/** A call that reveals whose registry it is; made only while that is unknown. */
interface Source {
  readonly call: string;
  readonly ask: () => Promise<unknown>;
}

/** Which repository it is, as far as ECR's answers have revealed. */
export class Identity {
  readonly #debug: (message: string) => void;
  #repository: RepositoryReference;

  constructor(repository: RepositoryReference, debug: (message: string) => void) {
    this.#repository = repository;
    this.#debug = debug;
  }

  get repository(): RepositoryReference {
    return this.#repository;
  }

  /** Whether the name that pulls use is known. */
  get isComplete(): boolean {
    return isFullyNamed(this.#repository);
  }

  /** Learns the account, and ECR Public's alias, from an answer or an error. Never overrides what the user named. */
  learn(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return;
    const registryId: unknown = Reflect.get(answer, 'registryId');
    const isToLearn = this.#repository.registryId === undefined;
    if (isToLearn && typeof registryId === 'string' && isAccountId(registryId))
      this.#repository = { ...this.#repository, registryId };
    const alias = aliasIn(Reflect.get(answer, 'repositoryUri'));
    const lacksAlias = this.#repository.type === 'public' && !this.isComplete;
    if (lacksAlias && alias !== undefined) this.#repository = { ...this.#repository, alias };
  }

  /** Only a name depends on it, so a source that fails is not an error. */
  async complete(repository: Source, ...accounts: readonly Source[]): Promise<void> {
    if (!this.isComplete) await this.#ask(repository);
    for (const account of accounts)
      if (this.#repository.registryId === undefined) await this.#ask(account);
  }

  async #ask({ call, ask }: Source): Promise<void> {
    try {
      this.learn(await ask());
    } catch (error) {
      this.#debug(`${call} did not reveal the registry: ${causeOf(error)}`);
    }
  }
}
