import { createHash, randomBytes } from 'node:crypto';
import { OCI_MANIFEST } from '../../../src/oci/media-types.ts';
import { buildImage } from '../../support/image.ts';
import type { Try } from './pushes.ts';
import type { ServerRepository } from './repository.ts';

const BYTES = Buffer.from('the bytes of a layer');
const image = buildImage({ seed: 'image' });
const other = buildImage({ seed: 'other' });

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What calls are answered in which servers may differ: an error's name, or what else it is. */
export const ANSWERS: readonly Try[] = [
  {
    what: 'availability of a layer that is missing',
    mutability: 'MUTABLE',
    run: (_, repository) => repository.availability(digestOf(BYTES)),
  },
  {
    what: 'a part that does not follow the last one',
    mutability: 'MUTABLE',
    run: async (_, repository) => {
      const uploadId = await repository.initiate();
      await repository.sendPart(uploadId, 0, BYTES);
      return repository.sendPart(uploadId, BYTES.length + 1, BYTES);
    },
  },
  {
    what: 'the same part again',
    mutability: 'MUTABLE',
    run: async (_, repository) => {
      const uploadId = await repository.initiate();
      await repository.sendPart(uploadId, 0, BYTES);
      return repository.sendPart(uploadId, 0, BYTES);
    },
  },
  {
    what: 'a part of an upload that there is not',
    mutability: 'MUTABLE',
    run: (_, repository) => repository.sendPart('12345678-1234-1234-1234-123456789012', 0, BYTES),
  },
  {
    what: 'Complete with another digest than that of the bytes',
    mutability: 'MUTABLE',
    run: (_, repository) => upload(repository, [BYTES], digestOf(Buffer.from('other bytes'))),
  },
  {
    what: 'Complete of parts below 5 MiB',
    mutability: 'MUTABLE',
    run: (_, repository) => upload(repository, [BYTES, randomBytes(10)]),
  },
  {
    what: 'Complete of a layer that is there',
    mutability: 'MUTABLE',
    run: async (_, repository) => {
      await upload(repository, [BYTES]);
      return upload(repository, [BYTES]);
    },
  },
  {
    what: 'PutImage whose layers are missing',
    mutability: 'MUTABLE',
    run: (_, repository) => repository.put(image.manifest, OCI_MANIFEST, '1.0'),
  },
  {
    what: 'PutImage of the same image under the same tag',
    mutability: 'MUTABLE',
    run: async (_, repository) => {
      await withBlobs(repository);
      await repository.put(image.manifest, OCI_MANIFEST, '1.0');
      return repository.put(image.manifest, OCI_MANIFEST, '1.0');
    },
  },
  {
    what: 'PutImage under an immutable tag of another image',
    mutability: 'IMMUTABLE',
    run: async (_, repository) => {
      await withBlobs(repository);
      await repository.put(image.manifest, OCI_MANIFEST, '1.0');
      return repository.put(other.manifest, OCI_MANIFEST, '1.0');
    },
  },
];

async function upload(
  repository: ServerRepository,
  parts: readonly Uint8Array[],
  digest = digestOf(Buffer.concat(parts)),
): Promise<string> {
  const uploadId = await repository.initiate();
  let at = 0;
  for (const part of parts) {
    await repository.sendPart(uploadId, at, part);
    at += part.length;
  }
  return repository.complete(uploadId, digest);
}

async function withBlobs(repository: ServerRepository): Promise<void> {
  const blobs = [...image.blobs.values(), ...other.blobs.values()];
  for (const blob of blobs) if (blob instanceof Uint8Array) await upload(repository, [blob]);
}
