import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { writeDockerArchive } from '../../support/docker-archive.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../../support/write-layout.ts';
import { buildxIndex, imageFor, koIndex, type PlatformName } from './images.ts';

/**
 * `node commands.ts NAME ARGUMENTS…` runs in the place of the program NAME, which is not on every machine. It leaves an
 * image where and in the form that the program would; what it is not made for fails. The file `used` lists those that ran.
 */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  apko,
  aws,
  bazel,
  docker,
  'own-build': ownBuild,
  go,
  ko,
  mvnw,
  nix,
};

const NATIVE = 'linux/amd64';
const scratch = process.env['STAND_INS_SCRATCH'] ?? '';

const [name = '', ...rest] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) throw new Error(`there is no stand-in for ${name}`);
await appendFile(join(scratch, 'used'), `${name}\n`);
await command(rest);

/** buildx with `type=oci`: an index with attestations, as a tar. */
async function docker(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: 'string', default: '' },
      platform: { type: 'string', default: NATIVE },
      file: { type: 'string', default: 'Dockerfile' },
      'build-arg': { type: 'string', multiple: true },
    },
  });
  const [, destination] = /^type=oci,dest=([^,]+)$/.exec(values.output) ?? [];
  if (positionals.join(' ') !== 'buildx build .' || destination === undefined) refuse(args);
  await readFile(values.file);
  await writeLayoutTar(destination, [buildxIndex(platformsOf(values.platform))]);
}

/** No program: a build for `$PLATFORM` in caller.yml, which writes a layout to the folder that it is told. */
async function ownBuild([folder = '']: readonly string[]): Promise<void> {
  const [platform = NATIVE] = platformsOf(process.env['PLATFORM'] ?? NATIVE);
  await writeLayoutDirectory(folder, [imageFor(platform)]);
}

/** rules_oci: a folder in bazel-bin whose blobs are links into the cache. */
async function bazel(args: readonly string[]): Promise<void> {
  if (args.join(' ') !== 'build //:image') refuse(args);
  const cache = join(scratch, 'cache');
  const blobs = join(scratch, 'bazel-out', 'image', 'blobs', 'sha256');
  await writeLayoutDirectory(join(scratch, 'bazel-out', 'image'), [imageFor(NATIVE)]);
  await mkdir(cache);
  for (const file of await readdir(blobs)) {
    await rename(join(blobs, file), join(cache, file));
    await symlink(join(cache, file), join(blobs, file));
  }
  await symlink(join(scratch, 'bazel-out'), 'bazel-bin');
}

async function ko(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      push: { type: 'string', default: '' },
      'oci-layout-path': { type: 'string', default: '' },
      platform: { type: 'string', default: NATIVE },
    },
  });
  if (positionals.join(' ') !== 'build .' || values.push !== 'false') refuse(args);
  await writeLayoutDirectory(values['oci-layout-path'], [koIndex(platformsOf(values.platform))]);
}

/** `go install` of apko, and where it lies then. */
async function go(args: readonly string[]): Promise<void> {
  if (args.join(' ') === 'env GOPATH') process.stdout.write(`${scratch}\n`);
  else if (args.join(' ') !== 'install chainguard.dev/apko@latest') refuse(args);
  return Promise.resolve();
}

/** One unnamed image for each platform, and no index over them. */
async function apko(args: readonly string[]): Promise<void> {
  if (args.join(' ') !== 'build apko.yaml app:latest image') refuse(args);
  await readdir('image');
  await writeLayoutDirectory('image', [imageFor('linux/amd64'), imageFor('linux/arm64')]);
}

/** jib: an archive of `docker save` with compressed layers. */
async function mvnw(args: readonly string[]): Promise<void> {
  if (args.join(' ') !== '--batch-mode package jib:buildTar') refuse(args);
  await mkdir('target');
  await writeDockerArchive('target/jib-image.tar', [{ image: imageFor(NATIVE) }], { form: 'jib' });
}

/** dockerTools: a link to a compressed archive in the store. */
async function nix(args: readonly string[]): Promise<void> {
  if (args.join(' ') !== 'build .#image') refuse(args);
  const stored = join(scratch, 'store', 'image.tar.gz');
  await mkdir(dirname(stored));
  await writeDockerArchive(`${stored}.part`, [{ image: imageFor(NATIVE) }], { form: 'docker' });
  await writeFile(stored, gzipSync(await readFile(`${stored}.part`)));
  await rm(`${stored}.part`);
  await symlink(stored, 'result');
}

async function aws(args: readonly string[]): Promise<void> {
  const [service, operation, , , option, uri] = args;
  if ([service, operation, option].join(' ') !== 'lambda update-function-code --image-uri')
    refuse(args);
  process.stdout.write(`the function runs ${uri}\n`);
  return Promise.resolve();
}

function platformsOf(list: string): PlatformName[] {
  return list.split(',').map((platform): PlatformName => {
    const [os, architecture] = platform.split('/');
    if (os === undefined || architecture === undefined) throw new Error(`no platform: ${platform}`);
    return `${os}/${architecture}`;
  });
}

function refuse(args: readonly string[]): never {
  throw new Error(`the stand-in for ${name} is not made for: ${args.join(' ')}`);
}
