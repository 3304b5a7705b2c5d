import { randomBytes } from 'node:crypto';
import { causeOf } from '../../src/ecr/calls/exceptions.ts';
import { MiB, outcomeOf, type Probe } from './probe.ts';
import { type CheckOptions, NOT_TRIED, type Unknown, UNKNOWNS } from './unknowns.ts';

export interface Finding {
  readonly unknown: Unknown;
  /** One of its answers, what else was found, or why nothing was tried. */
  readonly found: string;
}

export interface Verification {
  readonly findings: readonly Finding[];
  /** What could not be deleted, with the reason. */
  readonly left: readonly string[];
  /** Begun for a later run to ask for; undefined where even that was refused. */
  readonly uploadId: string | undefined;
}

/** Runs the checks one after another, and deletes what they made. One that fails does not end the others. */
export async function verify(
  probe: Probe,
  options: CheckOptions & { readonly only?: readonly string[] | undefined },
): Promise<Verification> {
  const { only } = options;
  const findings: Finding[] = [];
  for (const unknown of UNKNOWNS.filter(({ id }) => only === undefined || only.includes(id))) {
    const found = await unknown
      .check(probe, options)
      .catch((error: unknown) => `the check failed: ${causeOf(error)}`);
    findings.push({ unknown, found });
  }
  const uploadId = await beginUpload(probe);
  return { findings, left: await probe.cleanUp(), uploadId };
}

async function beginUpload(probe: Probe): Promise<string | undefined> {
  let uploadId: string | undefined;
  await outcomeOf(async () => {
    uploadId = await probe.initiate();
    await probe.sendPart(uploadId, 0, randomBytes(5 * MiB));
  });
  return uploadId;
}

/** What the action does, for an answer that is foreseen; refusals may say more in parentheses. */
export function consequenceOf({ unknown: { answers }, found }: Finding): string | undefined {
  return answers[found] ?? answers[found.replace(/ \(.*\)$/, '')];
}

/** Whether every check gave an answer that is foreseen, or was not to be tried. */
export function isForeseen({ findings }: Verification): boolean {
  return findings.every(
    (finding) => finding.found.startsWith(NOT_TRIED) || consequenceOf(finding) !== undefined,
  );
}

/** In Markdown, to be pasted into an issue. It names no account and no repository. */
export function reportOf({ findings, left, uploadId }: Verification, where: string): string {
  const rows = findings.map((finding) => {
    const { unknown, found } = finding;
    const then = found.startsWith(NOT_TRIED) ? '' : (consequenceOf(finding) ?? 'not foreseen');
    return `| ${[unknown.question, found, then].map(cellOf).join(' | ')} |`;
  });
  return [
    `### verify-aws, ${where}`,
    '',
    '| | Found | What the action does then |',
    '| --- | --- | --- |',
    ...rows,
    '',
    'Left there: layers that no image holds, which ECR removes by itself.',
    ...left.map((what) => `Not deleted: ${cellOf(what)}`),
    ...(uploadId === undefined
      ? []
      : [
          '',
          `To find out how long an upload lives, run this later: \`npm run verify-aws -- --repository NAME --only upload-lifetime --upload-id ${uploadId}\``,
        ]),
    '',
  ].join('\n');
}

function cellOf(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .replace(/\b\d{12}\b/g, 'ACCOUNT');
}
