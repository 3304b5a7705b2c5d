import { readFile } from 'node:fs/promises';
import { affordableConnections, countOpenFiles } from '../ecr/calls/open-files.ts';
import { setProxyVariables } from '../ecr/calls/proxy.ts';
import { Ecr } from '../ecr/ecr.ts';
import { type Inputs, parseInputs } from '../inputs/inputs.ts';
import { checkNodeVersion } from '../node-version.ts';
import { RunLog } from '../report/run-log.ts';
import { isTerminal, openTerminal } from '../report/terminal.ts';
import { reportStall } from '../report-stall.ts';
import { openLayerMemory } from '../resume/open-layer-memory.ts';
import { openUploadJournal } from '../resume/open-upload-journal.ts';
import { run } from '../run.ts';
import { heedSignals } from '../stop.ts';
import { Ending } from './ending.ts';
import type { Host } from './host.ts';

/**
 * Reads the inputs, pushes, and tells how it ended, also if a signal ended it. Never throws: what fails is told to the host.
 */
export async function runJob(host: Host): Promise<void> {
  const cancelled = new AbortController();
  const log = new RunLog(host.log);
  const ending = new Ending(host, log);
  reportStall(process, (error) => ending.fail(error));
  heedSignals({
    onSignal: (reason) => cancelled.abort(reason),
    onOverdue: (reason) => {
      ending.fail(reason);
      process.exit();
    },
  });
  try {
    checkNodeVersion(process.versions.node);
    const { screen } = host;
    if (screen !== undefined && isTerminal(screen, process.env))
      log.showOn(await openTerminal(screen));
    const inputs = await parseInputs(host.readInput, (path) => readFile(path, 'utf8'));
    ending.isSummaryWanted = inputs.summary;
    if (inputs.dryRun) ending.mode = 'plan';
    await carryOut(inputs, host, { log, ending, signal: cancelled.signal });
  } catch (error) {
    ending.fail(error);
  }
  ending.succeed();
}

async function carryOut(
  inputs: Inputs,
  host: Host,
  { log, ending, signal }: { log: RunLog; ending: Ending; signal: AbortSignal },
): Promise<void> {
  const { isDebug, temporary, workspace, memory } = host;
  const { info, debug, retried: onRetry } = log;
  const { proxies, concurrency, partSize, partsInFlight, resume, dryRun } = inputs;
  setProxyVariables(proxies);
  const connections = affordableConnections(countOpenFiles(), inputs.targets.length);
  const uploads = resume && !dryRun ? openUploadJournal({ ...memory, partSize, debug }) : undefined;
  ending.isKept = uploads !== undefined;
  const options = { signal, concurrency, connections, partSize, partsInFlight };
  const onAttempt = isDebug ? debug : undefined;
  await using ecr = new Ecr({ ...options, info, debug, onRetry, onAttempt });
  await run(inputs, {
    ...{ ecr, log, temporary, workspace, uploads },
    layerMemory: openLayerMemory({ ...memory, debug }),
    onReport: (report) => (ending.soFar = report),
    setOutputs: (outputs) => host.setOutputs(outputs),
  });
}
