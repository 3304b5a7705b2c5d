import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Registry } from '../../../src/ecr/registry.ts';
import { PushError } from '../../../src/errors.ts';
import type { BlobReader } from '../../../src/layout/layout.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { OCI_LAYER_GZIP } from '../../../src/oci/media-types.ts';
import { MAX_LAYER_ATTEMPTS, uploadLayer } from '../../../src/ecr/upload/upload-layer.ts';
import type { Fault, FaultyCall } from '../../local-ecr/faults.ts';
import type { LocalEcrOptions } from '../../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../../local-ecr/server.ts';
import { completeUpload, initiateUpload, uploadPart } from '../../local-ecr/uploads.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../../support/local-registry.ts';
import { refused } from '../../support/refused.ts';

/** Bytes. */
const PART = 100;
const LAYER = randomBytes(350);
const UPLOAD = { operation: 'UploadLayerPart' } as const;
const COMPLETE = { operation: 'CompleteLayerUpload' } as const;

/** A blob in memory, that fails when it is read after its end was closed. */
class MemoryBlob implements BlobReader {
  readonly location = 'layout/blobs/sha256/abc';
  readonly size: number;
  content: Uint8Array;
  isClosed = false;

  constructor(content: Uint8Array) {
    this.content = content;
    this.size = content.byteLength;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    await Promise.resolve();
    assert(!this.isClosed, 'nothing is read from a closed blob');
    const end = position + target.byteLength;
    if (end > this.content.byteLength) {
      throw new PushError('DIGEST_MISMATCH', `${this.location} ended early`);
    }
    target.set(this.content.subarray(position, end));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

class Scene implements AsyncDisposable {
  readonly ecr: LocalEcr;
  readonly registry: Registry;
  readonly blob: MemoryBlob;
  readonly layer: Descriptor;
  readonly abort = new AbortController();

  private constructor(ecr: LocalEcr, content: Uint8Array) {
    this.ecr = ecr;
    this.registry = openLocalRegistry(ecr);
    this.blob = new MemoryBlob(content);
    const digest = digestOf(content);
    this.layer = { mediaType: OCI_LAYER_GZIP, digest, size: content.byteLength };
  }

  static async open(content: Uint8Array = LAYER, options: LocalEcrOptions = {}): Promise<Scene> {
    const limits = { ecr: { partSize: PART, minPartBytes: 1 } };
    const ecr = await startLocalEcr({ limits, ...options });
    ecr.createRepository(REPOSITORY_NAME);
    return new Scene(ecr, content);
  }

  async upload(): Promise<void> {
    await using blob = this.blob;
    await uploadLayer(this.layer, {
      registry: this.registry,
      blob,
      signal: this.abort.signal,
    });
  }

  /** The layer is in the repository, and no two parts were under way at once. */
  assertArrived(): void {
    const stored = this.ecr.repository(REPOSITORY_NAME).layers.get(this.layer.digest);
    assert.equal(stored?.size, this.layer.size);
    assert.deepEqual(this.ecr.log.overlappingParts(), []);
  }

  /** First bytes of the parts as they were sent. */
  partStarts(): unknown[] {
    return this.ecr.calls('UploadLayerPart').map(({ input }) => input['partFirstByte']);
  }

  count(operation: string): number {
    return this.ecr.calls(operation).length;
  }

  /** Another job uploads the same layer. */
  async uploadElsewhere(): Promise<void> {
    const repository = this.ecr.repository(REPOSITORY_NAME);
    const { id } = initiateUpload(repository);
    const { world } = this.ecr;
    const part = { first: 0, last: LAYER.length - 1, bytes: LAYER };
    await uploadPart(repository, id, part, world.rules.ecr.limits);
    await completeUpload(repository, id, [this.layer.digest], world.behaviours);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.registry.close();
    await this.ecr[Symbol.asyncDispose]();
  }
}

const boundaries = [
  { size: 1, starts: [0] },
  { size: PART - 1, starts: [0] },
  { size: PART, starts: [0] },
  { size: PART + 1, starts: [0, 100] },
  { size: 2 * PART, starts: [0, 100] },
  { size: 2 * PART + 1, starts: [0, 100, 200] },
];

for (const { size, starts } of boundaries) {
  test(`a layer of ${size} bytes goes in parts of ${PART} that start at ${starts.join(', ')}`, async () => {
    await using scene = await Scene.open(randomBytes(size));
    await scene.upload();
    scene.assertArrived();
    assert.deepEqual(scene.partStarts(), starts);
    const calls = scene.ecr.calls().map(({ operation }) => operation);
    const parts = starts.map(() => 'UploadLayerPart');
    assert.deepEqual(calls, ['InitiateLayerUpload', ...parts, 'CompleteLayerUpload']);
  });
}

test('a layer that would need more parts than ECR takes goes in larger ones', async () => {
  const limits = { ecr: { partSize: 1, minPartBytes: 1 } };
  await using scene = await Scene.open(randomBytes(4201), { limits });
  await scene.upload();
  scene.assertArrived();
  assert.deepEqual(scene.partStarts().slice(0, 3), [0, 2, 4]);
  assert.equal(scene.count('UploadLayerPart'), 2101);
});

interface Recovery {
  readonly what: string;
  readonly faults: readonly (Fault | ((scene: Scene) => Fault))[];
  /** First bytes of the parts sent. */
  readonly starts: readonly number[];
  readonly initiated?: number;
  readonly checks?: number;
}

/** ECR answers with another end of what it has. */
function refusedAt(lastValidByteReceived: number, nth: number): Fault {
  const fields = { lastValidByteReceived };
  return { kind: 'error', name: 'InvalidLayerPartException', fields, nth, ...UPLOAD };
}

function received(last: number, nth: number): Fault {
  const change = (output: object) => ({ ...output, lastByteReceived: last });
  return { kind: 'answer', change, nth, ...UPLOAD };
}

/** ECR's store holds no more of the upload than `end` bytes. */
function cutBack(scene: Scene, end: number, nth: number): Fault {
  const run = ({ input }: FaultyCall): void => {
    const upload = scene.ecr.repository(REPOSITORY_NAME).uploads.get(String(input['uploadId']));
    assert(upload);
    upload.received = end;
    const kept = scene.blob.content.subarray(0, end);
    Object.assign(upload, { hash: createHash('sha256').update(kept) });
  };
  return { kind: 'before', run, nth, ...UPLOAD };
}

const recoveries: readonly Recovery[] = [
  {
    what: 'the answer to a part is lost: the part sent again is refused, and the next follows',
    faults: [{ kind: 'answer-lost', nth: 2, ...UPLOAD }],
    starts: [0, 100, 100, 200, 300],
  },
  {
    what: 'the answer to the last part is lost',
    faults: [{ kind: 'answer-lost', nth: 4, ...UPLOAD }],
    starts: [0, 100, 200, 300, 300],
  },
  {
    what: 'the part before went missing: it is sent again',
    faults: [(scene) => cutBack(scene, 100, 3)],
    starts: [0, 100, 200, 100, 200, 300],
  },
  {
    what: 'everything went missing: the layer is begun anew',
    faults: [(scene) => cutBack(scene, 0, 4)],
    starts: [0, 100, 200, 300, 0, 100, 200, 300],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'part of a part went missing: what follows goes on from there',
    faults: [(scene) => cutBack(scene, 150, 3)],
    starts: [0, 100, 200, 150, 250],
  },
  {
    what: 'ECR claims more than was ever sent: the layer is begun anew',
    faults: [refusedAt(349, 2)],
    starts: [0, 100, 0, 100, 200, 300],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'ECR refuses a part without telling where it stands: the layer is begun anew',
    faults: [{ kind: 'error', name: 'InvalidLayerPartException', nth: 2, ...UPLOAD }],
    starts: [0, 100, 0, 100, 200, 300],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'ECR sends back to the same place again and again: the layer is begun anew',
    faults: [{ ...refusedAt(99, 2), times: 9 }],
    starts: [0, ...Array<number>(9).fill(100), 0, 100, 200, 300],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'ECR confirms a part in part: the rest of it comes next',
    faults: [(scene) => cutBack(scene, 50, 2), received(49, 1)],
    starts: [0, 50, 150, 250],
  },
  {
    what: 'the upload expires: the layer is begun anew',
    faults: [{ kind: 'expire-upload', nth: 3, ...UPLOAD }],
    starts: [0, 100, 200, 0, 100, 200, 300],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'the upload expires, and another job has uploaded the layer meanwhile: done',
    faults: [
      (scene) => ({ kind: 'before', run: () => scene.uploadElsewhere(), nth: 3, ...UPLOAD }),
      { kind: 'expire-upload', nth: 3, ...UPLOAD },
    ],
    starts: [0, 100, 200],
    checks: 1,
  },
  {
    what: 'the upload expires before Complete: the layer is begun anew',
    faults: [{ kind: 'expire-upload', ...COMPLETE }],
    starts: [0, 100, 200, 300, 0, 100, 200, 300],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'the answer to Complete is lost, and ECR then knows the layer: done',
    faults: [{ kind: 'answer-lost', ...COMPLETE }],
    starts: [0, 100, 200, 300],
  },
  {
    what: 'another job completes the layer first: done',
    faults: [(scene) => ({ kind: 'before', run: () => scene.uploadElsewhere(), ...COMPLETE })],
    starts: [0, 100, 200, 300],
  },
  {
    what: 'the data are damaged on their way, and the file is sound: the layer is sent once more',
    faults: [{ kind: 'error', name: 'InvalidLayerException', ...COMPLETE }],
    starts: [0, 100, 200, 300, 0, 100, 200, 300],
    initiated: 2,
  },
];

for (const { what, faults, starts, initiated = 1, checks = 0 } of recoveries) {
  test(what, async () => {
    await using scene = await Scene.open();
    const scripted = faults.map((fault) =>
      scene.ecr.fault(typeof fault === 'function' ? fault(scene) : fault),
    );
    await scene.upload();
    scene.assertArrived();
    assert(
      scripted.every(({ hits }) => hits > 0),
      'every fault struck',
    );
    assert.deepEqual(scene.partStarts(), starts);
    assert.equal(scene.count('InitiateLayerUpload'), initiated);
    assert.equal(scene.count('BatchCheckLayerAvailability'), checks);
  });
}

test('Complete says that an upload is unknown whose answer was lost: the layer is found in the repository', async () => {
  const behaviours = { completedTwice: 'UploadNotFoundException' } as const;
  await using scene = await Scene.open(LAYER, {
    behaviours,
    limits: { ecr: { partSize: PART, minPartBytes: 1 } },
  });
  scene.ecr.fault({ kind: 'answer-lost', ...COMPLETE });
  await scene.upload();
  scene.assertArrived();
  assert.equal(scene.count('InitiateLayerUpload'), 1);
  assert.equal(scene.count('BatchCheckLayerAvailability'), 1);
});

const lost: { what: string; fault: Fault; message: RegExp }[] = [
  {
    what: 'damaged',
    fault: { kind: 'error', name: 'InvalidLayerException', times: Infinity, ...COMPLETE },
    message: /did not arrive in 3 uploads \(digest-mismatch\)/,
  },
  {
    what: 'lost',
    fault: { kind: 'expire-upload', times: Infinity, ...UPLOAD },
    message: /did not arrive in 3 uploads \(upload-not-found\)/,
  },
];

for (const { what, fault, message } of lost) {
  test(`a layer that is ${what} on its way every time fails after ${MAX_LAYER_ATTEMPTS} uploads`, async () => {
    await using scene = await Scene.open();
    scene.ecr.fault(fault);
    await assert.rejects(scene.upload(), (error: PushError) => {
      assert.equal(error.code, 'UPLOAD_FAILED');
      assert.match(error.message, message);
      assert.match(error.message, new RegExp(scene.layer.digest));
      return true;
    });
    assert.equal(scene.count('InitiateLayerUpload'), MAX_LAYER_ATTEMPTS);
  });
}

test('a file that is not what its digest says is named, and not sent again', async () => {
  await using scene = await Scene.open();
  const other = randomBytes(LAYER.length);
  scene.blob.content = other;
  await assert.rejects(scene.upload(), {
    code: 'DIGEST_MISMATCH',
    message: `${scene.blob.location}: expected ${scene.layer.digest}, found ${digestOf(other)}`,
  });
  assert.equal(scene.count('InitiateLayerUpload'), 1);
});

for (const shrunkTo of [0, 50, 150, 349]) {
  test(`a file that has shrunk to ${shrunkTo} bytes since it was opened fails as such`, async () => {
    await using scene = await Scene.open();
    scene.blob.content = LAYER.subarray(0, shrunkTo);
    await assert.rejects(scene.upload(), { code: 'DIGEST_MISMATCH' });
    assert.equal(scene.count('CompleteLayerUpload'), 0);
  });
}

test('an abort midway ends the part on the wire, and says why', async () => {
  await using scene = await Scene.open();
  const reason = new PushError('CANCELLED', 'The step was cancelled');
  scene.ecr.fault({ kind: 'before', run: () => scene.abort.abort(reason), nth: 2, ...UPLOAD });
  scene.ecr.fault({ kind: 'hang', nth: 2, ...UPLOAD });
  await assert.rejects(scene.upload(), reason);
  assert.deepEqual(scene.partStarts(), [0, 100]);
  assert.equal(scene.count('CompleteLayerUpload'), 0);
});

test('an abort before the start sends nothing', async () => {
  await using scene = await Scene.open();
  const reason = new PushError('CANCELLED', 'The step was cancelled');
  scene.abort.abort(reason);
  await assert.rejects(scene.upload(), reason);
  assert.deepEqual(scene.ecr.calls(), []);
});

test('an error that no recovery knows ends the layer at once', async () => {
  await using scene = await Scene.open();
  scene.ecr.fault({ kind: 'error', name: 'KmsException', nth: 2, ...UPLOAD });
  await assert.rejects(scene.upload(), { code: 'KMS' });
  assert.equal(scene.count('UploadLayerPart'), 2);
});

/** What AWS answers where a body is read twice, for its hash and to send it, and was changed between. */
const SIGNATURE = { ...UPLOAD, kind: 'error', name: 'InvalidSignatureException' } as const;

test('a part whose signature is refused because the file was changed names the file', async () => {
  await using scene = await Scene.open();
  scene.ecr.fault({
    ...SIGNATURE,
    when: () => {
      scene.blob.content = randomBytes(LAYER.length);
      return true;
    },
  });
  await assert.rejects(scene.upload(), refused('DIGEST_MISMATCH', scene.blob.location));
});

test('a part whose signature is refused though the file is sound tells of the signature', async () => {
  await using scene = await Scene.open();
  scene.ecr.fault(SIGNATURE);
  await assert.rejects(scene.upload(), refused('CREDENTIALS_INVALID', 'UploadLayerPart'));
});
