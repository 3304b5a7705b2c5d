import { posix, win32 } from 'node:path';

interface Options {
  /** As `process.platform`. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws if the user has none */
  readonly homedir: () => string;
}

/**
 * Where the user's programs keep what can be deleted at any time: there, and not in the shared folder for temporary files,
 * nobody else can write.
 * @returns undefined if the user has no home
 */
export function cacheFolder({ platform, env, homedir }: Options): string | undefined {
  const path = platform === 'win32' ? win32 : posix;
  const { XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local = '' } = env;
  // https://specifications.freedesktop.org/basedir/latest/
  if (path.isAbsolute(xdg)) return path.join(xdg, NAME);
  if (platform === 'win32' && path.isAbsolute(local)) return path.join(local, NAME);
  const home = homeOf(homedir);
  if (!path.isAbsolute(home)) return undefined;
  const caches =
    platform === 'darwin' ? path.join(home, 'Library', 'Caches') : path.join(home, '.cache');
  return path.join(caches, NAME);
}

const NAME = 'ecr-layer-push';

function homeOf(homedir: () => string): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}
