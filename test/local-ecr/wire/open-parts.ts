import type { Call, PartRange } from '../call-log.ts';
import { EcrError, invalidLayerPart } from '../errors.ts';
import { PlainAnswer } from '../faults.ts';
import type { LocalEcrOptions } from '../options.ts';
import type { World } from '../world.ts';
import { ConnectionClosed } from './transport.ts';

/** More than what stands before the blob in a part's JSON. */
export const PEEK_BYTES = 4096;

/**
 * Which part a body carries, from its first bytes; undefined until enough of them are there. Clients write the blob
 * last, as the API's model lists it: of one that does not, the part is known only in the end.
 */
export function peekPart(begin: Buffer): PartRange | undefined {
  const text = begin.toString('latin1', 0, PEEK_BYTES);
  const [, uploadId] = /"uploadId"\s*:\s*"([^"]+)"/.exec(text) ?? [];
  const [, first] = /"partFirstByte"\s*:\s*(\d+)\s*[,}]/.exec(text) ?? [];
  const [, last] = /"partLastByte"\s*:\s*(\d+)\s*[,}]/.exec(text) ?? [];
  if (uploadId === undefined || first === undefined || last === undefined) return undefined;
  return { uploadId, firstByte: Number(first), lastByte: Number(last) };
}

/** The parts that are under way, from the first bytes of their bodies to their answers. */
export class OpenParts {
  readonly #world: World;
  readonly #refuseEarly: LocalEcrOptions['refuseEarly'];
  readonly #open = new Set<Call>();

  constructor(world: World, { refuseEarly }: Pick<LocalEcrOptions, 'refuseEarly'>) {
    this.#world = world;
    this.#refuseEarly = refuseEarly;
  }

  /** @throws EcrError, PlainAnswer, ConnectionClosed when another part of its upload is open, and that is not wanted */
  enter(call: Call, part: PartRange): void {
    const isSecond = [...this.#open].some((other) => other.part?.uploadId === part.uploadId);
    if (isSecond && this.#refuseEarly !== undefined)
      throw refusal(this.#world, part, this.#refuseEarly);
    this.#open.add(call);
  }

  leave(call: Call): void {
    this.#open.delete(call);
  }
}

function refusal(world: World, part: PartRange, how: string | number): Error {
  if (how === 'close') return new ConnectionClosed('refused');
  if (typeof how === 'number') return new PlainAnswer(how);
  const message = `Another part of the upload with id '${part.uploadId}' is under way`;
  const isInvalidPart = how === 'InvalidLayerPartException';
  return (isInvalidPart ? outOfTurn(world, part) : undefined) ?? new EcrError(how, message);
}

/** In the words for a part that does not follow the last one. */
function outOfTurn(world: World, { uploadId, firstByte }: PartRange): EcrError | undefined {
  for (const { repositories } of world.registries)
    for (const repository of repositories.values()) {
      const received = repository.uploads.get(uploadId)?.received;
      if (received === undefined) continue;
      const message = `First byte of the layer part is ${firstByte} instead of ${received}`;
      return invalidLayerPart(repository, uploadId, received, message);
    }
  return undefined;
}
