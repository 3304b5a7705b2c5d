import { readFile } from 'node:fs/promises';
import * as core from '@actions/core';
import { affordableConnections, countOpenFiles } from './ecr/calls/open-files.ts';
import { setProxyVariables } from './ecr/calls/proxy.ts';
import { Ecr } from './ecr/ecr.ts';
import { parseInputs } from './inputs/inputs.ts';
import { checkNodeVersion } from './node-version.ts';
import { outliveLog, reportStall } from './process-hooks.ts';
import type { PushReport } from './push/report.ts';
import { reportFailure } from './report/failure.ts';
import { logHowFar } from './report/how-far.ts';
import { ActionsCache } from './resume/actions-cache.ts';
import { openLayerMemory } from './resume/open-layer-memory.ts';
import { openUploadJournal } from './resume/open-upload-journal.ts';
import type { UploadJournal } from './resume/upload-journal.ts';
import { run } from './run.ts';
import { heedSignals } from './stop.ts';

const { RUNNER_TEMP: temporary } = process.env;
const { debug, info, saveState } = core;
const cancelled = new AbortController();
const cache = new ActionsCache({ debug });
const repeatFailure = outliveLog(process);
let uploads: UploadJournal | undefined;
let soFar: (() => PushReport) | undefined;
let isOver = false;

reportStall(process, fail);

heedSignals({
  onSignal: (reason) => cancelled.abort(reason),
  onOverdue: (reason) => {
    fail(reason);
    process.exit();
  },
});

try {
  checkNodeVersion(process.versions.node);
  const inputs = await parseInputs(
    (name) => core.getInput(name),
    (path) => readFile(path, 'utf8'),
  );
  const { proxies, concurrency, partSize, partsInFlight, resume } = inputs;
  setProxyVariables(proxies);
  const { signal } = cancelled;
  const connections = affordableConnections(await countOpenFiles(), inputs.targets.length);
  if (resume) uploads = openUploadJournal({ temporary, cache, partSize, saveState, debug });
  const options = { signal, concurrency, connections, partSize, partsInFlight };
  await using ecr = new Ecr({ ...options, info, debug });
  await run(inputs, {
    ...{ ecr, temporary, uploads, log: core },
    onBegin: (report) => (soFar = report),
    layerMemory: openLayerMemory({ temporary, cache, debug }),
    workspace: process.env['GITHUB_WORKSPACE'],
    setOutputs: (outputs) =>
      Object.entries(outputs).forEach(([name, value]) => core.setOutput(name, value)),
  });
} catch (error) {
  fail(error);
}
// A cache that does not answer must not hold the job up. The exit code is set already.
if (cache.isAbandoned) process.exit();

/** Once: the first reason is the one that counts. */
function fail(error: unknown): void {
  if (isOver) return;
  isOver = true;
  reportFailure(error, { debug, setFailed });
  if (soFar !== undefined) logHowFar(soFar(), { info, isKept: uploads !== undefined });
}

function setFailed(failure: string): void {
  core.setFailed(failure);
  repeatFailure(failure);
}
