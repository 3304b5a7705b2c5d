// Says whether this commit may be released as VERSION, and prints the notes: node scripts/release.ts 1.2.0
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What is known of a release before anything is tagged. */
export interface Candidate {
  /** As the maintainer wrote it, such as `1.2.0`. */
  readonly version: string;
  /** The version in package.json. */
  readonly packageVersion: string;
  /** The commit to release, in full. */
  readonly commit: string;
  /** The commit that each tag points to. */
  readonly tags: ReadonlyMap<string, string>;
}

const VERSION = /^(?<major>0|[1-9]\d*)\.(?<minor>0|[1-9]\d*)\.(?<patch>0|[1-9]\d*)$/;

/**
 * A tag `vX.Y.Z` never moves, and `vX` never goes back. A tag that is on this very commit is what an earlier run left.
 * @throws Error that says why this is no release
 */
export function checkRelease({ version, packageVersion, commit, tags }: Candidate): void {
  const numbers = numbersOf(version);
  if (numbers === undefined) throw new Error(`"${version}" is no version: write it as 1.2.0`);
  if (version !== packageVersion) throw new Error(`package.json has version ${packageVersion}`);
  const tagged = tags.get(`v${version}`);
  if (tagged !== undefined && tagged !== commit)
    throw new Error(
      `v${version} is ${tagged} and does not move to ${commit}: choose a new version`,
    );
  for (const tag of tags.keys()) {
    const released = numbersOf(tag.replace(/^v/, ''));
    if (released?.[0] === numbers[0] && isAfter(released, numbers))
      throw new Error(`${tag} is newer: v${numbers[0]} would go back`);
  }
}

/**
 * The section of CHANGELOG.md about a version, without its heading.
 * @throws Error if there is none, or nothing in it
 */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^(?=## )/m);
  const section = sections.find((text) => /^## \[([^\]]*)\]/.exec(text)?.[1] === version);
  if (section === undefined) throw new Error(`CHANGELOG.md has no section [${version}]`);
  const notes = section.slice(section.indexOf('\n') + 1).trim();
  if (notes.replace(/^#.*$/gm, '').trim() === '')
    throw new Error(`CHANGELOG.md says nothing under [${version}]`);
  return `${notes}\n`;
}

type Numbers = readonly [number, number, number];

function numbersOf(version: string): Numbers | undefined {
  const { major, minor, patch } = VERSION.exec(version)?.groups ?? {};
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function isAfter(a: Numbers, b: Numbers): boolean {
  const differing = a.findIndex((number, index) => number !== b[index]);
  return differing >= 0 && (a[differing] ?? 0) > (b[differing] ?? 0);
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}

/** A tag with a message is an object of its own, which points to the commit. */
function readTags(): ReadonlyMap<string, string> {
  const format =
    '--format=%(refname:short) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)';
  const lines = git('for-each-ref', format, 'refs/tags').split('\n');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

if (import.meta.main) {
  try {
    const [version = ''] = process.argv.slice(2);
    const packageJson = readFileSync('package.json', 'utf8');
    const { version: packageVersion } = JSON.parse(packageJson) as { readonly version: string };
    checkRelease({ version, packageVersion, commit: git('rev-parse', 'HEAD'), tags: readTags() });
    process.stdout.write(releaseNotes(readFileSync('CHANGELOG.md', 'utf8'), version));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
