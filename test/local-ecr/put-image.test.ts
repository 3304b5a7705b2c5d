import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PutImageCommand } from '@aws-sdk/client-ecr';
import type { LocalEcrOptions } from './options.ts';
import type { RepositorySettings } from './repository.ts';
import {
  ACCOUNT,
  APP,
  OCI_INDEX,
  OCI_MANIFEST,
  descriptor,
  index,
  manifest,
  privateClient,
  put,
  putLayer,
  putLayers,
  refusal,
  sha256,
} from './sample.ts';
import { startLocalEcr } from './server.ts';

const IMAGE = manifest(['a']);
const OTHER = manifest(['b']);

/** A repository that holds the config and the layers `a` and `b`. */
async function start(options: LocalEcrOptions = {}, settings: Partial<RepositorySettings> = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(APP, settings);
  const client = privateClient(ecr);
  await putLayers(client, ['a', 'b']);
  const end = () => ecr[Symbol.asyncDispose]();
  return { ecr, client, repository, [Symbol.asyncDispose]: end };
}

describe('PutImage stores', () => {
  test('an image with its tag, byte for byte', async () => {
    await using local = await start();
    const spaced = `${manifest(['a'], { annotations: { author: 'Ren\u00e9' } })}\n`;
    const command = new PutImageCommand({
      ...{ repositoryName: APP, imageManifest: spaced, imageTag: 'v1' },
      ...{ imageManifestMediaType: OCI_MANIFEST, imageDigest: sha256(spaced) },
    });
    const { image } = await local.client.send(command);
    assert.deepEqual(image, {
      registryId: ACCOUNT,
      repositoryName: APP,
      imageId: { imageDigest: sha256(spaced), imageTag: 'v1' },
      imageManifest: spaced,
      imageManifestMediaType: OCI_MANIFEST,
    });
    const stored = local.repository.images.get(sha256(spaced));
    assert.equal(stored?.manifest.toString(), spaced);
    assert.deepEqual([...local.repository.tags], [['v1', sha256(spaced)]]);
  });

  test('a second tag on the same image', async () => {
    await using local = await start();
    await put(local.client, IMAGE, { tag: 'v1' });
    await put(local.client, IMAGE, { tag: 'v2' });
    assert.deepEqual(local.repository.tagsOf(sha256(IMAGE)), ['v1', 'v2']);
  });

  test('a tag moved to another image', async () => {
    await using local = await start();
    await put(local.client, IMAGE, { tag: 'v1' });
    await put(local.client, OTHER, { tag: 'v1' });
    assert.equal(local.repository.tags.get('v1'), sha256(OTHER));
    assert.deepEqual([...local.repository.images.keys()], [sha256(IMAGE), sha256(OTHER)]);
  });

  test('an index over images that are there', async () => {
    await using local = await start();
    await put(local.client, IMAGE);
    await put(local.client, OTHER);
    await put(local.client, index([IMAGE, OTHER]), { tag: 'v1' });
    assert.equal(local.repository.images.size, 3);
  });

  test('a manifest without mediaType when the call gives one', async () => {
    await using local = await start();
    const bare = manifest(['a'], { mediaType: undefined });
    assert.equal(await put(local.client, bare, { mediaType: OCI_MANIFEST }), sha256(bare));
  });

  const withoutLayer = {
    urls: { urls: ['https://example.com/layer'] },
    'a foreign type': { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' },
    'a nondistributable type': {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    },
  };
  for (const [name, rest] of Object.entries(withoutLayer)) {
    test(`an image whose absent layer has ${name}`, async () => {
      await using local = await start();
      const foreign = manifest([], { layers: [descriptor('absent', 'application/x', rest)] });
      assert.equal(await put(local.client, foreign), sha256(foreign));
    });
  }

  test('an image and an index that say null where something is absent or empty', async () => {
    await using local = await start();
    const nulls = { annotations: null, subject: null, artifactType: null };
    const config = descriptor('{}', 'application/vnd.oci.image.config.v1+json', { urls: null });
    const image = manifest([], { ...nulls, config, layers: null });
    assert.equal(await put(local.client, image), sha256(image));
    const empty = index([], { ...nulls, manifests: null });
    assert.equal(await put(local.client, empty), sha256(empty));
  });

  test('a manifest whose subject does not exist', async () => {
    await using local = await start();
    const referrer = manifest(['a'], { subject: descriptor('absent', OCI_MANIFEST) });
    await put(local.client, referrer);
    assert.equal(local.repository.images.get(sha256(referrer))?.subject, sha256('absent'));
  });
});

describe('PutImage refuses', () => {
  const SYNTAX =
    "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'";
  const syntaxCases = {
    'what is no JSON': 'v1',
    'what is no object': '[]',
    'another schema version': manifest(['a'], { schemaVersion: 1 }),
    'a manifest without any media type': manifest(['a'], { mediaType: undefined }),
    'an image without a config': manifest(['a'], { config: undefined }),
    'an image without layers': manifest(['a'], { layers: undefined }),
    'a layer without a digest': manifest([], { layers: [{ mediaType: 'a/b', size: 1 }] }),
    'a layer whose digest is not sha256': manifest([], {
      layers: [{ mediaType: 'a/b', size: 1, digest: `sha512:${'0'.repeat(128)}` }],
    }),
    'a negative size': manifest([], { layers: [descriptor('a', 'a/b', { size: -1 })] }),
    'an index without manifests': index([], { manifests: undefined }),
  };
  for (const [name, text] of Object.entries(syntaxCases)) {
    test(name, async () => {
      await using local = await start();
      const error = await refusal(put(local.client, text));
      assert.equal(error.name, 'InvalidParameterException');
      assert.equal(error.message, SYNTAX);
    });
  }

  test('a media type that is not the one in the manifest', async () => {
    await using local = await start();
    const error = await refusal(put(local.client, IMAGE, { mediaType: OCI_INDEX }));
    assert.equal(error.message, SYNTAX);
  });

  test('a media type that it does not know', async () => {
    await using local = await start();
    const text = manifest(['a'], { mediaType: 'application/x' });
    assert.match((await refusal(put(local.client, text))).message, /'ImageManifestMediaType'/);
  });

  test('an artifactType with parameters', async () => {
    await using local = await start();
    const text = manifest(['a'], { artifactType: 'application/x; version=1' });
    const { name } = await refusal(put(local.client, text));
    assert.equal(name, 'InvalidParameterException');
  });

  test('501 layers, and takes 500', async () => {
    await using local = await start();
    const layers = Array.from({ length: 500 }, () => 'a');
    await put(local.client, manifest(layers));
    const { name, message } = await refusal(put(local.client, manifest(['a', ...layers])));
    assert.equal(name, 'InvalidParameterException');
    assert.equal(
      message,
      "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Limit on number of layers per image exceeded'",
    );
  });

  test('a manifest over 4,194,304 bytes, counted as bytes', async () => {
    await using local = await start();
    const fill = (bytes: number): string => {
      const empty = manifest(['a'], { annotations: { text: '' } });
      const room = bytes - Buffer.byteLength(empty);
      const wide = '\u00e9'.repeat(Math.floor(room / 2)) + 'x'.repeat(room % 2);
      return manifest(['a'], { annotations: { text: wide } });
    };
    await put(local.client, fill(4_194_304));
    const { message } = await refusal(put(local.client, fill(4_194_305)));
    assert.match(message, /at 'imageManifest' .* less than or equal to 4194304'/);
  });

  test('a digest that is not that of the manifest', async () => {
    await using local = await start();
    const error = await refusal(put(local.client, IMAGE, { digest: sha256('other') }));
    assert.equal(error.name, 'ImageDigestDoesNotMatchException');
    assert.ok(error.message.includes(sha256('other')), error.message);
  });

  test('an image whose layers and config are missing, naming each once', async () => {
    await using local = await start();
    const text = manifest(['a', 'x', 'y', 'x'], { config: descriptor('config', 'a/b') });
    const { name, message } = await refusal(put(local.client, text, { tag: 'v1' }));
    assert.equal(name, 'LayersNotFoundException');
    const digests = ['config', 'x', 'y'].map(sha256).join(', ');
    assert.equal(
      message,
      `Layers with digests '[${digests}]' required for pushing image into repository with name '${APP}' in the registry with id '${ACCOUNT}' do not exist`,
    );
    assert.equal(local.repository.tags.size, 0);
  });

  test('an image whose layer is no longer AVAILABLE', async () => {
    await using local = await start();
    local.ecr.setAvailability(APP, sha256('a'), 'ARCHIVED');
    assert.equal((await refusal(put(local.client, IMAGE))).name, 'LayersNotFoundException');
  });

  test('an index over an image that is missing', async () => {
    await using local = await start();
    await put(local.client, IMAGE);
    const { name, message } = await refusal(put(local.client, index([IMAGE, OTHER])));
    assert.equal(name, 'ReferencedImagesNotFoundException');
    assert.ok(message.includes(`'[${sha256(OTHER)}]'`), message);
  });

  test('the same manifest with the same tag', async () => {
    await using local = await start();
    await put(local.client, IMAGE, { tag: 'v1' });
    const { name, message } = await refusal(put(local.client, IMAGE, { tag: 'v1' }));
    assert.equal(name, 'ImageAlreadyExistsException');
    assert.equal(
      message,
      `Image with digest '${sha256(IMAGE)}' and tag 'v1' already exists in the repository with name '${APP}' in registry with id '${ACCOUNT}'`,
    );
  });

  test('the same manifest without a tag', async () => {
    await using local = await start();
    await put(local.client, IMAGE, { tag: 'v1' });
    assert.equal((await refusal(put(local.client, IMAGE))).name, 'ImageAlreadyExistsException');
  });

  test('more images than the repository may hold', async () => {
    await using local = await start({ limits: { ecr: { maxImagesPerRepository: 1 } } });
    await put(local.client, IMAGE);
    await put(local.client, IMAGE, { tag: 'v1' });
    const { name, message } = await refusal(put(local.client, OTHER));
    assert.equal(name, 'LimitExceededException');
    assert.match(message, /'images per repository'/);
  });

  test('more tags than an image may have', async () => {
    await using local = await start({ limits: { ecr: { maxTagsPerImage: 2 } } });
    for (const tag of ['v1', 'v2']) await put(local.client, IMAGE, { tag });
    const { name, message } = await refusal(put(local.client, IMAGE, { tag: 'v3' }));
    assert.equal(name, 'LimitExceededException');
    assert.match(message, /'tags per image'/);
  });
});

describe('PutImage on a tag that stands for another image', () => {
  const wildcard = [{ filterType: 'WILDCARD', filter: 'dev-*' }];
  const cases = [
    { mutability: 'MUTABLE', tag: 'v1', refused: false },
    { mutability: 'IMMUTABLE', tag: 'v1', refused: true },
    { mutability: 'IMMUTABLE_WITH_EXCLUSION', tag: 'v1', refused: true },
    { mutability: 'IMMUTABLE_WITH_EXCLUSION', tag: 'dev-1', refused: false },
    { mutability: 'MUTABLE_WITH_EXCLUSION', tag: 'v1', refused: false },
    { mutability: 'MUTABLE_WITH_EXCLUSION', tag: 'dev-1', refused: true },
  ] as const;
  for (const { mutability, tag, refused } of cases) {
    test(`${refused ? 'refuses' : 'moves'} ${tag} where tags are ${mutability} (dev-*)`, async () => {
      await using local = await start(
        {},
        { imageTagMutability: mutability, imageTagMutabilityExclusionFilters: wildcard },
      );
      await put(local.client, IMAGE, { tag });
      const moved = put(local.client, OTHER, { tag });
      if (!refused) {
        await moved;
        assert.equal(local.repository.tags.get(tag), sha256(OTHER));
        return;
      }
      const { name, message } = await refusal(moved);
      assert.equal(name, 'ImageTagAlreadyExistsException');
      assert.equal(
        message,
        `The image tag '${tag}' already exists in the '${APP}' repository and cannot be overwritten because the repository is immutable.`,
      );
      assert.equal(local.repository.tags.get(tag), sha256(IMAGE));
    });
  }

  for (const sameImmutableTag of [
    'ImageAlreadyExistsException',
    'ImageTagAlreadyExistsException',
  ] as const) {
    test(`answers ${sameImmutableTag} to the same image on an immutable tag, as told`, async () => {
      await using local = await start(
        { behaviours: { sameImmutableTag } },
        { imageTagMutability: 'IMMUTABLE' },
      );
      await put(local.client, IMAGE, { tag: 'v1' });
      const { name } = await refusal(put(local.client, IMAGE, { tag: 'v1' }));
      assert.equal(name, sameImmutableTag);
    });
  }
});

test('a layer that was pushed twice at once is stored once', async () => {
  await using local = await start();
  const twice = await Promise.allSettled(['c', 'c'].map((text) => putLayer(local.client, text)));
  assert.deepEqual(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await put(local.client, manifest(['c']));
});
