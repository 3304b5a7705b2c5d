import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ImageTagMutability } from '@aws-sdk/client-ecr';
import { shownError } from '../../e2e/step.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  type ImageSpec,
  named,
} from '../../support/image.ts';
import { type ActionRun, runAction } from '../../support/run-action.ts';
import { blobPath, writeLayoutDirectory } from '../../support/write-layout.ts';
import { ServerRepository } from './repository.ts';
import type { Server } from './server.ts';

const MiB = 1024 * 1024;
const TAG = '1.0';

/** Layouts to push, each the first graph with what goes along. */
const arm: Partial<ImageSpec> = { platform: { os: 'linux', architecture: 'arm64' } };
const image = buildImage({ seed: 'image', layers: [{ size: 3000 }, { size: 2000 }] });
const changed = buildImage({ seed: 'image', layers: [{ size: 3000 }, { size: 2001 }] });
const other = buildImage({ seed: 'arm', ...arm });
const index = buildIndex([image, other, buildAttestation(image), buildAttestation(other)]);
const docker = buildIndex(
  [
    buildImage({ seed: 'docker', flavour: 'docker' }),
    buildImage({ seed: 'docker arm', flavour: 'docker', ...arm }),
  ],
  { flavour: 'docker' },
);
const files = { 'etc/motd': 'hello\n' };
const zstd = buildImage({ seed: 'zstd', layers: [{ files, compression: 'zstd' }] });
const large = buildImage({ seed: 'large', layers: [{ size: 45 * MiB }] });
const many = buildImage({
  seed: 'many',
  layers: Array.from({ length: 60 }, (_, at) => ({ size: 1000 + at })),
});
const sbom = buildImage({
  seed: 'sbom',
  subject: image.descriptor,
  artifactType: 'application/spdx+json',
});
const signature = named(
  buildImage({ seed: 'signature', layers: [{ size: 100 }] }),
  `${image.descriptor.digest.replace(':', '-')}.sig`,
);

const LAYOUTS = {
  image: [image],
  changed: [changed],
  index: [index],
  docker: [docker],
  zstd: [zstd],
  large: [large],
  many: [many],
  referrers: [named(image, TAG), sbom, signature],
} as const satisfies Readonly<Record<string, readonly [Graph, ...Graph[]]>>;

type LayoutName = keyof typeof LAYOUTS;

/** The same bytes but for one: the layer is not what its digest says. */
const DAMAGED = 'damaged';

export async function writeLayouts(folder: string): Promise<void> {
  for (const [name, graphs] of Object.entries(LAYOUTS))
    await writeLayoutDirectory(join(folder, name), graphs);
  const [layer = assert.fail('the image has a layer')] = image.layers;
  const bytes = new Uint8Array(layer.size).fill(7);
  const wrong = { files: { [blobPath(layer.digest)]: bytes } };
  await writeLayoutDirectory(join(folder, DAMAGED), [image], wrong);
}

/** One server, and the layouts that are pushed to it. */
interface Bench {
  readonly server: Server;
  /** Where `writeLayouts` wrote. */
  readonly layouts: string;
}

/** What is tried on each server, in a repository of its own. */
export interface Try {
  /** Its row in docs/servers.md. */
  readonly what: string;
  /** Of the repository; undefined where there is to be none yet. */
  readonly mutability: ImageTagMutability | undefined;
  /** What became of it: the cell. */
  run(bench: Bench, repository: ServerRepository): Promise<string>;
}

/** Pushes by the built action. What becomes of one is an error code, or how many layers and configs were sent. */
export const PUSHES: readonly Try[] = [
  plain('an image', 'image'),
  plain('an index of two images and their attestations', 'index'),
  {
    what: 'the same again',
    mutability: 'MUTABLE',
    run: async (bench, repository) => {
      await push(bench, repository, 'index');
      return push(bench, repository, 'index');
    },
  },
  {
    what: 'a changed layer, under the same tag',
    mutability: 'MUTABLE',
    run: async (bench, repository) => {
      await push(bench, repository, 'image');
      return push(bench, repository, 'changed');
    },
  },
  {
    what: 'to a repository that is missing',
    mutability: undefined,
    run: (bench, repository) => push(bench, repository, 'image'),
  },
  {
    what: 'to one that the step creates',
    mutability: undefined,
    run: (bench, repository) => push(bench, repository, 'image', { 'create-repository': 'true' }),
  },
  {
    what: 'under an immutable tag of the same image',
    mutability: 'IMMUTABLE',
    run: (bench, repository) => overImmutable(bench, repository, 'image'),
  },
  {
    what: 'under an immutable tag of another image',
    mutability: 'IMMUTABLE',
    run: (bench, repository) => overImmutable(bench, repository, 'changed'),
  },
  plain('45 MB in parts of 5 MiB', 'large', { 'part-size': '5' }),
  plain('45 MB in parts of 20 MiB', 'large', { 'part-size': '20' }),
  plain('60 layers', 'many'),
  plain('an image with an SBOM and a signature', 'referrers', { image: TAG }),
  plain("a list of Docker's, with its images", 'docker'),
  plain('layers compressed with zstd', 'zstd'),
  {
    what: 'a layer that is not what its digest says',
    mutability: 'MUTABLE',
    run: async (bench, repository) => {
      return outcomeOf(await run(bench, repository, DAMAGED));
    },
  },
  {
    what: 'the same index by two jobs at once',
    mutability: 'MUTABLE',
    run: async (bench, repository) => {
      const both = [push(bench, repository, 'index'), push(bench, repository, 'index')];
      const outcomes = (await Promise.all(both)).map((outcome) => outcome.replace(/,.*/, ''));
      return outcomes.join(' and ');
    },
  },
  {
    what: 'to ECR Public',
    mutability: undefined,
    run: async (bench, repository) => {
      const tags = `public.ecr.aws/local/${repository.name}:${TAG}`;
      const inputs = { repository: '', tags, 'create-repository': 'true' };
      return outcomeOf(await run(bench, repository, 'image', inputs));
    },
  },
];

/** A new repository, and one push. */
function plain(
  what: string,
  layout: LayoutName,
  inputs: Readonly<Record<string, string>> = {},
): Try {
  return {
    what,
    mutability: 'MUTABLE',
    run: (bench, repository) => push(bench, repository, layout, inputs),
  };
}

async function overImmutable(
  bench: Bench,
  repository: ServerRepository,
  layout: LayoutName,
): Promise<string> {
  await push(bench, repository, 'image');
  return push(bench, repository, layout);
}

/** What is said to have arrived must be there, by what the server itself answers. */
async function push(
  bench: Bench,
  repository: ServerRepository,
  layout: LayoutName,
  inputs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const ran = await run(bench, repository, layout, inputs);
  if (ran.exitCode !== 0) return outcomeOf(ran);
  const [root, ...along] = LAYOUTS[layout].map(({ descriptor }) => descriptor.digest);
  assert.equal(ran.outputs['digest'], root);
  await repository.assertWhole({ imageTag: TAG }, String(root));
  for (const digest of along) await repository.assertWhole({ imageDigest: digest }, digest);
  return outcomeOf(ran);
}

function run(
  { server, layouts }: Bench,
  { name }: ServerRepository,
  layout: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<ActionRun> {
  const where = { layout: join(layouts, layout), repository: name, tags: TAG };
  // What a foreign server takes for a passing error is not waited out for minutes.
  return runAction({
    inputs: { ...where, ...inputs },
    env: { ...server.env, AWS_MAX_ATTEMPTS: '3' },
  });
}

function outcomeOf(ran: ActionRun): string {
  if (ran.exitCode !== 0) return `\`${shownError(ran).code}\``;
  return `success, ${ran.outputs['layers-uploaded']} sent`;
}
