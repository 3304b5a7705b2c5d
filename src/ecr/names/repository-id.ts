/** The repository that a client's calls are bound to. */
export interface RepositoryId {
  readonly registryId: string | undefined;
  readonly repositoryName: string;
}
