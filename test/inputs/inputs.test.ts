import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { type Inputs, parseInputs } from '../../src/inputs/inputs.ts';
import { readActionMetadata } from '../support/action-metadata.ts';
import { refused } from '../support/refused.ts';

type Given = Readonly<Record<string, string>>;

const LEAST: Given = { layout: 'image.tar', repository: 'team/app' };
const FILES: Given = { 'policy.json': '{"Statement":[]}' };

function parse(given: Given): Promise<Inputs> {
  const readText = (path: string) => {
    const text = FILES[path];
    return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(text);
  };
  return parseInputs((name) => given[name] ?? '', readText);
}

const DEFAULTS: Inputs = {
  layouts: ['image.tar'],
  indexOf: [],
  followLinks: 'none',
  request: {
    image: undefined,
    shape: { platforms: [], attestations: 'keep', singleImage: 'keep' },
    referrers: true,
  },
  layerCompression: 'gzip',
  targets: [
    {
      repository: { type: 'private', registryId: undefined, region: undefined, name: 'team/app' },
      tags: ['latest'],
    },
  ],
  ifTagExists: 'fail',
  failFast: false,
  dryRun: false,
  createRepository: undefined,
  proxies: { httpsProxy: undefined, httpProxy: undefined, noProxy: undefined },
  concurrency: undefined,
  partSize: undefined,
  resume: true,
  partsInFlight: undefined,
  summary: true,
};

test('a layout and a repository are enough: everything else has a default', async () => {
  assert.deepEqual(await parse(LEAST), DEFAULTS);
});

test('action.yml says the same defaults', async () => {
  const { inputs } = await readActionMetadata();
  const defaults = [...inputs].map(([name, { default: text = '' }]) => [name, text] as const);
  assert.deepEqual(await parse({ ...Object.fromEntries(defaults), ...LEAST }), DEFAULTS);
});

test('all inputs that are read are in action.yml, and the other way round', async () => {
  const read = new Set<string>();
  await parseInputs(
    (name) => {
      read.add(name);
      return LEAST[name] ?? '';
    },
    () => Promise.reject(new Error('no file')),
  );
  assert.deepEqual(
    [...read].toSorted(),
    [...(await readActionMetadata()).inputs.keys()].toSorted(),
  );
});

const MIB = 1024 * 1024;

const parsed: Readonly<Record<string, [given: Given, inputs: Partial<Inputs>]>> = {
  'paths of Windows stay as they are': [
    { layout: '- D:\\a\\app\\amd64.tar\n- "D:\\a\\app\\out\\*.tar"' },
    { layouts: ['D:\\a\\app\\amd64.tar', 'D:\\a\\app\\out\\*.tar'] },
  ],
  'layouts are one a line, and may have commas in their names': [
    { layout: 'a.tar\n out/*,x \n\n' },
    { layouts: ['a.tar', 'out/*,x'] },
  ],
  'links of a layout that lead into the workspace': [
    { 'follow-links': 'workspace' },
    { followLinks: 'workspace' },
  ],
  'the image and its shape': [
    {
      image: '1.0',
      platforms: 'linux/amd64,\nlinux/arm/v7',
      attestations: 'drop',
      'single-image': 'unwrap',
      referrers: 'false',
    },
    {
      request: {
        image: '1.0',
        shape: {
          platforms: [
            { os: 'linux', architecture: 'amd64' },
            { os: 'linux', architecture: 'arm', variant: 'v7' },
          ],
          attestations: 'drop',
          singleImage: 'unwrap',
        },
        referrers: false,
      },
    },
  ],
  'layers are left as they are': [{ 'layer-compression': 'none' }, { layerCompression: 'none' }],
  'layers are compressed with zstd': [
    { 'layer-compression': 'zstd' },
    { layerCompression: 'zstd' },
  ],
  'tags, and the registry of the bare ones': [
    {
      tags: '1.0,1\npublic.ecr.aws/alias/app:1.0',
      'registry-id': '000000000042',
      'aws-region': 'eu-west-1',
    },
    {
      targets: [
        {
          repository: {
            type: 'private',
            registryId: '000000000042',
            region: 'eu-west-1',
            name: 'team/app',
          },
          tags: ['1.0', '1'],
        },
        {
          repository: {
            type: 'public',
            registryId: 'alias',
            region: 'us-east-1',
            name: 'app',
            host: 'public.ecr.aws',
          },
          tags: ['1.0'],
        },
      ],
    },
  ],
  'what to do with tags that exist, and with targets that fail': [
    { 'if-tag-exists': 'skip', 'fail-fast': 'true' },
    { ifTagExists: 'skip', failFast: true },
  ],
  'repositories are created without any setting': [
    { 'create-repository': 'true' },
    { createRepository: {} },
  ],
  'repositories are created with settings, of which a policy may be in a file': [
    {
      'create-repository': 'true',
      'repository-settings': 'scan-on-push: true\nrepository-policy: policy.json',
    },
    { createRepository: { scanOnPush: true, policyText: '{"Statement":[]}' } },
  ],
  'settings without create-repository create nothing': [
    { 'repository-settings': 'scan-on-push: true' },
    { createRepository: undefined },
  ],
  'proxies are taken as they are written': [
    { 'https-proxy': 'http://u:p@proxy:1', 'http-proxy': 'http://proxy:2', 'no-proxy': '.corp' },
    {
      proxies: { httpsProxy: 'http://u:p@proxy:1', httpProxy: 'http://proxy:2', noProxy: '.corp' },
    },
  ],
  'words in capitals': [
    {
      'layer-compression': 'Zstd',
      'if-tag-exists': 'SKIP',
      'fail-fast': 'True',
      'parts-in-flight': 'Auto',
    },
    { layerCompression: 'zstd', ifTagExists: 'skip', failFast: true },
  ],
  'quotes around values, and around the lines of a block': [
    { layout: '"a.tar"\n"b.tar"', repository: `'team/app'`, concurrency: '"1"', tags: '"latest"' },
    { layouts: ['a.tar', 'b.tar'], concurrency: 1 },
  ],
  'one layer at once': [{ concurrency: '1' }, { concurrency: 1 }],
  'as many layers at once as there may be': [{ concurrency: '96' }, { concurrency: 96 }],
  'the smallest parts, in MiB': [{ 'part-size': '5' }, { partSize: 5 * MIB }],
  'no tag is put': [
    { 'push-by-digest': 'true' },
    { targets: DEFAULTS.targets.map((target) => ({ ...target, tags: [] })) },
  ],
  'a dry run': [{ 'dry-run': 'true' }, { dryRun: true }],
  'no summary': [{ summary: 'false' }, { summary: false }],
  'one part at a time': [{ 'parts-in-flight': '1' }, { partsInFlight: 1 }],
  'eight parts at a time': [{ 'parts-in-flight': '8' }, { partsInFlight: 8 }],
  'as many parts at a time as help': [{ 'parts-in-flight': 'auto' }, { partsInFlight: undefined }],
  'the largest parts, in MiB': [{ 'part-size': '20' }, { partSize: 20 * MIB }],
};

for (const [name, [given, inputs]] of Object.entries(parsed)) {
  test(`inputs are read: ${name}`, async () => {
    assert.deepEqual(await parse({ ...LEAST, ...given }), { ...DEFAULTS, ...inputs });
  });
}

const refusals: readonly [given: Given, ...parts: string[]][] = [
  [{ layout: '' }, 'layout'],
  [{ 'follow-links': 'true' }, 'follow-links', '"true"'],
  [{ platforms: 'amd64' }, '"amd64"'],
  [{ attestations: 'remove' }, 'attestations', '"remove"'],
  [{ 'single-image': 'yes' }, 'single-image', '"yes"'],
  [{ referrers: 'drop' }, 'referrers', '"drop"'],
  [{ 'layer-compression': 'xz' }, 'layer-compression', '"xz"'],
  [{ tags: '.hidden' }, '.hidden'],
  [{ repository: '' }, 'repository'],
  [{ 'push-by-digest': 'yes' }, 'push-by-digest', '"yes"'],
  [{ 'push-by-digest': 'true', tags: 'latest' }, 'tags has latest'],
  [{ 'push-by-digest': 'true', repository: '' }, 'repository'],
  [{ 'registry-type': 'both' }, 'registry-type', '"both"'],
  [{ 'if-tag-exists': 'move' }, 'if-tag-exists', '"move"'],
  [{ 'fail-fast': '1' }, 'fail-fast', '"1"'],
  [{ 'create-repository': 'maybe' }, 'create-repository', '"maybe"'],
  [{ concurrency: '0' }, 'concurrency', '"0"'],
  [{ concurrency: '97' }, 'concurrency', '"97"'],
  [{ 'part-size': '4' }, 'part-size', '"4"'],
  [{ 'part-size': '21' }, 'part-size', '"21"'],
  [{ 'part-size': '5.5' }, 'part-size', '"5.5"'],
  [{ 'parts-in-flight': '0' }, 'parts-in-flight', '"0"'],
  [{ 'parts-in-flight': '9' }, 'parts-in-flight', '"9"'],
  [{ 'parts-in-flight': 'Autos' }, 'parts-in-flight', '"Autos"'],
];

for (const [given, ...parts] of refusals) {
  test(`${JSON.stringify(given)} is refused, and the message names it`, async () => {
    await assert.rejects(parse({ ...LEAST, ...given }), refused('INVALID_INPUT', ...parts));
  });
}

const offers: readonly [given: Given, offer: string][] = [
  [{ 'follow-links': 'true' }, 'Did you mean workspace? Set it to none or workspace.'],
  [{ 'layer-compression': 'false' }, 'Did you mean none? Set it to gzip, zstd or none.'],
  [{ attestations: 'false' }, 'Did you mean drop? Set it to keep or drop.'],
  [{ 'single-image': 'true' }, 'Did you mean unwrap? Set it to keep or unwrap.'],
  [{ referrers: 'drop' }, 'Did you mean false? Set it to true or false.'],
  [{ 'create-repository': 'yes' }, 'Did you mean true? Set it to true or false.'],
  [{ 'registry-type': 'ecr-public' }, 'Did you mean public? Set it to private or public.'],
  [{ 'part-size': '8MiB' }, 'Did you mean 8? Set it to a whole number from 5 to 20.'],
  [{ 'repository-settings': 'scan: true' }, 'Did you mean scan-on-push? The keys are '],
];

for (const [given, offer] of offers) {
  test(`${JSON.stringify(given)} is refused with what was meant: ${offer}`, async () => {
    await assert.rejects(parse({ ...LEAST, ...given }), (error) => {
      assert.ok(error instanceof PushError && error.code === 'INVALID_INPUT');
      assert.ok(error.hint.startsWith(offer), error.hint);
      return true;
    });
  });
}

test('settings are checked although nothing is created', async () => {
  await assert.rejects(
    parse({ ...LEAST, 'repository-settings': 'scan: true' }),
    refused('INVALID_INPUT', 'repository-settings', '"scan"'),
  );
});
