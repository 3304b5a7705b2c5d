import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { UploadLayerPartCommand } from '@aws-sdk/client-ecr';
import { errorName } from '../../src/ecr/calls/exceptions.ts';
import { rangeOf } from '../../src/ecr/upload/body.ts';
import { EndedEarly, sendPart } from '../../src/ecr/upload/send.ts';
import { PartTaker } from '../../src/ecr/upload/take-part.ts';
import { Turn } from '../../src/ecr/upload/turn.ts';
import { digestOf, MiB, type Probe } from './probe.ts';

const PART = 5 * MiB;

/**
 * Sends the second part of a layer first, but for its end, which is held as the action holds it; then the first part,
 * and then the end. @returns `taken`, or what became of the second part
 */
export async function holdPart(probe: Probe, seconds: number): Promise<string> {
  const bytes = randomBytes(2 * PART);
  const uploadId = await probe.initiate();
  const turn = new Turn();
  await using parts = new PartTaker();
  const held = heldPart(probe, parts, { uploadId, turn, bytes }).then(
    () => 'taken',
    (error: unknown) => errorName(error instanceof EndedEarly ? error.reason : error),
  );
  // It may be refused while it is held.
  await Promise.race([held, setTimeout(seconds * 1000)]);
  await probe.sendPart(uploadId, 0, bytes.subarray(0, PART));
  turn.come();
  const ended = await held;
  if (ended === 'taken') await probe.complete(uploadId, digestOf(bytes));
  return ended;
}

interface Held {
  readonly uploadId: string;
  readonly turn: Turn;
  readonly bytes: Buffer;
}

async function heldPart(
  { client, repositoryName }: Probe,
  parts: PartTaker,
  { uploadId, turn, bytes }: Held,
): Promise<void> {
  const id = { repositoryName, registryId: undefined };
  const part = { uploadId, firstByte: PART, size: PART };
  const read = (target: Uint8Array, position: number): Promise<void> => {
    bytes.copy(target, 0, position, position + target.byteLength);
    return Promise.resolve();
  };
  const source = { size: bytes.length, read };
  const body = await parts.take(id, part, source, new AbortController().signal);
  try {
    await sendPart(
      body,
      (layerPartBlob, plug) => {
        const command = new UploadLayerPartCommand({ ...id, ...rangeOf(part), layerPartBlob });
        plug(command.middlewareStack);
        return client.send(command);
      },
      { turn, onBytes: () => undefined },
    );
  } finally {
    body.end();
  }
}
