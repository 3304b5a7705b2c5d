#!/usr/bin/env node
import { helpOf } from './command-line/help.ts';
import { type Asked, parseArguments, UsageError } from './command-line/parse-arguments.ts';
import { MISUSED, shellHost } from './command-line/shell-host.ts';
import { loadJob } from './job/load-job.js';
import { VERSION } from './report/version.ts';

try {
  await answer(parseArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`Error: ${error.message}\n${error.hint}\n`);
  process.exitCode = MISUSED;
}

async function answer(asked: Asked): Promise<void> {
  if (asked.kind === 'help') process.stdout.write(helpOf(asked.command));
  else if (asked.kind === 'version') process.stdout.write(`${VERSION}\n`);
  else {
    const { runJob } = await loadJob();
    await runJob(shellHost(asked, process));
  }
}
