import * as core from '@actions/core';
import { reportFailure } from './action/failure.ts';
import { parseInputs } from './action/inputs.ts';
import { run } from './action/run.ts';
import { openRegistry } from './ecr/open-registry.ts';
import { PushError } from './errors.ts';

const cancelled = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () =>
    cancelled.abort(new PushError('CANCELLED', `The step was cancelled (${name})`)),
  );
}

try {
  const inputs = parseInputs((name) => core.getInput(name));
  const outputs = await run(inputs, {
    openRegistry,
    log: core,
    signal: cancelled.signal,
  });
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
} catch (error) {
  reportFailure(error, core);
}
