import { randomUUID } from 'node:crypto';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { publish } from './report/publish.ts';
import { VERSION } from './report/version.ts';
import { ActionsCache } from './resume/actions-cache.ts';
import { openLayerMemory } from './resume/open-layer-memory.ts';
import { openUploadJournal } from './resume/open-upload-journal.ts';
import type { UploadJournal } from './resume/upload-journal.ts';
import { run } from './run.ts';
import { heedSignals } from './stop.ts';

const startedAt = Date.now();
const { RUNNER_TEMP: temporary, GITHUB_STEP_SUMMARY: summaryFile } = process.env;
const { debug, info, saveState, warning } = core;
const cancelled = new AbortController();
const cache = new ActionsCache({ debug });
const repeatFailure = outliveLog(process);
let uploads: UploadJournal | undefined;
let soFar: (() => PushReport) | undefined;
let isSummaryWanted = true;
let mode: 'push' | 'plan' = 'push';
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
  const { proxies, concurrency, partSize, partsInFlight, resume, summary, dryRun } = inputs;
  isSummaryWanted = summary;
  if (dryRun) mode = 'plan';
  setProxyVariables(proxies);
  const { signal } = cancelled;
  const connections = affordableConnections(countOpenFiles(), inputs.targets.length);
  if (resume && !dryRun)
    uploads = openUploadJournal({ temporary, cache, partSize, saveState, debug });
  const options = { signal, concurrency, connections, partSize, partsInFlight };
  await using ecr = new Ecr({ ...options, info, debug });
  await run(inputs, {
    ...{ ecr, temporary, uploads, log: core },
    onReport: (report) => (soFar = report),
    layerMemory: openLayerMemory({ temporary, cache, debug }),
    workspace: process.env['GITHUB_WORKSPACE'],
    setOutputs,
  });
} catch (error) {
  fail(error);
}
end(undefined);
// A cache that does not answer must not hold the job up. The exit code is set already.
if (cache.isAbandoned) process.exit();

function fail(error: unknown): void {
  end(error ?? new Error('failed without a reason'));
}

/** Once: the first reason is the one that counts. `error`: undefined if it succeeded. */
function end(error: unknown): void {
  if (isOver) return;
  isOver = true;
  const report = soFar?.();
  const isKept = uploads !== undefined;
  if (error !== undefined) {
    reportFailure(error, { debug, setFailed });
    if (report !== undefined) logHowFar(report, { info, isKept });
  }
  const finishedAt = Date.now();
  const ended = { mode, version: VERSION, report, error, isKept };
  const appendSummary = isSummaryWanted ? summaryWriter() : undefined;
  publish({ ...ended, startedAt, finishedAt }, { saveReport, setOutputs, appendSummary, warning });
}

function setOutputs(outputs: Readonly<Record<string, string | number>>): void {
  Object.entries(outputs).forEach(([name, value]) => core.setOutput(name, value));
}

/** Of a name of its own: a job may push several times. */
function saveReport(json: string): string {
  const path = join(temporary ?? tmpdir(), `ecr-layer-push-report-${randomUUID()}.json`);
  try {
    writeFileSync(path, json, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}

function summaryWriter(): ((markdown: string) => void) | undefined {
  if (!summaryFile) return undefined;
  return (markdown) => appendFileSync(summaryFile, markdown);
}

function setFailed(failure: string): void {
  core.setFailed(failure);
  repeatFailure(failure);
}
