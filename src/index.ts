import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { loadJob } from './job/load-job.js';
import { outliveLog } from './outlive-log.ts';
import { ActionsCache } from './resume/actions-cache.ts';

const {
  RUNNER_TEMP: temporary,
  GITHUB_STEP_SUMMARY: summaryFile,
  GITHUB_WORKSPACE: workspace,
} = process.env;
const { debug, saveState } = core;
const cache = new ActionsCache({ debug });
const repeatFailure = outliveLog(process);
const { runJob } = await loadJob();

await runJob({
  ...{
    log: core,
    screen: undefined,
    isDebug: core.isDebug(),
    temporary,
    workspace,
    summaryFile,
    saveReport,
  },
  memory: { folder: temporary, cache, saveState },
  readInput: (name) => core.getInput(name),
  setOutputs: (outputs) =>
    Object.entries(outputs).forEach(([name, value]) => core.setOutput(name, value)),
  setFailed: ({ title, message }) => {
    core.error(message, { title });
    process.exitCode = core.ExitCode.Failure;
    repeatFailure(message);
  },
});
// A cache that does not answer must not hold the job up. The exit code is set already.
if (cache.isAbandoned) process.exit();

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
