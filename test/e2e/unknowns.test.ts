import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex, type Graph } from '../support/image.ts';
import { incompleteImages } from '../support/complete-images.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { type Switch, SWITCHES } from '../verify-aws/switches.ts';

/** What becomes of a push, in whichever way AWS behaves where that is not known: docs/unknowns.md. */

const NAME = 'team/app';
const MiB = 1024 * 1024;
const image = buildImage({ seed: 'image', layers: [{ size: 3000 }] });
const LAYOUTS = {
  image,
  index: buildIndex([image]),
  nested: buildIndex([buildIndex([image])]),
  large: buildImage({ seed: 'large', layers: [{ sparse: 21 * MiB }] }),
} as const satisfies Readonly<Record<string, Graph>>;

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
for (const [name, graph] of Object.entries(LAYOUTS))
  await writeLayoutDirectory(join(directory.path, name), [graph]);

interface Push {
  readonly layout?: keyof typeof LAYOUTS;
  readonly inputs?: Readonly<Record<string, string>>;
  /** What makes the answer matter. */
  readonly prepare?: (ecr: LocalEcr, repository: Repository, how: Switch) => Promise<void> | void;
  /** Codes of the answers after which the push fails. */
  readonly fails?: Readonly<Record<string, string>>;
}

const PUSHES: Readonly<Record<string, Push>> = {
  'large-parts': {
    layout: 'large',
    inputs: { 'part-size': '20' },
    fails: { InvalidParameterException: 'INVALID_PARAMETER' },
  },
  'held-bodies': {
    layout: 'large',
    inputs: { 'part-size': '5', 'parts-in-flight': '4' },
    prepare: (ecr) =>
      void ecr.fault({ kind: 'delay', operation: 'UploadLayerPart', milliseconds: 400, times: 2 }),
  },
  'missing-layers': {},
  'part-again': {
    prepare: (ecr) => void ecr.fault({ kind: 'answer-lost', operation: 'UploadLayerPart' }),
  },
  'completed-twice': {
    prepare: (ecr) => void ecr.fault({ kind: 'answer-lost', operation: 'CompleteLayerUpload' }),
  },
  'layer-visibility': {},
  'nested-index': { layout: 'nested', fails: { InvalidParameterException: 'INVALID_PARAMETER' } },
  'same-immutable-tag': {
    // Another job sets the tag after this one has looked.
    prepare: async (ecr) => {
      assert.equal((await push(ecr, {})).error, undefined);
      const change = () => ({ images: [], failures: [] });
      ecr.fault({ kind: 'answer', operation: 'BatchGetImage', change });
    },
  },
  'create-on-push': {
    inputs: { repository: 'team/new' },
    fails: { RepositoryNotFoundException: 'REPOSITORY_NOT_FOUND' },
  },
  'archived-images': {
    prepare: async (ecr, { images, tags, layers }, { availability }) => {
      assert.equal((await push(ecr, {})).error, undefined);
      images.clear();
      tags.clear();
      if (availability === undefined) return;
      for (const digest of layers.keys()) ecr.setAvailability(NAME, digest, availability);
    },
  },
  'upload-lifetime': {},
  'public-untagged': {
    layout: 'index',
    inputs: { repository: '', tags: `public.ecr.aws/local/${NAME}:1.0` },
  },
};

function push(ecr: LocalEcr, { layout = 'image', inputs = {} }: Push): Promise<LocalRun> {
  const where = { layout: join(directory.path, layout), repository: NAME, tags: '1.0' };
  return runLocally(ecr, { ...where, ...inputs });
}

for (const [id, answers] of Object.entries(SWITCHES)) {
  for (const [answer, how] of Object.entries(answers)) {
    const tried = PUSHES[id] ?? assert.fail(id);
    const code = tried.fails?.[answer];
    test(`${id}, where it is ${answer}: the push ${code === undefined ? 'succeeds' : `ends as ${code}`}`, async () => {
      await using ecr = await startLocalEcr(how.options);
      const repository = ecr.createRepository(NAME, how.settings);
      ecr.createRepository(NAME, { service: 'ecr-public' });
      await tried.prepare?.(ecr, repository, how);
      for (const fault of how.faults ?? []) ecr.fault(fault);
      const { error } = await push(ecr, tried);
      if (code === undefined) assert.equal(error, undefined);
      else assert.ok(error instanceof PushError && error.code === code, String(error));
      const all = ecr.world.registries.flatMap(({ repositories }) => [...repositories.values()]);
      assert.deepEqual(all.flatMap(incompleteImages), []);
      if (code !== undefined) assert.equal(repository.tags.size, 0);
    });
  }
}
