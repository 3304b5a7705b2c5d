import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { RETRIES, type RetryName, type RetryNotice } from '../../../src/async/retry.ts';
import { Ecr } from '../../../src/ecr/ecr.ts';
import type {
  LayerOutcome,
  LayerUpload,
  Registry,
  UploadPosition,
} from '../../../src/ecr/registry.ts';
import { bodySize, frameOf } from '../../../src/ecr/upload/body.ts';
import { Lines } from '../../../src/ecr/upload/lines.ts';
import {
  MAX_PART_SIZE,
  MAX_PARTS,
  MIN_PART_SIZE,
  USUAL_PART_SIZE,
} from '../../../src/ecr/upload/tuning.ts';
import { choosePartSize, type PartSizes } from '../../../src/ecr/upload/upload-layer.ts';
import { PushError } from '../../../src/errors.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import type { Fault, FaultyCall } from '../../local-ecr/faults.ts';
import type { LocalEcrOptions } from '../../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../../local-ecr/server.ts';
import { completeUpload, initiateUpload, uploadPart } from '../../local-ecr/uploads.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../../support/local-registry.ts';
import { layerOf, MemoryBlob, uploadOf } from '../../support/memory-layer.ts';
import { seededBytes } from '../../support/random.ts';
import { refused } from '../../support/refused.ts';
import { withEnvironment } from '../../support/run-locally.ts';

/** Bytes. */
const PART = 100;
const LAYER = randomBytes(350);
const UPLOAD = { operation: 'UploadLayerPart' } as const;
const COMPLETE = { operation: 'CompleteLayerUpload' } as const;

class Scene implements AsyncDisposable {
  readonly ecr: LocalEcr;
  readonly registry: Registry;
  readonly blob: MemoryBlob;
  readonly layer: Descriptor;
  readonly abort = new AbortController();
  readonly positions: UploadPosition[] = [];
  readonly notices: RetryNotice[] = [];
  readonly debugs: string[] = [];
  readonly #close: () => void;

  private constructor(ecr: LocalEcr, content: Uint8Array, lines: Lines) {
    this.ecr = ecr;
    const debug = (line: string): void => void this.debugs.push(line);
    const registry = openLocalRegistry(ecr, { debug, lines });
    this.registry = registry;
    this.#close = () => registry.close();
    this.blob = new MemoryBlob(content);
    this.layer = layerOf(content);
  }

  static async open(
    content: Uint8Array = LAYER,
    options: LocalEcrOptions = {},
    partsInFlight?: number,
  ): Promise<Scene> {
    const limits = { ecr: { partSize: PART, minPartBytes: 1 } };
    const ecr = await startLocalEcr({ limits, ...options });
    ecr.createRepository(REPOSITORY_NAME);
    return new Scene(ecr, content, new Lines({ partsInFlight }));
  }

  /** Also sees to it that the blob is opened once, and closed whatever happens. */
  async upload(options: Partial<LayerUpload> = {}): Promise<LayerOutcome> {
    const upload = {
      layer: this.layer,
      open: () => this.blob.open(),
      onProgress: (position: UploadPosition) => void this.positions.push(position),
      onRetry: (notice: RetryNotice) => void this.notices.push(notice),
      ...options,
    };
    try {
      return await this.registry.uploadLayer(upload, this.abort.signal);
    } finally {
      assert(!this.blob.isOpen, 'the blob is closed');
      assert(this.blob.opened <= 1, 'it was opened once');
    }
  }

  /** The layer is in the repository, and no two parts were under way at once. */
  assertArrived(): void {
    const stored = this.ecr.repository(REPOSITORY_NAME).layers.get(this.layer.digest);
    assert.equal(stored?.size, this.layer.size);
    assert.deepEqual(this.ecr.log.overlappingParts(), []);
  }

  /** First bytes of the parts as they were sent. */
  partStarts(): unknown[] {
    return this.#sent().filter((first) => first <= this.layer.size);
  }

  /** How often ECR was asked what it has. */
  looks(): number {
    return this.#sent().filter((first) => first > this.layer.size).length;
  }

  #sent(): number[] {
    return this.ecr.calls('UploadLayerPart').map(({ input }) => Number(input['partFirstByte']));
  }

  /** What ECR was told to have confirmed, one after another. */
  confirmed(): number[] {
    return this.positions.map(({ nextByte }) => nextByte);
  }

  count(operation: string): number {
    return this.ecr.calls(operation).length;
  }

  /** Another run has begun the layer, and ECR has so many bytes of it. */
  async begun(bytes: number): Promise<UploadPosition> {
    const repository = this.ecr.repository(REPOSITORY_NAME);
    const { id } = initiateUpload(repository);
    const { limits } = this.ecr.world.rules.ecr;
    for (let first = 0; first < bytes; first += PART) {
      const part = this.blob.content.subarray(first, Math.min(first + PART, bytes));
      const last = first + part.length - 1;
      await uploadPart(repository, id, { first, last, bytes: part }, limits);
    }
    return { uploadId: id, partSize: PART, nextByte: bytes };
  }

  /** Another job uploads the same layer. */
  async uploadElsewhere(): Promise<void> {
    const repository = this.ecr.repository(REPOSITORY_NAME);
    const { id } = initiateUpload(repository);
    const { world } = this.ecr;
    const { content } = this.blob;
    const part = { first: 0, last: content.length - 1, bytes: content };
    await uploadPart(repository, id, part, world.rules.ecr.limits);
    await completeUpload(repository, id, [this.layer.digest], world.behaviours);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
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
    const { kind } = await scene.upload();
    assert.equal(kind, 'sent');
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
  /** The rows of RETRIES that were followed; the layer's, where nothing is said. */
  readonly retries?: readonly RetryName[];
  readonly kind?: LayerOutcome['kind'];
  /** The next bytes of the positions that were told. */
  readonly confirmed: readonly number[];
}

const ALL = [100, 200, 300, 350] as const;

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

/** ECR has the first half of a part already, as a part of its own. */
function halved(scene: Scene, nth: number): Fault {
  const run = ({ input }: FaultyCall): void => {
    const upload = scene.ecr.repository(REPOSITORY_NAME).uploads.get(String(input['uploadId']));
    assert(upload);
    upload.lastPartSize = PART / 2;
    upload.parts += 1;
    upload.received += PART / 2;
    const kept = scene.blob.content.subarray(0, upload.received);
    Object.assign(upload, { hash: createHash('sha256').update(kept) });
  };
  return { kind: 'before', run, nth, ...UPLOAD };
}

const recoveries: readonly Recovery[] = [
  {
    what: 'the answer to a part is lost: the part sent again is refused, and the next follows',
    faults: [{ kind: 'answer-lost', nth: 2, ...UPLOAD }],
    starts: [0, 100, 100, 200, 300],
    confirmed: ALL,
    retries: ['transient'],
  },
  {
    what: 'the answer to the last part is lost',
    faults: [{ kind: 'answer-lost', nth: 4, ...UPLOAD }],
    starts: [0, 100, 200, 300, 300],
    confirmed: ALL,
    retries: ['transient'],
  },
  {
    what: 'the part before went missing: it is sent again',
    faults: [(scene) => cutBack(scene, 100, 3)],
    starts: [0, 100, 200, 100, 200, 300],
    confirmed: [100, 200, 100, 200, 300, 350],
    retries: ['part'],
  },
  {
    what: 'everything went missing: the layer is begun anew',
    faults: [(scene) => cutBack(scene, 0, 4)],
    starts: [0, 100, 200, 300, 0, 100, 200, 300],
    confirmed: [100, 200, 300, ...ALL],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'part of a part went missing: what follows goes on from there',
    faults: [(scene) => cutBack(scene, 150, 3)],
    starts: [0, 100, 200, 150, 250],
    confirmed: [100, 200, 150, 250, 350],
    retries: ['part'],
  },
  {
    what: 'ECR claims more than was ever sent: the layer is begun anew',
    faults: [refusedAt(349, 2)],
    starts: [0, 100, 0, 100, 200, 300],
    confirmed: [100, ...ALL],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'ECR refuses a part without telling where it stands: the layer is begun anew',
    faults: [{ kind: 'error', name: 'InvalidLayerPartException', nth: 2, ...UPLOAD }],
    starts: [0, 100, 0, 100, 200, 300],
    confirmed: [100, ...ALL],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'ECR sends back to the same place again and again: the layer is begun anew',
    faults: [{ ...refusedAt(99, 2), times: 5 }],
    starts: [0, ...Array<number>(5).fill(100), 0, 100, 200, 300],
    confirmed: [...Array<number>(5).fill(100), ...ALL],
    initiated: 2,
    checks: 1,
    retries: ['part', 'part', 'part', 'part', 'layer'],
  },
  {
    what: 'ECR confirms a part in part: the rest of it comes next',
    faults: [(scene) => cutBack(scene, 50, 2), received(49, 1)],
    starts: [0, 50, 150, 250],
    confirmed: [50, 150, 250, 350],
  },
  {
    what: 'the upload expires: the layer is begun anew',
    faults: [{ kind: 'expire-upload', nth: 3, ...UPLOAD }],
    starts: [0, 100, 200, 0, 100, 200, 300],
    confirmed: [100, 200, ...ALL],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'the upload expires, and another job has uploaded the layer meanwhile: done',
    kind: 'completed-elsewhere',
    faults: [
      (scene) => ({ kind: 'before', run: () => scene.uploadElsewhere(), nth: 3, ...UPLOAD }),
      { kind: 'expire-upload', nth: 3, ...UPLOAD },
    ],
    starts: [0, 100, 200],
    confirmed: [100, 200],
    checks: 1,
  },
  {
    what: 'the upload expires before Complete: the layer is begun anew',
    faults: [{ kind: 'expire-upload', ...COMPLETE }],
    starts: [0, 100, 200, 300, 0, 100, 200, 300],
    confirmed: [...ALL, ...ALL],
    initiated: 2,
    checks: 1,
  },
  {
    what: 'the answer to Complete is lost, and ECR then knows the layer: done, by this upload',
    faults: [{ kind: 'answer-lost', ...COMPLETE }],
    starts: [0, 100, 200, 300],
    confirmed: ALL,
  },
  {
    what: 'another job completes the layer first: done',
    kind: 'completed-elsewhere',
    faults: [(scene) => ({ kind: 'before', run: () => scene.uploadElsewhere(), ...COMPLETE })],
    starts: [0, 100, 200, 300],
    confirmed: ALL,
  },
  {
    what: 'the data are damaged on their way, and the file is sound: the layer is sent once more',
    faults: [{ kind: 'error', name: 'InvalidLayerException', ...COMPLETE }],
    starts: [0, 100, 200, 300, 0, 100, 200, 300],
    confirmed: [...ALL, ...ALL],
    initiated: 2,
  },
];

for (const recovery of recoveries) {
  const { what, faults, starts, initiated = 1, checks = 0, kind = 'sent', confirmed } = recovery;
  test(what, async () => {
    await using scene = await Scene.open();
    const scripted = faults.map((fault) =>
      scene.ecr.fault(typeof fault === 'function' ? fault(scene) : fault),
    );
    const outcome = await scene.upload();
    scene.assertArrived();
    assert.equal(outcome.kind, kind);
    assert.deepEqual(scene.confirmed(), confirmed);
    assert.deepEqual(
      scene.notices.map(({ name }) => name),
      recovery.retries ?? Array(initiated - 1).fill('layer'),
    );
    assert(
      scene.notices.every(({ why }) => why !== undefined),
      'all say why',
    );
    assert(
      scripted.every(({ hits }) => hits > 0),
      'every fault struck',
    );
    assert.deepEqual(scene.partStarts(), starts);
    assert.equal(scene.count('InitiateLayerUpload'), initiated);
    assert.equal(scene.count('BatchCheckLayerAvailability'), checks);
  });
}

/** Of parts that are worth a question. */
const LARGE_PART = 100_000;
const LARGE_LAYER = seededBytes('four parts', 3.7 * LARGE_PART);
const LARGE_STARTS = [0, 1, 2, 3].map((part) => part * LARGE_PART);
const SECOND = LARGE_PART;

interface Doubt {
  readonly what: string;
  readonly faults: readonly Fault[];
  /** First bytes of the parts sent; each once, where nothing is said. */
  readonly starts?: readonly number[];
  readonly looks: number;
  readonly retries: readonly RetryName[];
  readonly initiated?: number;
}

const untold: Fault = { kind: 'error', name: 'InvalidLayerException', nth: 3, ...UPLOAD };

const doubts: readonly Doubt[] = [
  {
    what: 'the answer to a part is lost',
    faults: [{ kind: 'answer-lost', nth: 2, ...UPLOAD }],
    looks: 1,
    retries: ['transient'],
  },
  {
    what: 'the answer to the first part is lost',
    faults: [{ kind: 'answer-lost', ...UPLOAD }],
    looks: 1,
    retries: ['transient'],
  },
  {
    what: 'the answer to the last part is lost',
    faults: [{ kind: 'answer-lost', nth: 4, ...UPLOAD }],
    looks: 1,
    retries: ['transient'],
  },
  {
    what: 'a part is taken, and the answer is 500',
    faults: [
      { kind: 'error-after-effect', name: 'ServerException', status: 500, nth: 2, ...UPLOAD },
    ],
    looks: 1,
    retries: ['transient'],
  },
  {
    what: 'a part is not taken, and the answer is 503',
    faults: [{ kind: 'http', status: 503, nth: 2, ...UPLOAD }],
    starts: [0, SECOND, SECOND, 2 * SECOND, 3 * SECOND],
    looks: 1,
    retries: ['transient'],
  },
  {
    what: 'a part is throttled: that is no doubt',
    faults: [{ kind: 'throttle', nth: 2, ...UPLOAD }],
    starts: [0, SECOND, SECOND, 2 * SECOND, 3 * SECOND],
    looks: 0,
    retries: ['throttled'],
  },
  {
    what: 'the answer is lost, and so is the question',
    faults: [
      { kind: 'answer-lost', nth: 2, ...UPLOAD },
      { kind: 'reset', nth: 3, ...UPLOAD },
    ],
    looks: 2,
    retries: ['transient', 'transient'],
  },
  {
    what: 'the answer is lost, and the question is refused in another way: the part is sent again',
    faults: [{ kind: 'answer-lost', nth: 2, ...UPLOAD }, untold],
    starts: [0, SECOND, SECOND, 2 * SECOND, 3 * SECOND],
    looks: 1,
    retries: ['transient'],
  },
  {
    what: 'the answer is cut',
    faults: [{ kind: 'answer', change: () => ({}), nth: 2, ...UPLOAD }],
    looks: 1,
    retries: ['transient'],
  },
  {
    what: 'the answer names a byte far behind, which is not so',
    faults: [received(-1, 3)],
    looks: 1,
    retries: [],
  },
  {
    what: 'the answer names a byte within the part, which is not so',
    faults: [received(1.5 * LARGE_PART, 2)],
    looks: 1,
    retries: [],
  },
  {
    what: 'the answer names a byte beyond what was sent, which is not so',
    faults: [received(3 * LARGE_PART, 2)],
    looks: 1,
    retries: [],
  },
  {
    what: 'the answer names a byte beyond the layer',
    faults: [received(2 ** 40, 2)],
    looks: 1,
    retries: [],
  },
  {
    what: 'the answer names a byte beyond what was sent, and so does that to the question: the layer is begun anew',
    faults: [received(3 * LARGE_PART, 2), refusedAt(3 * LARGE_PART, 3)],
    starts: [0, SECOND, ...LARGE_STARTS],
    looks: 1,
    retries: ['layer'],
    initiated: 2,
  },
  {
    what: 'the upload expires while the answer is lost: the layer is begun anew',
    faults: [
      { kind: 'answer-lost', nth: 2, ...UPLOAD },
      { kind: 'expire-upload', nth: 3, ...UPLOAD },
    ],
    starts: [0, SECOND, ...LARGE_STARTS],
    looks: 1,
    retries: ['transient', 'layer'],
    initiated: 2,
  },
];

for (const { what, faults, starts = LARGE_STARTS, looks, retries, initiated = 1 } of doubts) {
  test(`of a large part, ${what}`, async () => {
    const limits = { ecr: { partSize: LARGE_PART, minPartBytes: LARGE_PART } };
    await using scene = await Scene.open(LARGE_LAYER, { limits }, 1);
    const scripted = faults.map((fault) => scene.ecr.fault(fault));
    assert.equal((await scene.upload()).kind, 'sent');
    scene.assertArrived();
    assert(
      scripted.every(({ hits }) => hits > 0),
      'every fault struck',
    );
    assert.deepEqual(
      scene.notices.map(({ name }) => name),
      retries,
    );
    assert.deepEqual(scene.partStarts(), starts);
    assert.equal(scene.looks(), looks);
    assert.equal(scene.count('InitiateLayerUpload'), initiated);
    assert.deepEqual(scene.ecr.log.partsOutOfOrder(), []);
  });
}

/** Answers that keep a pusher busy for ever, if it lets them. */
const endless: Readonly<Record<string, (first: number, last: number) => number>> = {
  'nothing was received': () => -1,
  'a byte of each part was received': (first) => first,
  'half of each part was received': (first, last) => Math.floor((first + last) / 2),
  'all was received': () => LARGE_LAYER.length - 1,
  'more than all was received': () => LARGE_LAYER.length,
};

for (const [what, last] of Object.entries(endless)) {
  test(`an ECR that always says that ${what} costs a layer three times its size, and two parts`, async () => {
    const limits = { ecr: { partSize: LARGE_PART, minPartBytes: 1 } };
    await using scene = await Scene.open(LARGE_LAYER, { limits });
    const fields: Record<string, unknown> = {};
    const answer: Fault = {
      kind: 'error',
      name: 'InvalidLayerPartException',
      fields,
      times: Infinity,
      // Asked where it stands, it tells the truth: that it has nothing, without a byte.
      when: ({ input: { partFirstByte, partLastByte } }) => {
        fields['lastValidByteReceived'] = last(Number(partFirstByte), Number(partLastByte));
        return Number(partFirstByte) < LARGE_LAYER.length;
      },
      ...UPLOAD,
    };
    scene.ecr.fault(answer);
    const ended = await scene.upload().catch((error: unknown) => error);
    if (ended instanceof PushError) assert.equal(ended.code, 'UPLOAD_FAILED');
    else assert(!(ended instanceof Error), String(ended));
    const sent = scene.ecr.calls('UploadLayerPart').reduce((sum, call) => sum + call.partBytes, 0);
    assert(sent <= 3 * LARGE_LAYER.length + 3 * LARGE_PART, `${sent} bytes`);
    assert(scene.count('UploadLayerPart') < 100);
  });
}

test('Complete says that an upload is unknown whose answer was lost: the layer is found in the repository', async () => {
  const behaviours = { completedTwice: 'UploadNotFoundException' } as const;
  await using scene = await Scene.open(LAYER, {
    behaviours,
    limits: { ecr: { partSize: PART, minPartBytes: 1 } },
  });
  scene.ecr.fault({ kind: 'answer-lost', ...COMPLETE });
  assert.equal((await scene.upload()).kind, 'completed-elsewhere');
  scene.assertArrived();
  assert.equal(scene.count('InitiateLayerUpload'), 1);
  assert.equal(scene.count('BatchCheckLayerAvailability'), 1);
});

const lost: readonly { what: string; fault: Fault; uploads: number; message: string }[] = [
  {
    what: 'damaged on its way every time',
    fault: { kind: 'error', name: 'InvalidLayerException', times: Infinity, ...COMPLETE },
    uploads: 2,
    message: 'did not arrive after 2 uploads: ECR received other bytes than the file holds',
  },
  {
    what: 'lost on its way every time',
    fault: { kind: 'expire-upload', times: Infinity, ...UPLOAD },
    uploads: 3,
    message: 'did not arrive after 3 uploads: ECR does not know the upload any more',
  },
  {
    what: 'taken for one of small parts every time',
    fault: { kind: 'error', name: 'LayerPartTooSmallException', times: Infinity, ...COMPLETE },
    uploads: 2,
    message: 'did not arrive after 2 uploads: ECR took a part only in part',
  },
  {
    what: 'taken for one without parts every time',
    fault: { kind: 'error', name: 'EmptyUploadException', times: Infinity, ...COMPLETE },
    uploads: 2,
    message: 'did not arrive after 2 uploads: ECR has no parts of the upload',
  },
];

for (const { what, fault, uploads, message } of lost) {
  test(`a layer that is ${what} fails after ${uploads} uploads`, async () => {
    await using scene = await Scene.open();
    scene.ecr.fault(fault);
    await assert.rejects(
      scene.upload(),
      refused('UPLOAD_FAILED', `layer ${scene.layer.digest} ${message}`),
    );
    assert.equal(scene.count('InitiateLayerUpload'), uploads);
    assert(uploads <= RETRIES.layer.attempts);
    assert.deepEqual(
      scene.notices.map(({ name, attempt }) => [name, attempt]),
      [2, 3].slice(0, uploads - 1).map((attempt) => ['layer', attempt]),
    );
  });
}

for (const [what, fault] of [
  ['took a part only in part', { kind: 'error', name: 'LayerPartTooSmallException' }],
  ['has no parts', { kind: 'error', name: 'EmptyUploadException' }],
] as const) {
  test(`Complete says that ECR ${what}: the layer is looked for, and sent once more`, async () => {
    await using scene = await Scene.open();
    scene.ecr.fault({ ...fault, ...COMPLETE });
    assert.equal((await scene.upload()).kind, 'sent');
    scene.assertArrived();
    assert.deepEqual(scene.partStarts(), [0, 100, 200, 300, 0, 100, 200, 300]);
    assert.equal(scene.count('BatchCheckLayerAvailability'), 1);
  });
}

test('Complete names another layer, and ECR has the one that was sent: done', async () => {
  await using scene = await Scene.open();
  const change = () => ({ layerDigest: digestOf(Buffer.from('other')) });
  scene.ecr.fault({ kind: 'answer', change, ...COMPLETE });
  assert.equal((await scene.upload()).kind, 'completed-elsewhere');
  scene.assertArrived();
  assert.equal(scene.count('InitiateLayerUpload'), 1);
});

test('a part of which ECR takes half, and says so, is completed; where that makes it too small, the layer is begun anew', async () => {
  const limits = { ecr: { partSize: PART, minPartBytes: PART } };
  await using scene = await Scene.open(LAYER, { limits });
  scene.ecr.fault(halved(scene, 2));
  assert.equal((await scene.upload()).kind, 'sent');
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [0, 100, 150, 250, 0, 100, 200, 300]);
  assert.deepEqual(
    scene.notices.map(({ name, why }) => [name, why]),
    [['layer', 'ECR took a part only in part']],
  );
});

/** As moto completes a layer, whatever digest is asked for. */
const takesAny: Fault = {
  kind: 'http',
  body: JSON.stringify({ layerDigest: digestOf(Buffer.from('other')) }),
  ...COMPLETE,
};

for (const [what, fault] of [
  ['refused', undefined],
  ['taken for another layer', takesAny],
] as const) {
  test(`a file that is not what its digest says, and is ${what}, is named, and not sent again`, async () => {
    await using scene = await Scene.open();
    const other = randomBytes(LAYER.length);
    scene.blob.content = other;
    if (fault !== undefined) scene.ecr.fault(fault);
    await assert.rejects(scene.upload(), {
      code: 'DIGEST_MISMATCH',
      message: `${scene.blob.location}: expected ${scene.layer.digest}, found ${digestOf(other)}`,
    });
    assert.equal(scene.count('InitiateLayerUpload'), 1);
  });
}

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

const resumed: readonly { at: number; starts: number[]; confirmed: number[] }[] = [
  { at: 0, starts: [0, 100, 200, 300], confirmed: [100, 200, 300, 350] },
  { at: 100, starts: [100, 200, 300], confirmed: [200, 300, 350] },
  { at: 150, starts: [150, 250], confirmed: [250, 350] },
  { at: 300, starts: [300], confirmed: [350] },
  { at: 349, starts: [349], confirmed: [350] },
  { at: 350, starts: [], confirmed: [] },
];

for (const { at, starts, confirmed } of resumed) {
  test(`an upload of which ECR has ${at} bytes goes on from there, and is not begun again`, async () => {
    await using scene = await Scene.open();
    const from = await scene.begun(at);
    assert.equal((await scene.upload({ from })).kind, 'sent');
    scene.assertArrived();
    assert.deepEqual(scene.partStarts(), starts);
    assert.deepEqual(
      scene.positions,
      confirmed.map((nextByte) => ({ ...from, nextByte })),
    );
    assert.equal(scene.count('InitiateLayerUpload'), 0);
    assert.equal(scene.count('BatchCheckLayerAvailability'), 0);
    assert.equal(scene.count('CompleteLayerUpload'), 1);
    assert.deepEqual(scene.notices, []);
  });
}

test('an upload goes on with the part size that it has, whatever ECR would offer now', async () => {
  await using scene = await Scene.open();
  const from = { ...(await scene.begun(100)), partSize: 200 };
  await scene.upload({ from });
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [100, 300]);
});

test('an upload of which ECR has less than was thought goes on where ECR stands', async () => {
  await using scene = await Scene.open();
  const from = { ...(await scene.begun(100)), nextByte: 300 };
  await scene.upload({ from });
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [100, 200, 300]);
  assert.equal(scene.looks(), 1);
  assert.deepEqual(scene.confirmed(), [100, 200, 300, 350]);
  assert.equal(scene.count('InitiateLayerUpload'), 0);
});

test('an upload of which ECR has more than was thought goes on where ECR stands', async () => {
  await using scene = await Scene.open();
  const from = { ...(await scene.begun(300)), nextByte: 200 };
  await scene.upload({ from });
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [300]);
  assert.equal(scene.looks(), 1);
});

const unusable: readonly [what: string, change: Partial<UploadPosition>][] = [
  ['beyond the layer', { nextByte: LAYER.byteLength + 1 }],
  ['before the layer', { nextByte: -1 }],
  ['with parts of nothing', { partSize: 0 }],
  ['with parts that ECR does not take', { partSize: MAX_PART_SIZE + 1 }],
];

for (const [what, change] of unusable) {
  test(`a position ${what} is not asked for: the upload begins anew`, async () => {
    await using scene = await Scene.open();
    const from = { ...(await scene.begun(100)), ...change };
    await scene.upload({ from });
    scene.assertArrived();
    assert.deepEqual(scene.partStarts(), [0, 100, 200, 300]);
    assert.deepEqual(scene.notices, []);
  });
}

test('an upload that ECR does not know any more is looked for, and begun anew', async () => {
  await using scene = await Scene.open();
  const from = { uploadId: '12345678-1234-1234-1234-123456789012', partSize: PART, nextByte: 200 };
  assert.equal((await scene.upload({ from })).kind, 'sent');
  scene.assertArrived();
  const calls = scene.ecr.calls().map(({ operation }) => operation);
  const parts = Array<string>(4).fill('UploadLayerPart');
  assert.deepEqual(calls, [
    'UploadLayerPart',
    'BatchCheckLayerAvailability',
    'InitiateLayerUpload',
    ...parts,
    'CompleteLayerUpload',
  ]);
  assert.deepEqual(scene.partStarts(), [0, 100, 200, 300]);
  assert.deepEqual(scene.confirmed(), [100, 200, 300, 350]);
  assert.deepEqual(
    scene.notices.map(({ name, attempt }) => [name, attempt]),
    [['layer', 2]],
  );
});

test('an upload that ECR does not know any more, as it was completed, is done', async () => {
  await using scene = await Scene.open();
  const from = await scene.begun(200);
  await scene.uploadElsewhere();
  scene.ecr.fault({ kind: 'expire-upload', ...UPLOAD });
  assert.equal((await scene.upload({ from })).kind, 'completed-elsewhere');
  assert.deepEqual(scene.partStarts(), []);
  assert.equal(scene.count('InitiateLayerUpload'), 0);
});

test('an upload whose bytes were those of another file is begun anew', async () => {
  await using scene = await Scene.open();
  const { content } = scene.blob;
  scene.blob.content = randomBytes(LAYER.length);
  const from = await scene.begun(200);
  scene.blob.content = content;
  assert.equal((await scene.upload({ from })).kind, 'sent');
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [200, 300, 0, 100, 200, 300]);
  assert.equal(scene.count('InitiateLayerUpload'), 1);
});

const wrong: readonly [what: string, change: Partial<UploadPosition>][] = [
  ['an id that is none', { uploadId: 'an id\n::error::' }],
  ['no id', { uploadId: '' }],
  ['an id without end', { uploadId: 'x'.repeat(1025) }],
  ['parts of no bytes', { partSize: 0 }],
  ['parts of less than nothing', { partSize: -1 }],
  ['parts of half a byte', { partSize: 0.5 }],
  ['parts that are no number', { partSize: NaN }],
  ['parts that no call takes', { partSize: 20 * 1024 * 1024 + 1 }],
  ['a byte before the start', { nextByte: -1 }],
  ['half a byte', { nextByte: 0.5 }],
  ['a byte that is no number', { nextByte: NaN }],
  ['a byte beyond the layer', { nextByte: 351 }],
];

for (const [what, change] of wrong) {
  test(`a record of an upload with ${what} is not followed, and costs no call`, async () => {
    await using scene = await Scene.open();
    const from = { ...(await scene.begun(100)), ...change };
    assert.equal((await scene.upload({ from })).kind, 'sent');
    scene.assertArrived();
    assert.deepEqual(scene.partStarts(), [0, 100, 200, 300]);
    assert.equal(scene.looks(), 0);
    assert.equal(scene.count('InitiateLayerUpload'), 1);
    assert.deepEqual(scene.notices, []);
  });
}

test('an upload that is said to be complete, and is not, costs one call', async () => {
  await using scene = await Scene.open();
  const from = { ...(await scene.begun(200)), nextByte: LAYER.length };
  assert.equal((await scene.upload({ from })).kind, 'sent');
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [0, 100, 200, 300]);
  assert.equal(scene.count('CompleteLayerUpload'), 2);
});

test('an upload of which ECR has more than the layer is begun anew', async () => {
  await using scene = await Scene.open();
  const from = await scene.begun(100);
  scene.ecr.fault(refusedAt(LAYER.length, 1));
  assert.equal((await scene.upload({ from })).kind, 'sent');
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [0, 100, 200, 300]);
});

test('an upload whose stand ECR does not tell goes on where the record says', async () => {
  await using scene = await Scene.open();
  const from = await scene.begun(200);
  scene.ecr.fault({ kind: 'error', name: 'InvalidLayerException', ...UPLOAD });
  assert.equal((await scene.upload({ from })).kind, 'sent');
  scene.assertArrived();
  assert.deepEqual(scene.partStarts(), [200, 300]);
});

for (const [what, fault] of [
  ['refused', undefined],
  ['taken for another layer', takesAny],
] as const) {
  test(`other bytes in an upload that was resumed, and are ${what}, are not blamed on the file, nor is it hashed`, async () => {
    await using scene = await Scene.open();
    const { content } = scene.blob;
    scene.blob.content = randomBytes(LAYER.length);
    const from = await scene.begun(200);
    scene.blob.content = content;
    if (fault !== undefined) scene.ecr.fault(fault);
    await scene.upload({ from });
    assert.deepEqual(
      scene.notices.map(({ why }) => why),
      ['what ECR has of an earlier upload is not of this layer'],
    );
  });
}

test('each position that is told is one that ECR has confirmed, and all it takes to go on from', async () => {
  await using scene = await Scene.open();
  const seen: unknown[] = [];
  const onProgress = ({ uploadId, nextByte, partSize }: UploadPosition): void => {
    const upload = scene.ecr.repository(REPOSITORY_NAME).uploads.get(uploadId);
    seen.push([upload?.received, nextByte, partSize]);
  };
  await scene.upload({ onProgress });
  assert.deepEqual(
    seen,
    [100, 200, 300, 350].map((end) => [end, end, PART]),
  );
});

test('the layer is opened when it is its turn, and its start is told before', async () => {
  await using scene = await Scene.open();
  const events: string[] = [];
  await scene.upload({
    onStart: () => events.push('start'),
    open: () => {
      events.push('open');
      return scene.blob.open();
    },
  });
  assert.deepEqual(events, ['start', 'open']);
});

/** Bytes of the requests that carry these parts. */
function bytesOf(scene: Scene, parts: readonly (readonly [first: number, size: number])[]): number {
  const uploads = [...scene.ecr.repository(REPOSITORY_NAME).uploads.keys()];
  const id = { registryId: undefined, repositoryName: REPOSITORY_NAME };
  const uploadId = uploads[0] ?? '';
  return parts
    .map(([firstByte, size]) => bodySize(frameOf(id, { uploadId, firstByte, size }), size))
    .reduce((sum, bytes) => sum + bytes, 0);
}

const PARTS = [
  [0, 100],
  [100, 100],
  [200, 100],
  [300, 50],
] as const;

test('a layer has on the wire a third more than its bytes, and what frames its parts', async () => {
  await using scene = await Scene.open();
  const { bytesOnWire } = await scene.upload();
  assert.equal(bytesOnWire, bytesOf(scene, PARTS));
  const requests = scene.ecr.calls('UploadLayerPart').map(({ requestBytes }) => requestBytes);
  assert.equal(
    bytesOnWire,
    requests.reduce((sum, bytes) => sum + bytes, 0),
  );
  assert(bytesOnWire >= (LAYER.length * 4) / 3 + 4 * 100);
});

test('a part that is sent again is on the wire again', async () => {
  await using scene = await Scene.open();
  scene.ecr.fault({ kind: 'answer-lost', nth: 2, ...UPLOAD });
  const { kind, bytesOnWire } = await scene.upload();
  assert.equal(kind, 'sent');
  assert.equal(bytesOnWire, bytesOf(scene, [...PARTS, [100, 100]]));
});

test('a layer that is begun anew is on the wire again', async () => {
  await using scene = await Scene.open();
  scene.ecr.fault({ kind: 'error', name: 'InvalidLayerException', ...COMPLETE });
  const { bytesOnWire } = await scene.upload();
  assert.equal(bytesOnWire, bytesOf(scene, [...PARTS, ...PARTS]));
});

test('what another job has completed first was on the wire all the same', async () => {
  await using scene = await Scene.open();
  scene.ecr.fault({ kind: 'before', run: () => scene.uploadElsewhere(), ...COMPLETE });
  const { kind, bytesOnWire } = await scene.upload();
  assert.equal(kind, 'completed-elsewhere');
  assert.equal(bytesOnWire, bytesOf(scene, PARTS));
});

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

interface Choice {
  readonly what: string;
  readonly layer?: number;
  readonly offered?: number | undefined;
  readonly sizes?: Partial<PartSizes>;
  readonly size: number;
}

const choices: readonly Choice[] = [
  { what: 'as offered', layer: GiB, offered: 6 * MiB, size: 6 * MiB },
  { what: 'as offered at the limit', layer: 4200, offered: 1, sizes: { least: 1 }, size: 1 },
  {
    what: 'larger just beyond the limit',
    layer: 4201,
    offered: 1,
    sizes: { least: 1 },
    size: 2,
  },
  {
    what: "as large as ECR's largest layer needs",
    layer: 52_000 * MiB,
    offered: 10 * MiB,
    size: Math.ceil((52_000 * MiB) / 4200),
  },
  {
    what: "as large as ECR Public's largest layer needs",
    layer: 10_000 * MiB,
    offered: 5 * MiB,
    sizes: { maxParts: MAX_PARTS.public },
    size: 10 * MiB,
  },
  {
    what: 'at most what a call takes, though the parts then are too many',
    layer: 100_000 * MiB,
    offered: 10 * MiB,
    size: MAX_PART_SIZE,
  },
  {
    what: 'at most what a call takes',
    layer: 1,
    offered: GiB,
    sizes: { maxParts: 1 },
    size: MAX_PART_SIZE,
  },
  { what: 'no more than a call takes', offered: 20 * MiB + 1, size: 20 * MiB },
  { what: 'as much as a call takes', offered: 20 * MiB, size: 20 * MiB },
  { what: 'as small as ECR takes', offered: 5 * MiB, size: 5 * MiB },
  { what: 'the usual where less was offered', offered: 5 * MiB - 1, size: USUAL_PART_SIZE },
  { what: 'the usual where nothing was offered', offered: undefined, size: USUAL_PART_SIZE },
  { what: 'the usual where no bytes were offered', offered: 0, size: USUAL_PART_SIZE },
  { what: 'the usual where less than nothing was', offered: -1, size: USUAL_PART_SIZE },
  { what: 'the usual where half a byte was', offered: 0.5, size: USUAL_PART_SIZE },
  { what: 'the usual where a fraction was', offered: 6 * MiB + 0.5, size: USUAL_PART_SIZE },
  { what: 'the usual where no number was', offered: NaN, size: USUAL_PART_SIZE },
  { what: 'the usual where no end was', offered: Infinity, size: USUAL_PART_SIZE },
  { what: 'the usual where -Infinity was', offered: -Infinity, size: USUAL_PART_SIZE },
  { what: 'as wanted', offered: 10 * MiB, sizes: { wanted: 7 * MiB }, size: 7 * MiB },
  {
    what: 'as wanted, though nonsense was offered',
    offered: -1,
    sizes: { wanted: 7 * MiB },
    size: 7 * MiB,
  },
  {
    what: 'larger than wanted where there would be too many',
    layer: 52_000 * MiB,
    offered: 10 * MiB,
    sizes: { wanted: 5 * MiB },
    size: Math.ceil((52_000 * MiB) / 4200),
  },
];

for (const { what, layer = GiB, offered, sizes, size } of choices) {
  test(`parts are ${what}: ${layer} bytes, ${String(offered)} offered`, () => {
    const all = { wanted: undefined, least: MIN_PART_SIZE, maxParts: MAX_PARTS.private, ...sizes };
    assert.equal(choosePartSize(layer, offered, all), size);
  });
}

test('the usual size and the limits are those of ECR', () => {
  assert.equal(USUAL_PART_SIZE, 10 * MiB);
  assert.equal(MIN_PART_SIZE, 5 * MiB);
  assert.equal(MAX_PART_SIZE, 20 * MiB);
});

const LARGE = seededBytes('large layer', 21 * MiB);
const USUAL_STARTS = [0, 10 * MiB, 20 * MiB];

interface Offer {
  /** In the answer to InitiateLayerUpload. */
  readonly partSize: unknown;
  readonly starts: readonly number[];
  /** Whether it is told at debug that it is not obeyed. */
  readonly isTold: boolean;
  readonly wanted?: number;
}

const offers: readonly Offer[] = [
  { partSize: 10 * MiB, starts: USUAL_STARTS, isTold: false },
  { partSize: 5 * MiB, starts: [0, 5, 10, 15, 20].map((at) => at * MiB), isTold: false },
  { partSize: 25 * MiB, starts: [0, 20 * MiB], isTold: false },
  { partSize: 5 * MiB - 1, starts: USUAL_STARTS, isTold: true },
  { partSize: 0.5, starts: USUAL_STARTS, isTold: true },
  { partSize: 0, starts: USUAL_STARTS, isTold: true },
  { partSize: -1, starts: USUAL_STARTS, isTold: true },
  { partSize: 'NaN', starts: USUAL_STARTS, isTold: true },
  { partSize: null, starts: USUAL_STARTS, isTold: true },
  { partSize: undefined, starts: USUAL_STARTS, isTold: true },
  { partSize: -1, wanted: 20 * MiB, starts: [0, 20 * MiB], isTold: false },
];

for (const { partSize, wanted, starts, isTold } of offers) {
  const asked = wanted === undefined ? '' : `, where ${wanted} was asked for,`;
  test(`a part size of ${String(partSize)} in the answer${asked} is ${isTold ? 'not obeyed, which is told at debug' : 'used within the limits'}`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(REPOSITORY_NAME);
    using _ = withEnvironment(ecr.env);
    const change = (output: object) => ({ ...output, partSize });
    ecr.fault({ kind: 'answer', operation: 'InitiateLayerUpload', change });
    const debugs: string[] = [];
    const { region } = ecr.world;
    await using aws = new Ecr({ partSize: wanted, debug: (line) => debugs.push(line) });
    const name = REPOSITORY_NAME;
    const repository = { type: 'private', registryId: undefined, region, name } as const;
    const registry = await aws.open(repository);
    const { kind } = await registry.uploadLayer(uploadOf(LARGE), aws.signal);
    assert.equal(kind, 'sent');
    const sent = ecr.log.endedParts().map(({ input }) => input['partFirstByte']);
    assert.deepEqual(sent, starts);
    assert.equal(debugs.length, isTold ? 1 : 0);
    if (isTold) assert.match(debugs[0] ?? '', /^InitiateLayerUpload offered parts of .* bytes: /);
    if (isTold) assert(debugs[0]?.includes(`${USUAL_PART_SIZE}`));
  });
}
