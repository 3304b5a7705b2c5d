import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { REPOSITORY } from './action-metadata.ts';

const text = await readFile(new URL('schema/report-1.json', REPOSITORY), 'utf8');
const schema: unknown = JSON.parse(text);
assert.ok(typeof schema === 'object' && schema !== null);
const ajv = new Ajv2020({ allErrors: true, strict: true });
const validate = ajv.compile(schema);

/** What in a report file goes against its schema, a line each. */
export function flawsOfReport(report: unknown): readonly string[] {
  if (validate(report)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
