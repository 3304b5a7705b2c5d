import { readFile } from 'node:fs/promises';
import * as core from '@actions/core';
import { affordableConnections, countOpenFiles } from './ecr/calls/open-files.ts';
import { setProxyVariables } from './ecr/calls/proxy.ts';
import { Ecr } from './ecr/ecr.ts';
import { PushError } from './errors.ts';
import { parseInputs } from './inputs/inputs.ts';
import { checkNodeVersion } from './node-version.ts';
import { outliveLog, reportStall } from './process-hooks.ts';
import { reportFailure } from './report/failure.ts';
import { openLayerMemory } from './resume/open-layer-memory.ts';
import { run } from './run.ts';

const repeatFailure = outliveLog(process);
const setFailed = (failure: string): void => {
  core.setFailed(failure);
  repeatFailure(failure);
};
const fail = (error: unknown): void => reportFailure(error, { debug: core.debug, setFailed });
reportStall(process, fail);

const cancelled = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () =>
    cancelled.abort(new PushError('CANCELLED', `The step was cancelled (${name})`)),
  );
}

const { RUNNER_TEMP: temporary } = process.env;
const layerMemory = openLayerMemory({ temporary, debug: core.debug });

try {
  checkNodeVersion(process.versions.node);
  const inputs = await parseInputs(
    (name) => core.getInput(name),
    (path) => readFile(path, 'utf8'),
  );
  const { proxies, concurrency, partSize, partsInFlight } = inputs;
  setProxyVariables(proxies);
  const { signal } = cancelled;
  const connections = affordableConnections(await countOpenFiles(), inputs.targets.length);
  await using ecr = new Ecr({
    ...{ signal, concurrency, connections, partSize, partsInFlight },
    info: core.info,
    debug: core.debug,
  });
  await run(inputs, {
    ...{ ecr, temporary, layerMemory, log: core },
    workspace: process.env['GITHUB_WORKSPACE'],
    setOutputs: (outputs) =>
      Object.entries(outputs).forEach(([name, value]) => core.setOutput(name, value)),
  });
} catch (error) {
  fail(error);
}
// A cache that does not answer must not hold the job up. The exit code is set already.
if (layerMemory.isAbandoned) process.exit();
