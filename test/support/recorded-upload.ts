import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { Digest } from '../../src/oci/digest.ts';

interface Recorded {
  readonly operation: string;
  readonly body: Buffer;
  /** The body that was made for it, and not one that the SDK made. */
  readonly isStreamed: boolean;
}

/** In the place of a client's handler: answers the calls that upload a layer, and keeps them. */
export class UploadRecorder {
  readonly requests: Recorded[] = [];
  readonly #digest: Digest;

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  async handle({ headers, body }: HttpRequest): Promise<{ response: HttpResponse }> {
    const operation = headers['x-amz-target']?.split('.').at(-1) ?? '';
    const isStreamed = body instanceof Readable;
    const bytes = isStreamed ? await buffer(body) : bytesOf(body);
    this.requests.push({ operation, body: bytes, isStreamed });
    const answer = Buffer.from(JSON.stringify(this.#answer(operation, bytes)));
    return { response: new HttpResponse({ statusCode: 200, headers: {}, body: answer }) };
  }

  /** The input of the only call of that operation. */
  inputOf(operation: string): unknown {
    const [request, ...others] = this.requests.filter((each) => each.operation === operation);
    assert(request && others.length === 0, `${operation} was called once`);
    return JSON.parse(request.body.toString());
  }

  /** The calls uploaded `layer` as one part to the repository that `named` names, in a body made for it. */
  assertUploaded(layer: Buffer, named: Readonly<Record<string, string>>): void {
    assert.deepEqual(this.inputOf('InitiateLayerUpload'), named);
    assert.deepEqual(this.inputOf('UploadLayerPart'), {
      ...named,
      uploadId: 'an-id',
      partFirstByte: 0,
      partLastByte: layer.length - 1,
      layerPartBlob: layer.toString('base64'),
    });
    assert.deepEqual(this.inputOf('CompleteLayerUpload'), {
      ...named,
      uploadId: 'an-id',
      layerDigests: [this.#digest],
    });
    assert.deepEqual(
      this.requests.map(({ isStreamed }) => isStreamed),
      [false, true, false],
    );
  }

  #answer(operation: string, body: Buffer): object {
    if (operation === 'InitiateLayerUpload') return { uploadId: 'an-id', partSize: 10_485_760 };
    if (operation === 'CompleteLayerUpload') return { layerDigest: this.#digest };
    const { partLastByte } = JSON.parse(body.toString()) as { partLastByte: number };
    return { lastByteReceived: partLastByte };
  }
}

/** Not by a method of the body: the SDK's own bytes pretend to be text, with a warning. */
function bytesOf(body: unknown): Buffer {
  return Buffer.from(body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body));
}
