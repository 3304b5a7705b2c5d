import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { restoreImage } from './images.ts';
import type { Registry } from './registry.ts';
import type { Repository, RepositorySettings } from './repository.ts';
import type { Service } from './rules.ts';
import type { World } from './world.ts';

/** What the files of a repository's folder do not say by themselves. */
interface SavedRepository {
  readonly service: Service;
  readonly accountId: string;
  readonly region: string;
  readonly repositoryName: string;
  readonly createdAt: string;
  readonly settings: Omit<RepositorySettings, 'resourceTags'>;
  readonly resourceTags: readonly (readonly [string, string])[];
  readonly lifecyclePolicy?: string | undefined;
  readonly policy?: string | undefined;
  readonly images: readonly {
    readonly digest: string;
    readonly mediaType: string;
    readonly pushedAt: string;
  }[];
  readonly tags: readonly (readonly [string, string])[];
}

const INDEX = 'state.json';

/** Layers and manifests are on disk already; this writes what ties them together. */
export function save(world: World): void {
  const state = world.registries.flatMap((registry) =>
    [...registry.repositories.values()].map((repository) => toSaved(registry, repository)),
  );
  mkdirSync(world.folder, { recursive: true });
  const file = join(world.folder, INDEX);
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file);
}

function toSaved({ identity }: Registry, repository: Repository): SavedRepository {
  const { settings, images, tags, repositoryName, lifecyclePolicy, policy } = repository;
  const { resourceTags, ...rest } = settings;
  const { service, accountId, region } = identity;
  return {
    ...{ service, accountId, region, repositoryName, lifecyclePolicy, policy },
    createdAt: repository.createdAt.toISOString(),
    settings: rest,
    resourceTags: [...resourceTags],
    images: [...images.values()].map(({ digest, mediaType, pushedAt }) => ({
      digest,
      mediaType,
      pushedAt: pushedAt.toISOString(),
    })),
    tags: [...tags],
  };
}

/** Reads what an earlier server left in the folder. Uploads do not outlive it. */
export function load(world: World): void {
  const file = join(world.folder, INDEX);
  if (!existsSync(file)) return;
  // Written by save() alone.
  const state = JSON.parse(readFileSync(file, 'utf8')) as readonly SavedRepository[];
  for (const saved of state) restore(world, saved);
}

function restore(world: World, saved: SavedRepository): void {
  const settings = { ...saved.settings, resourceTags: new Map(saved.resourceTags) };
  const repository = world
    .registry(saved.service, saved.accountId, saved.region)
    .create(saved.repositoryName, settings, new Date(saved.createdAt));
  repository.lifecyclePolicy = saved.lifecyclePolicy;
  repository.policy = saved.policy;
  restoreLayers(repository);
  for (const { digest, mediaType, pushedAt } of saved.images) {
    const bytes = readFileSync(join(repository.folder, 'manifests', digest.replace('sha256:', '')));
    repository.images.set(digest, restoreImage(bytes, mediaType, new Date(pushedAt)));
  }
  for (const [tag, digest] of saved.tags) repository.tags.set(tag, digest);
}

function restoreLayers(repository: Repository): void {
  const folder = join(repository.folder, 'layers');
  for (const name of readdirSync(folder)) {
    const digest = `sha256:${name}`;
    const { size } = statSync(join(folder, name));
    repository.layers.set(digest, { digest, size, availability: 'AVAILABLE' });
  }
  for (const name of readdirSync(join(repository.folder, 'uploads')))
    rmSync(join(repository.folder, 'uploads', name));
}
