import { readFile, readdir } from 'node:fs/promises';
import { REPOSITORY } from '../../support/action-metadata.ts';

/** The folder of the recipes, from the root. */
export const RECIPES = 'docs/recipes/';

const SELF = 'ecr-layer-push/ecr-layer-push';

/** How a recipe is run in CI, by its file in docs/recipes. */
export interface Run {
  readonly events: readonly Event[];
  /** Programs that stand-ins take the place of (commands.ts). */
  readonly commands: readonly Command[];
  /** Programs that must be there; without them the recipe is skipped. */
  readonly needs?: readonly string[];
}

export type Event = 'push' | 'pull_request' | 'tag';

export type Command =
  'apko' | 'aws' | 'bazel' | 'docker' | 'go' | 'ko' | 'mvnw' | 'nix' | 'own-build';

const WITH_DOCKER: Run = { events: ['push'], commands: ['docker'] };

/** Every recipe: how act runs it, or what is run in the place of it. */
export const RUNS: Readonly<Record<string, Run | string>> = {
  'buildx.yml': WITH_DOCKER,
  'matrix.yml': WITH_DOCKER,
  'matrix-of-layouts.yml': WITH_DOCKER,
  'reusable-push.yml': WITH_DOCKER,
  'reusable-matrix.yml': WITH_DOCKER,
  'reusable-plan.yml': { events: ['pull_request', 'push'], commands: ['docker'] },
  'plan.yml': { events: ['pull_request', 'push'], commands: ['docker'] },
  'composite.yml': WITH_DOCKER,
  'scan.yml': WITH_DOCKER,
  'attest.yml': WITH_DOCKER,
  'immutable.yml': { events: ['tag'], commands: ['docker'] },
  'release.yml': { events: ['pull_request', 'tag'], commands: ['docker'] },
  'regions.yml': WITH_DOCKER,
  'another-account.yml': WITH_DOCKER,
  'ecr-public.yml': WITH_DOCKER,
  'new-repository.yml': { events: ['pull_request'], commands: ['docker'] },
  'platforms.yml': WITH_DOCKER,
  'lambda.yml': { events: ['push'], commands: ['aws', 'docker'] },
  'proxy.yml': WITH_DOCKER,
  'buildah.yml': { events: ['push'], commands: [], needs: ['buildah'] },
  'bazel.yml': { events: ['push'], commands: ['bazel'] },
  'ko.yml': { events: ['push'], commands: ['ko'] },
  'apko.yml': { events: ['push'], commands: ['apko', 'go'] },
  'jib.yml': { events: ['push'], commands: ['mvnw'] },
  'nix.yml': { events: ['push'], commands: ['nix'] },
  'other-ci/gitlab-ci.yml': 'its last command, without GitLab',
  'other-ci/buildkite.yml': 'its last command, without Buildkite',
  'other-ci/buildspec.yml': 'its last command, without CodeBuild',
};

/** The workflows of docs/recipes, by their names in it. */
export async function recipeFiles(): Promise<string[]> {
  const lists = await Promise.all(
    ['', 'other-ci/'].map(async (folder) => {
      const names = await readdir(new URL(`${RECIPES}${folder}`, REPOSITORY));
      return names.filter((name) => name.endsWith('.yml')).map((name) => `${folder}${name}`);
    }),
  );
  return lists.flat().toSorted();
}

/** A workflow by its path from the root; of README.md, the one that it begins with. */
export async function readWorkflow(path: string): Promise<string> {
  const text = await readRepository(path);
  return path.endsWith('.md') ? (/^```yaml\n(.*?)^```$/ms.exec(text)?.[1] ?? '') : text;
}

/** A file's first line, which says what it is. */
export async function titleOf(recipe: string): Promise<string> {
  const [, title] = /^# (.+)/.exec(await readRepository(`${RECIPES}${recipe}`)) ?? [];
  if (title === undefined) throw new Error(`${recipe} does not begin with a title`);
  return title;
}

/**
 * What a workflow (a path from the root) uses of others, with what its reusable workflows and composite actions use: `actions/attest@v4`. This
 * action itself is not among them, nor is the checkout of the workflow's own repository, which act does.
 */
export async function actionsUsed(path: string): Promise<string[]> {
  const found = await usesIn(path);
  return [...new Set(found)].toSorted();
}

async function usesIn(path: string): Promise<string[]> {
  const text = await readWorkflow(path);
  const steps = text.split(/^(?= *- )/m);
  const uses = steps.flatMap((step) =>
    [...step.matchAll(/^ *(?:- )?uses: (\S+)/gm)].map(([, name = '']) => followed(step, name)),
  );
  return (await Promise.all(uses)).flat();
}

async function followed(step: string, uses: string): Promise<string[]> {
  const [, own] = new RegExp(`^${SELF}/(.+)@v1$`).exec(uses) ?? [];
  if (own !== undefined) return usesIn(own);
  if (uses === './.github/actions/publish') return usesIn(`${RECIPES}composite-action/action.yml`);
  if (uses.startsWith('./') || uses === `${SELF}@v1`) return [];
  const isOwnCheckout = uses.startsWith('actions/checkout@') && !/^ +repository:/m.test(step);
  return isOwnCheckout ? [] : [uses];
}

function readRepository(path: string): Promise<string> {
  return readFile(new URL(path, REPOSITORY), 'utf8');
}
