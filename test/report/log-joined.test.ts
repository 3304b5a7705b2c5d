import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logJoined } from '../../src/report/log-joined.ts';
import { buildAttestation, buildImage, buildIndex } from '../support/image.ts';
import { joined } from '../support/joined.ts';

test('the log lists what is joined, a line each, whatever descriptors say', async () => {
  const amd = buildImage({ seed: 'amd' });
  const attestation = buildAttestation(amd);
  const windows = buildImage({
    seed: 'windows',
    platform: { os: 'windows', architecture: 'a\n::error::b', variant: 'v1', osVersion: '10.0' },
  });
  const lines: string[] = [];
  const graph = await joined(buildIndex([amd, attestation]), windows);
  logJoined(graph, { info: (line) => void lines.push(line) });
  const { digest, mediaType } = graph.root.descriptor;
  assert.deepEqual(lines, [
    `Index ${digest} (${mediaType}) of 3 manifests`,
    `  ${amd.descriptor.digest} linux/amd64`,
    `  ${windows.descriptor.digest} windows/a ::error::b/v1 10.0`,
    `  ${attestation.descriptor.digest} unknown/unknown`,
  ]);
});
