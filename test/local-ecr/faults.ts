import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { EcrError, expiredToken, throttled } from './errors.ts';
import { type HttpAnswer, OddAnswer } from './http-answer.ts';
import type { Mishaps } from './mishaps.ts';
import type { RandomFaults } from './random-faults.ts';
import type { Service } from './rules.ts';
import { skewed } from './wire/sigv4.ts';

/** What a scripted fault sees of the call. */
export interface FaultyCall {
  readonly service: Service;
  readonly operation: string;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  /** With `layerPartBlob` as bytes. */
  readonly input: Readonly<Record<string, unknown>>;
}

interface ScriptedError {
  readonly name: string;
  readonly message?: string;
  readonly fields?: Record<string, unknown>;
  /** HTTP; 400 when absent. */
  readonly status?: number;
}

type FaultAction =
  /** Refused, and nothing happens. */
  | ({ readonly kind: 'error' } & ScriptedError)
  /** It happens, and then an error is answered. */
  | ({ readonly kind: 'error-after-effect' } & ScriptedError)
  /** ThrottlingException. */
  | { readonly kind: 'throttle' }
  /** Nothing happens, and this is answered. */
  | ({ readonly kind: 'http' } & HttpAnswer)
  /** It happens, and then this is answered. */
  | ({ readonly kind: 'http-after-effect' } & HttpAnswer)
  /** Nothing happens, and the connection is reset. */
  | { readonly kind: 'reset' }
  /** The connection is reset when so many bytes of the body have come; `when` is not asked. */
  | { readonly kind: 'reset-in-body'; readonly afterBytes?: number }
  /** It happens, and then the connection is reset. */
  | { readonly kind: 'answer-lost' }
  /** Nothing happens, and no answer comes until the server closes. */
  | { readonly kind: 'hang' }
  /** It happens, and no answer comes until the server closes. */
  | { readonly kind: 'hang-after-effect' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Awaited before the call takes effect: lets another job win, expires an upload. */
  | { readonly kind: 'before'; readonly run: (call: FaultyCall) => Promise<void> | void }
  /** Another answer than the true one, such as another `lastByteReceived`. */
  | { readonly kind: 'answer'; readonly change: (output: Record<string, unknown>) => object }
  /** The upload that the call names is forgotten first. */
  | { readonly kind: 'expire-upload' }
  /** PutImage does not see these layers yet; all when absent. */
  | { readonly kind: 'hide-layers'; readonly digests?: readonly string[] }
  /** Layers are gone before the call takes effect; all when absent. */
  | { readonly kind: 'collect-layers'; readonly digests?: readonly string[] }
  /** The repository is gone before the call takes effect. */
  | { readonly kind: 'delete-repository' }
  /** UploadLayerPart keeps only the first half of the bytes, and says so. */
  | { readonly kind: 'take-half' }
  /** The caller's keys expire: this call and all later ones with them are refused. */
  | { readonly kind: 'expire-credentials' }
  /** The service's clock is off by so much from this call on, which is refused with the others whose time is wrong. */
  | { readonly kind: 'clock'; readonly skew: number }
  /** All connections are reset, and new ones are refused for so long. */
  | { readonly kind: 'down'; readonly milliseconds: number };

export type Fault = FaultAction & {
  /** Any when absent. */
  readonly operation?: string;
  readonly service?: Service;
  readonly when?: (call: FaultyCall) => boolean;
  /** The first matching call that it strikes, from 1. */
  readonly nth?: number;
  /** How many matching calls from then on; 1 when absent. */
  readonly times?: number;
};

/** PutImage refuses the manifest of this digest, each time, as ECR does what it does not like in one. */
export function refusedManifest(
  digest: string,
  message = "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
): Fault {
  return {
    kind: 'error',
    operation: 'PutImage',
    name: 'InvalidParameterException',
    message,
    when: ({ input }) => digestOf(String(input['imageManifest'])) === digest,
    times: Infinity,
  };
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A fault as scripted. `hits` says how often it struck. */
export class ScriptedFault {
  readonly fault: Fault;
  hits = 0;
  #seen = 0;

  constructor(fault: Fault) {
    this.fault = fault;
  }

  strikes({ operation, service }: Pick<FaultyCall, 'operation' | 'service'>): boolean {
    if (this.fault.operation !== undefined && this.fault.operation !== operation) return false;
    return this.fault.service === undefined || this.fault.service === service;
  }

  /** Counts a matching call. */
  count(): boolean {
    this.#seen += 1;
    const { nth = 1, times = 1 } = this.fault;
    const struck = this.#seen >= nth && this.#seen < nth + times;
    if (struck) this.hits += 1;
    return struck;
  }
}

/** What the faults that strike one call do around it. */
export interface Strike {
  /** Resolves when the call may take effect. @throws EcrError, ConnectionLost, OddAnswer */
  before(): Promise<void>;
  /** The answer to give. @throws EcrError, ConnectionLost, OddAnswer */
  after(output: object): Promise<object>;
  isHidden(digest: string): boolean;
  /** What is kept of the bytes of a part. */
  kept(bytes: Uint8Array): Uint8Array;
}

/** Ends a call without an answer: the connection is reset. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** An answer without a JSON body. */
export class PlainAnswer extends Error {
  readonly status: number;
  /** Whether the connection is closed after it. */
  readonly closes: boolean;

  constructor(status: number, { closes = false }: { readonly closes?: boolean } = {}) {
    super(`HTTP ${status}`);
    this.status = status;
    this.closes = closes;
  }
}

export class Faults {
  readonly #scripted: ScriptedFault[] = [];
  /** Settles when the server closes, and so ends what hangs. */
  readonly #closed: Promise<unknown>;
  readonly #mishaps: Mishaps;
  #random: RandomFaults | undefined;

  constructor(closed: Promise<unknown>, mishaps: Mishaps) {
    this.#closed = closed;
    this.#mishaps = mishaps;
  }

  script(fault: Fault): ScriptedFault {
    const scripted = new ScriptedFault(fault);
    this.#scripted.push(scripted);
    return scripted;
  }

  /** From now on, besides what is scripted. */
  scriptRandomly(random: RandomFaults): void {
    this.#random = random;
  }

  clear(): void {
    this.#scripted.length = 0;
    this.#random = undefined;
  }

  /** After how many bytes of its body the connection of this call is lost. */
  bytesBeforeReset(call: Pick<FaultyCall, 'operation' | 'service'>): number {
    for (const scripted of this.#scripted) {
      const { fault } = scripted;
      if (fault.kind !== 'reset-in-body' || !scripted.strikes(call)) continue;
      if (scripted.count()) return fault.afterBytes ?? 1;
    }
    return this.#random?.bytesBeforeReset(call) ?? Infinity;
  }

  strike(call: FaultyCall): Strike {
    const struck = this.#scripted
      .filter(({ fault }) => fault.kind !== 'reset-in-body')
      .filter((scripted) => scripted.strikes(call) && (scripted.fault.when?.(call) ?? true))
      .filter((scripted) => scripted.count())
      .map(({ fault }) => fault);
    const random = this.#random?.draw(call);
    if (random !== undefined) struck.push(random);
    return {
      before: async () => {
        for (const fault of struck) await this.#before(fault, call);
      },
      after: async (output) => {
        let answer = output;
        for (const fault of struck) answer = await this.#after(fault, answer);
        return answer;
      },
      isHidden: (digest) =>
        struck.some(
          (fault) => fault.kind === 'hide-layers' && (fault.digests?.includes(digest) ?? true),
        ),
      kept: (bytes) =>
        struck.some(({ kind }) => kind === 'take-half')
          ? bytes.subarray(0, Math.ceil(bytes.length / 2))
          : bytes,
    };
  }

  async #before(fault: Fault, call: FaultyCall): Promise<void> {
    switch (fault.kind) {
      case 'error':
        throw toError(fault);
      case 'throttle':
        throw throttled();
      case 'http':
        throw new OddAnswer(fault);
      case 'reset':
        throw new ConnectionLost();
      case 'hang':
        return this.#hang();
      case 'delay':
        await setTimeout(fault.milliseconds);
        return;
      case 'before':
        await fault.run(call);
        return;
      case 'expire-upload':
        this.#mishaps.expireUpload(String(call.input['uploadId']));
        return;
      case 'collect-layers':
        this.#mishaps.collectLayers(call, fault.digests);
        return;
      case 'delete-repository':
        this.#mishaps.deleteRepository(call);
        return;
      case 'expire-credentials':
        this.#mishaps.expireCredentials(call);
        throw expiredToken();
      case 'clock':
        throw skewed(new Date(), this.#mishaps.setClock(fault.skew));
      case 'down':
        this.#mishaps.goDown(fault.milliseconds);
        throw new ConnectionLost();
      default:
    }
  }

  async #after(fault: Fault, output: object): Promise<object> {
    switch (fault.kind) {
      case 'error-after-effect':
        throw toError(fault);
      case 'http-after-effect':
        throw new OddAnswer(fault, JSON.stringify(output));
      case 'answer-lost':
        throw new ConnectionLost();
      case 'hang-after-effect':
        return this.#hang();
      case 'answer':
        return fault.change({ ...output });
      default:
        return output;
    }
  }

  async #hang(): Promise<never> {
    await this.#closed;
    throw new ConnectionLost();
  }
}

function toError({ name, message = `Scripted ${name}`, ...rest }: ScriptedError): EcrError {
  return new EcrError(name, message, rest);
}
