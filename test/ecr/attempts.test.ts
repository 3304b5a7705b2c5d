import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Registry } from '../../src/ecr/registry.ts';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { Fault } from '../local-ecr/faults.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { uploadOf } from '../support/memory-layer.ts';
import { seededBytes } from '../support/random.ts';

/** What AWS_MAX_ATTEMPTS says. */
const ATTEMPTS = 3;
const { signal } = new AbortController();
const BYTES = Buffer.from('{"schemaVersion":2,"manifests":[]}');
const image = { digest: digestOf(BYTES), mediaType: OCI_INDEX, bytes: BYTES, tag: 'v1' };

/** The calls, by what makes them. */
const CALLS: Readonly<Record<string, (registry: Registry) => Promise<unknown>>> = {
  BatchCheckLayerAvailability: (registry) => registry.availableLayers([image.digest], signal),
  InitiateLayerUpload: (registry) => upload(registry, 10),
  UploadLayerPart: (registry) => upload(registry, 10),
  'UploadLayerPart of a large part': (registry) => upload(registry, 100_000),
  CompleteLayerUpload: (registry) => upload(registry, 10),
  PutImage: (registry) => registry.putImage(image, signal),
  BatchGetImage: (registry) => registry.findImages([{ tag: 'v1' }], signal),
  CreateRepository: (registry) => registry.createRepository({}, signal),
};

function upload(registry: Registry, size: number): Promise<unknown> {
  return registry.uploadLayer(uploadOf(seededBytes('layer', size)), signal);
}

/** How often a call is made that always fails so. */
const FAULTS: Readonly<Record<string, readonly [fault: Fault, times: number]>> = {
  'HTTP 503': [{ kind: 'http', status: 503 }, ATTEMPTS],
  'HTTP 408': [{ kind: 'http', status: 408 }, ATTEMPTS],
  'a reset connection': [{ kind: 'reset' }, ATTEMPTS],
  'a ServerException': [{ kind: 'error', name: 'ServerException', status: 500 }, ATTEMPTS],
  'a quota that is reached': [{ kind: 'error', name: 'LimitExceededException' }, 1],
  'a missing permission': [{ kind: 'error', name: 'AccessDeniedException' }, 1],
  'credentials that have expired for good': [{ kind: 'error', name: 'ExpiredTokenException' }, 1],
  'a signature that is refused': [{ kind: 'error', name: 'InvalidSignatureException' }, 1],
  'HTTP 403 from a proxy': [{ kind: 'http', status: 403 }, 1],
};

for (const [call, make] of Object.entries(CALLS)) {
  const [operation = ''] = call.split(' ');
  for (const [what, [fault, times]] of Object.entries(FAULTS)) {
    test(`${call} that meets ${what} each time is made ${times} times in all`, async () => {
      assert.equal(await callsAt(operation, make, fault), times);
    });
  }
}

for (const call of ['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload']) {
  test(`${call} that is throttled each time is made ${ATTEMPTS} times in all`, async () => {
    const make = CALLS[call] ?? assert.fail();
    assert.equal(await callsAt(call, make, { kind: 'throttle' }), ATTEMPTS);
  });
}

async function callsAt(
  operation: string,
  make: (registry: Registry) => Promise<unknown>,
  fault: Fault,
): Promise<number> {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const name = operation === 'CreateRepository' ? 'another' : REPOSITORY_NAME;
  const registry = openLocalRegistry(ecr, { name, maxAttempts: ATTEMPTS });
  ecr.fault({ ...fault, operation, times: Infinity });
  await make(registry).catch((error: unknown) => error);
  registry.close();
  return ecr.calls(operation).length;
}
