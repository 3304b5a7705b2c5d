import { PushError } from './errors.ts';

/** What action.yml asks the runner for. */
const NEEDED = 24;

/** @throws PushError UNSUPPORTED_NODE when what runs this is older */
export function checkNodeVersion(version: string): void {
  if (Number.parseInt(version, 10) >= NEEDED) return;
  throw new PushError(
    'UNSUPPORTED_NODE',
    `This action needs Node.js ${NEEDED}, but runs on ${version}`,
  );
}
