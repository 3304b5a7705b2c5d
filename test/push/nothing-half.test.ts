import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault, FaultyCall } from '../local-ecr/faults.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { REPOSITORY_NAME } from '../support/local-registry.ts';
import { pushToLocal, putName, tryToPush } from './local-push.ts';

/**
 * At each call of a push, something is lost that it has sent already, or the call ends badly. Before every further call,
 * what tags point to must be whole; and the same push again must complete it.
 */

const [first, second] = ['first', 'second'].map((seed) => buildImage({ seed })) as [
  ReturnType<typeof buildImage>,
  ReturnType<typeof buildImage>,
];
const index = buildIndex([first, second]);
const signature = buildImage({ seed: 'signature', subject: index.descriptor });
const TAGS = ['1.0', 'latest'];
const options = { tags: TAGS, beside: [signature], layersAtOnce: 1 };

interface Manifest {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

/** What a tag leads to and the repository does not hold. */
function lacking({ tags, images, layers }: Repository): string[] {
  const lackingIn = (digest: string): string[] => {
    const image = images.get(digest);
    if (image === undefined) return [digest];
    const {
      config,
      layers: below = [],
      manifests = [],
    } = JSON.parse(image.manifest.toString()) as Manifest;
    const blobs = [...below, ...(config === undefined ? [] : [config])];
    return [
      ...blobs.map((blob) => blob.digest).filter((blob) => !layers.has(blob)),
      ...manifests.flatMap((child) => lackingIn(child.digest)),
    ];
  };
  return [...new Set([...tags.values()].flatMap(lackingIn))];
}

/** What can be lost of a repository: ECR keeps what an image or an index needs, so only what none needs yet. */
function collect({ images, layers }: Repository): void {
  const needed = new Set(
    [...images.values()]
      .flatMap(({ manifest }) => {
        const {
          config,
          layers: below = [],
          manifests = [],
        } = JSON.parse(manifest.toString()) as Manifest;
        return [...below, ...manifests, ...(config === undefined ? [] : [config])];
      })
      .map(({ digest }) => digest),
  );
  const tagged = new Set<string>([index.descriptor.digest]);
  for (const digest of [...images.keys()])
    if (!needed.has(digest) && !tagged.has(digest)) images.delete(digest);
  for (const digest of [...layers.keys()]) if (!needed.has(digest)) layers.delete(digest);
}

type Trouble = (repository: Repository) => Partial<Fault> & Pick<Fault, 'kind'>;

const troubles: Readonly<Record<string, Trouble>> = {
  'what no image needs yet is collected': (repository) => ({
    kind: 'before',
    run: () => collect(repository),
  }),
  'the call is refused': () => ({ kind: 'error', name: 'LimitExceededException' }),
  'its answer is lost': () => ({ kind: 'answer-lost' }),
  'it is answered, but not done': () => ({ kind: 'error', name: 'Ok', status: 200 }),
};

/** The calls of a push that is alone, of those that change something. */
async function moments(): Promise<readonly { operation: string; nth: number }[]> {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  await pushToLocal(ecr, index, options);
  const counts = new Map<string, number>();
  return ecr
    .calls()
    .filter(({ operation }) => operation !== 'BatchGetImage')
    .map(({ operation }) => {
      const nth = (counts.get(operation) ?? 0) + 1;
      counts.set(operation, nth);
      return { operation, nth };
    });
}

for (const at of await moments()) {
  for (const [what, trouble] of Object.entries(troubles)) {
    test(`${at.operation} ${at.nth}: ${what}; no tag ever points to half an image`, async () => {
      await using ecr = await startLocalEcr();
      const repository = ecr.createRepository(REPOSITORY_NAME);
      const halves: unknown[] = [];
      const check = (call: FaultyCall): void => {
        const missing = lacking(repository);
        const name = call.operation === 'PutImage' ? putName(call) : call.operation;
        if (missing.length > 0) halves.push({ before: name, missing });
      };
      const struck = ecr.fault({ ...trouble(repository), ...at } as Fault);
      ecr.fault({ kind: 'before', run: check, times: Infinity });
      const { targets } = await tryToPush(ecr, index, options);
      assert.equal(struck.hits, 1);
      assert.deepEqual([halves, lacking(repository)], [[], []]);
      if (targets[0]?.error === undefined)
        assert.deepEqual([...repository.tags.keys()].sort(), TAGS);
      ecr.clearFaults();
      await pushToLocal(ecr, index, options);
      assert.deepEqual(
        [...repository.tags.values()],
        TAGS.map(() => index.descriptor.digest),
      );
      assert.deepEqual(lacking(repository), []);
    });
  }
}
