import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RETRIES, type RetryName } from '../../src/async/retry.ts';
import type { Shape } from '../../src/image/reshape.ts';
import { resolveImage } from '../../src/image/resolve-image.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { plan, type RepositoryStep } from '../../src/plan/plan.ts';
import type { PushEvent } from '../../src/push/events.ts';
import type { LayerReport, TargetReport } from '../../src/push/report.ts';
import {
  type Log,
  logImage,
  logPush,
  logReport,
  type PushLog,
  targetPrefix,
} from '../../src/report/log.ts';
import { shortDigest } from '../../src/report/format.ts';
import { buildImage, buildIndex, type Graph } from '../support/image.ts';
import { MemoryContent, memoryLayout } from '../support/memory-content.ts';
import { walked } from '../support/walked.ts';
import { mine, pushReport, REPOSITORY, theirs } from './sample-report.ts';

const imageFor = (architecture: string): Graph =>
  buildImage({ seed: architecture, platform: { os: 'linux', architecture } });
const [amd, arm] = [imageFor('amd64'), imageFor('arm64')];

/** Everything that is logged, a warning with `!` before it. */
function collect(): { log: Log & PushLog; lines: string[] } {
  const lines: string[] = [];
  const log: Log & PushLog = {
    info: (line) => lines.push(line),
    warning: (line) => lines.push(`! ${line}`),
    debug: () => assert.fail('nothing is only for debug logs'),
    detail: ({ line }) => lines.push(line),
    group: (_, work) => work(),
  };
  return { log, lines };
}

const SOUND = {
  brokenEntries: [],
  leftBehind: [],
  attestationsBeside: [],
  unsearchedBlobs: 0,
  notices: [],
};

/** What is logged of the image that the shape makes of layouts of one root each. */
async function logged(roots: readonly Graph[], shape: Partial<Shape>) {
  const { log, lines } = collect();
  const layouts = roots.map((root, at) => memoryLayout(`layout ${at}`, [root]));
  const image = await resolveImage(layouts, new MemoryContent(...roots), {
    image: undefined,
    shape: { platforms: [], attestations: 'keep', singleImage: 'keep', ...shape },
    referrers: true,
  });
  logImage(image, log);
  return { lines, digest: image.graph.root.descriptor.digest };
}

const changed: readonly [name: string, roots: readonly Graph[], shape: Partial<Shape>][] = [
  ['an unwrapped image, which is as it was built', [buildIndex([amd])], { singleImage: 'unwrap' }],
  ['a filtered index', [buildIndex([amd, arm])], { platforms: [parsePlatformName('linux/amd64')] }],
  ['an index of several layouts', [amd, arm], {}],
];

for (const [name, roots, shape] of changed) {
  test(`the log names both digests: ${name}`, async () => {
    const { lines, digest } = await logged(roots, shape);
    const held = roots.map(({ descriptor }) => descriptor.digest).join(', ');
    const line = `The inputs change the image: pushing ${digest} instead of ${held}`;
    assert.ok(lines.includes(line), lines.join('\n'));
  });
}

test('the log speaks of no other image where it is pushed as it is', async () => {
  const { lines } = await logged([buildIndex([amd, arm])], {});
  assert.doesNotMatch(lines.join('\n'), /instead of/);
});

test('the image is named, and what belongs to it is counted', async () => {
  const index = buildIndex([amd, arm]);
  const { lines, digest } = await logged([index], {});
  const bytes = [amd, arm].flatMap(({ blobs, descriptor }) =>
    [...blobs].filter(([blob]) => blob !== descriptor.digest).map(([, content]) => sizeOf(content)),
  );
  const kib = (bytes.reduce((sum, size) => sum + size, 0) / 1024).toFixed(1);
  assert.deepEqual(lines, [
    `Image ${digest} (${index.descriptor.mediaType})`,
    `3 manifests, 0 referrers, 4 blobs (${kib} KiB)`,
  ]);
});

function sizeOf(content: Uint8Array | { readonly size: number }): number {
  return content instanceof Uint8Array ? content.byteLength : content.size;
}

test('a foreign layer that is not in the layout is warned of', async () => {
  const { graph } = await walked(amd);
  const [layer] = graph.blobs;
  assert.ok(layer);
  const { log, lines } = collect();
  const origins = [graph.root.descriptor];
  logImage({ ...SOUND, graph: { ...graph, absentForeignLayers: [layer] }, origins }, log);
  assert.ok(lines.some((line) => line.startsWith(`! Left out foreign layer ${layer.digest}`)));
});

test('an image without layers is warned of, and named', async () => {
  const empty = buildImage({ seed: 'empty', layers: [] });
  const { lines } = await logged([buildIndex([amd, empty])], {});
  const { digest } = empty.descriptor;
  const [warning, ...others] = lines.filter((line) => line.startsWith('!'));
  assert.match(warning ?? '', /^! No layers in image .* \(linux\/amd64\).*ECR may refuse it/);
  assert.ok(warning?.includes(digest));
  assert.deepEqual(others, []);
});

const { graph } = await walked(amd);
const [layer] = graph.blobs;
assert.ok(layer);
const short = shortDigest(layer.digest);

function planned(repository: RepositoryStep): PushEvent {
  const wanted = { tags: ['1.0'], ifTagExists: 'fail', create: false } as const;
  const state = {
    exists: true,
    availableLayers: new Set([layer?.digest ?? mine]),
    images: [],
    immutableTags: [],
    missingPolicies: [],
  };
  return { kind: 'planned', plan: { ...plan(graph, wanted, state), repository } };
}

const counts = /^To upload: 1 blob \([\d.]+ K?i?B\); already there: 1 blob \([\d.]+ K?i?B\)$/;

const steps: readonly [RepositoryStep, readonly string[]][] = [
  ['none', []],
  ['finish', []],
  ['create', ['The repository does not exist: creating it']],
  ['await', ['The repository does not exist: checking whether ECR creates it on push']],
];

for (const [step, expected] of steps) {
  test(`a plan is told in counts, and with what becomes of the repository: ${step}`, () => {
    const { log, lines } = collect();
    logPush(log, '')(planned(step));
    assert.match(lines.pop() ?? '', counts);
    assert.deepEqual(lines, expected);
  });
}

const plannedSteps: readonly [RepositoryStep, readonly string[]][] = [
  ['none', []],
  ['finish', ['The repository is empty: a push would set the policies that it lacks']],
  ['create', ['The repository does not exist: a push would create it']],
  ['await', []],
];

for (const [step, expected] of plannedSteps) {
  test(`a dry run tells what would become of the repository: ${step}`, () => {
    const { log, lines } = collect();
    logPush(log, '', 'plan')(planned(step));
    assert.match(lines.pop() ?? '', counts);
    assert.deepEqual(lines, expected);
  });
}

const notice = { attempt: 2, attempts: 6, wait: 200 } as const;
const retried = (name: RetryName, what: Descriptor | undefined, wait = 200): PushEvent => ({
  kind: 'retried',
  what: what?.digest,
  notice: { ...notice, name, wait },
});

const WHAT = `attestation ${mine} (unknown/unknown)`;

const events: readonly [string, PushEvent, readonly string[]][] = [
  ['a repository that was created', { kind: 'repository-created' }, ['Created the repository']],
  [
    'policies that were set late',
    { kind: 'policies-set' },
    ['Set the policies that the empty repository lacked'],
  ],
  ['a target that failed', { kind: 'target-failed' }, []],
  ['a tag that is being put', { kind: 'tag-started', tag: '1.0' }, []],
  ['how far a layer is', { kind: 'layer-progress', layer, bytes: 5 }, []],
  [
    'a manifest without a tag',
    { kind: 'manifest-put', digest: mine, what: WHAT, tag: undefined, isNew: true },
    [`Put ${WHAT}`],
  ],
  [
    'a manifest with a tag',
    { kind: 'manifest-put', digest: mine, what: WHAT, tag: '1.0', isNew: true },
    [`Put ${WHAT} as 1.0`],
  ],
  [
    'a manifest that is there already',
    { kind: 'manifest-put', digest: mine, what: WHAT, tag: '1.0', isNew: false },
    [`Already there: ${WHAT} as 1.0`],
  ],
  [
    'an attempt more, and when it comes',
    retried('manifest', layer),
    [`${short} ${RETRIES.manifest.says}; trying again in 0.2 s (attempt 2 of 6)`],
  ],
  [
    'an attempt more that comes at once',
    retried('layer', layer, 0),
    [`${short} ${RETRIES.layer.says}; trying again (attempt 2 of 6)`],
  ],
  [
    'an attempt more at the repository itself',
    retried('newRepository', undefined),
    [`The repository ${RETRIES.newRepository.says}; trying again in 0.2 s (attempt 2 of 6)`],
  ],
  [
    'an attempt more at a part, and why',
    {
      kind: 'retried',
      what: layer.digest,
      notice: { ...notice, name: 'transient', wait: 0, why: 'part at byte 0: ECONNRESET: lost' },
    },
    [`${short}, part at byte 0: ECONNRESET: lost; trying again (attempt 2 of 6)`],
  ],
  ['a tag that was created', tagSettled({ tag: '1.0', kind: 'created' }), []],
  ['a tag that was refused', tagSettled({ tag: '1.0', kind: 'refused', holder: theirs }), []],
  [
    'a tag that was skipped',
    tagSettled({ tag: '1.0', kind: 'skipped', holder: theirs }),
    [`! Tag 1.0 is immutable and still points to ${theirs}`],
  ],
  [
    'a tag that was skipped, and nobody may look why',
    tagSettled({ tag: '1.0', kind: 'skipped', holder: undefined }),
    ['! Tag 1.0 is immutable and still points to another image'],
  ],
  [
    'a signature that was skipped',
    { kind: 'referrer-skipped', tag: 'sha256-a.sig', holder: theirs },
    [`! Tag sha256-a.sig is immutable and still points to ${theirs}`],
  ],
  [
    'images that could not be checked',
    { kind: 'unchecked', what: 'images' },
    [
      '! Could not check what the tags point to: allow ecr:BatchGetImage (ECR Public: ecr-public:DescribeImages)',
    ],
  ],
  [
    'tags that could not be checked',
    { kind: 'unchecked', what: 'mutability' },
    [
      '! Could not check before the upload whether the tags may move: allow ecr:DescribeRepositories',
    ],
  ],
  [
    'policies that could not be checked',
    { kind: 'unchecked', what: 'policies' },
    [
      '! Could not check whether the repository is empty and lacks policies: allow ecr:DescribeImages, ecr:GetLifecyclePolicy and ecr:GetRepositoryPolicy (ECR Public: ecr-public:DescribeImages and ecr-public:GetRepositoryPolicy)',
    ],
  ],
];

function tagSettled(outcome: Extract<PushEvent, { kind: 'tag-settled' }>['outcome']): PushEvent {
  return { kind: 'tag-settled', outcome };
}

for (const [what, event, expected] of events) {
  test(`the log tells ${expected.length === 0 ? 'nothing of' : 'of'} ${what}`, () => {
    const { log, lines } = collect();
    logPush(log, '')(event);
    assert.deepEqual(lines, expected);
    const several = collect();
    logPush(several.log, '[a target] ')(event);
    assert.deepEqual(
      several.lines,
      expected.map((line) => line.replace(/^(! )?/, '$1[a target] ')),
    );
  });
}

test('one target among several is named before its lines, and one alone is not', () => {
  assert.equal(targetPrefix(REPOSITORY, 1), '');
  assert.equal(
    targetPrefix(REPOSITORY, 2),
    '[repository team/app of registry 012345678901 in us-east-1] ',
  );
});

function layerReport(kind: LayerReport['kind'], size: number): LayerReport {
  return {
    descriptor: { mediaType: 'layer', digest: mine, size },
    kind,
    bytesOnWire: 0,
    startedAt: undefined,
    finishedAt: undefined,
  };
}

const WHERE = 'repository team/app of registry 012345678901 in us-east-1';
const COUNTS = 'Uploaded 0 blobs (0 B); already there: 0 blobs (0 B)';

const endings: readonly [string, Partial<TargetReport>, readonly string[]][] = [
  [
    'its tags, and what was sent',
    {
      tags: [
        { tag: '1.0', kind: 'created' },
        { tag: 'latest', kind: 'moved', from: theirs },
      ],
      layers: [
        layerReport('sent', 1024),
        layerReport('present', 10),
        layerReport('completed-elsewhere', 20),
      ],
    },
    [
      `${WHERE}: 1.0, latest now point to ${mine}`,
      'Uploaded 1 blob (1.0 KiB); already there: 2 blobs (30 B)',
    ],
  ],
  [
    'those of its tags that point to the image',
    {
      tags: [
        { tag: '1.0', kind: 'skipped', holder: theirs },
        { tag: '1.1', kind: 'created' },
      ],
    },
    [`${WHERE}: 1.1 now points to ${mine}`, COUNTS],
  ],
  [
    'the image that keeps all of its tags',
    { tags: [{ tag: '1.0', kind: 'skipped', holder: theirs }] },
    [`${WHERE}: 1.0 still points to ${theirs}`, COUNTS],
  ],
  [
    'another image, where nobody may look which',
    { tags: [{ tag: '1.0', kind: 'skipped', holder: undefined }] },
    [`${WHERE}: 1.0 still points to another image`, COUNTS],
  ],
  [
    'what to set, where its name is not known',
    { repository: { ...REPOSITORY, registryId: undefined } },
    [
      '! Could not determine the account, so the outputs do not name the registry: set registry-id to the account ID, or allow DescribeRepositories',
      `repository team/app in us-east-1: 1.0 now points to ${mine}`,
      COUNTS,
    ],
  ],
  ['nothing, where it failed', { error: new Error('refused') }, []],
];

for (const [what, target, expected] of endings) {
  test(`of a target, the log tells in the end ${what}`, () => {
    const { log, lines } = collect();
    logReport(pushReport(target), log);
    assert.deepEqual(lines, expected);
  });
}

test('of a push by digest, the log tells what the repository holds', () => {
  const { log, lines } = collect();
  logReport(pushReport({ tags: [] }), log);
  assert.deepEqual(lines, [`${WHERE}: holds ${mine}`, COUNTS]);
});

test('of several targets, the log tells in the end of those that are complete', () => {
  const { log, lines } = collect();
  const eu = { ...REPOSITORY, region: 'eu-west-1' };
  logReport(pushReport({}, { error: new Error('refused') }, { repository: eu }), log);
  assert.deepEqual(lines, [
    `${WHERE}: 1.0 now points to ${mine}`,
    COUNTS,
    `${WHERE.replace('us-east-1', 'eu-west-1')}: 1.0 now points to ${mine}`,
    COUNTS,
  ]);
});

test('what stays behind, and what ECR must hold, is told', async () => {
  const { graph } = await walked(amd);
  const [layer] = graph.blobs;
  assert.ok(layer);
  const { log, lines } = collect();
  const leftBehind = [{ descriptor: arm.descriptor, subject: amd.descriptor.digest }];
  const absent = { ...graph, absentLayers: [layer] };
  const attestationsBeside = [arm.descriptor];
  const notices = ['something else'];
  const left = { leftBehind, attestationsBeside, unsearchedBlobs: 5, notices };
  logImage({ ...SOUND, graph: absent, origins: [], ...left }, log);
  assert.ok(lines.includes('Not in the layout, so ECR must hold: 1 layer'), lines.join('\n'));
  const [notice, behind, attestation, unsearched] = lines.filter((line) => line.startsWith('! '));
  assert.equal(notice, '! something else');
  assert.ok(
    behind?.includes(`Left behind ${arm.descriptor.digest}: it refers to ${amd.descriptor.digest}`),
  );
  assert.ok(attestation?.startsWith(`! Left behind ${arm.descriptor.digest}: an attestation`));
  assert.match(unsearched ?? '', /^! 5 blobs that index\.json does not list were not searched/);
});
