import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DOCKER_CONFIG,
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  isConfigMediaType,
  isIndexMediaType,
  isManifestMediaType,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
} from '../../src/oci/media-types.ts';

type Kind = 'manifest' | 'index' | 'config';

const kinds: Readonly<Record<string, Kind | undefined>> = {
  [OCI_MANIFEST]: 'manifest',
  [DOCKER_MANIFEST]: 'manifest',
  [OCI_INDEX]: 'index',
  [DOCKER_MANIFEST_LIST]: 'index',
  [OCI_CONFIG]: 'config',
  [DOCKER_CONFIG]: 'config',
  [OCI_LAYER]: undefined,
  'application/vnd.docker.distribution.manifest.v1+prettyjws': undefined,
  'application/vnd.oci.empty.v1+json': undefined,
  [OCI_INDEX.toUpperCase()]: undefined,
  [`${OCI_MANIFEST}; charset=utf-8`]: undefined,
  '': undefined,
};

for (const [mediaType, kind] of Object.entries(kinds)) {
  test(`"${mediaType}" is the media type of ${kind ?? 'none of the three'}`, () => {
    const answers: Readonly<Record<Kind, boolean>> = {
      manifest: isManifestMediaType(mediaType),
      index: isIndexMediaType(mediaType),
      config: isConfigMediaType(mediaType),
    };
    const expected = { manifest: false, index: false, config: false };
    assert.deepEqual(answers, kind === undefined ? expected : { ...expected, [kind]: true });
  });
}
