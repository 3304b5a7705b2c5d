import { aliasIn, isAccountId, isFullyNamed, type RepositoryReference } from './names/reference.ts';

/** One that tells whose registry it is: called only while that is not known. */
interface Source {
  readonly call: string;
  readonly ask: () => Promise<unknown>;
}

/** Which repository it is, as far as answers have told. */
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

  /** Whether it is known what pulls name it by. */
  get isComplete(): boolean {
    return isFullyNamed(this.#repository);
  }

  /** From whatever tells it, an answer or an error: the account, and for ECR Public the alias. What the user named stays. */
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

  /** It is for a name alone: whatever hinders a source is no reason to fail. */
  async complete(repository: Source, account: Source): Promise<void> {
    if (!this.isComplete) await this.#ask(repository);
    if (this.#repository.registryId === undefined) await this.#ask(account);
  }

  async #ask({ call, ask }: Source): Promise<void> {
    try {
      this.learn(await ask());
    } catch (error) {
      this.#debug(`${call} did not tell the registry: ${String(error)}`);
    }
  }
}
