import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pushToolCase } from '../e2e/push-tool-case.ts';
import { execute } from '../support/execute.ts';
import { readToolCases, skip } from '../support/tool-cases.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What arrived of the inputs in the shapes that tools write is pulled by skopeo, which verifies every byte. */

for (const toolCase of await readToolCases()) {
  const { number, title, inputs, expect } = toolCase;
  if (!expect.some(({ exit }) => exit === 0)) continue;
  test(`${number}: ${title}: skopeo pulls what arrived`, async () => {
    await using resources = new AsyncDisposableStack();
    await using directory = await temporaryDirectory();
    const { step, run, tags } = await pushToolCase(toolCase, resources);
    assert(run.exitCode === 0 || expect.some(({ exit }) => exit === 'fails'), run.stdout);
    if (run.exitCode !== 0) return;
    const name = inputs.repository.toLowerCase();
    for (const tag of tags) {
      const source = `docker://127.0.0.1:${step.ecr.port}/${name}:${tag}`;
      const options = ['--insecure-policy', 'copy', '--all', '--preserve-digests'];
      const target = `dir:${join(directory.path, tag)}`;
      await execute('skopeo', ...options, '--src-tls-verify=false', source, target);
    }
  });
}

test('the cases are there', { skip }, async () => {
  assert((await readToolCases()).length >= 49);
});
