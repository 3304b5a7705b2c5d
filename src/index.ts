import { readFile } from 'node:fs/promises';
import * as core from '@actions/core';
import { reportFailure } from './report/failure.ts';
import { parseInputs } from './inputs/inputs.ts';
import { run } from './run.ts';
import { openRegistry } from './ecr/open-registry.ts';
import { setProxyVariables } from './ecr/calls/proxy.ts';
import { SharedRateLimits } from './ecr/calls/rate-limit.ts';
import { PushError } from './errors.ts';

const cancelled = new AbortController();
/** Aborted when all is done: nothing that still waits for another attempt then keeps the process. */
const ended = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () =>
    cancelled.abort(new PushError('CANCELLED', `The step was cancelled (${name})`)),
  );
}

try {
  const inputs = await parseInputs(
    (name) => core.getInput(name),
    (path) => readFile(path, 'utf8'),
  );
  setProxyVariables(inputs.proxies);
  const rateLimits = new SharedRateLimits();
  const signal = AbortSignal.any([cancelled.signal, ended.signal]);
  await run(inputs, {
    openRegistry: (repository) => openRegistry(repository, { rateLimits, signal }),
    log: core,
    setOutputs: (outputs) =>
      Object.entries(outputs).forEach(([name, value]) => core.setOutput(name, value)),
    signal: cancelled.signal,
  });
} catch (error) {
  reportFailure(error, core);
} finally {
  ended.abort();
}
