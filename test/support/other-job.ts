import { digestOf } from '../../src/oci/digest.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import { completeUpload, initiateUpload, uploadPart } from '../local-ecr/uploads.ts';
import { REPOSITORY_NAME } from './local-registry.ts';

/** Another job uploads a layer, without a call that the log would show. */
export async function uploadElsewhere(
  ecr: LocalEcr,
  content: Uint8Array,
  name = REPOSITORY_NAME,
): Promise<void> {
  const { world } = ecr;
  const repository = ecr.repository(name);
  const { id } = initiateUpload(repository);
  const part = { first: 0, last: content.length - 1, bytes: content };
  await uploadPart(repository, id, part, world.rules.ecr.limits);
  await completeUpload(repository, id, [digestOf(content)], world.behaviours);
}
