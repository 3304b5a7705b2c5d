import { execFile } from 'node:child_process';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeLayoutDirectory } from '../../support/write-layout.ts';
import { image, layer, layerFile, type Threat } from './threat.ts';

/** A layout directory where a link stands in the place of `file`. */
const withLink = (file: string, target: string) => async (path: string) => {
  await writeLayoutDirectory(path, [image]);
  await rm(join(path, file), { recursive: true });
  await symlink(target, join(path, file));
};

/** In what stands in a directory where a file should. */
export const files: readonly Threat[] = [
  {
    threat: 'index.json is a link to a file of the system',
    make: withLink('index.json', '/etc/passwd'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'oci-layout is a link to a file of the system',
    make: withLink('oci-layout', '/etc/passwd'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a blob is a link to a file of the system',
    make: withLink(layerFile, '/etc/passwd'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a blob is a link to a device that never ends',
    make: withLink(layerFile, '/dev/zero'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a blob is a link to itself',
    make: withLink(layerFile, `./${layer.digest.slice(7)}`),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a blob is a link to nothing',
    make: withLink(layerFile, '../../gone'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a blob is a link to the layout itself',
    make: withLink(layerFile, '../..'),
    code: 'NOT_A_LAYOUT',
  },
  {
    threat: 'a blob is a link to a file beside the layout',
    make: withSibling(layerFile, 'other/layer'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a blob is a link into a folder whose name begins as that of the layout',
    make: withSibling(layerFile, 'layout-of-another/layer'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'the folder of the blobs is a link out of the layout',
    make: withSibling('blobs', 'other'),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a blob is a named pipe that nobody writes to',
    make: async (path) => {
      await writeLayoutDirectory(path, [image], { omit: [layerFile] });
      await promisify(execFile)('mkfifo', [join(path, layerFile)]);
    },
    code: 'NOT_A_LAYOUT',
  },
  {
    threat: 'index.json is a named pipe that nobody writes to',
    make: async (path) => {
      await writeLayoutDirectory(path, [image], { omit: ['index.json'] });
      await promisify(execFile)('mkfifo', [join(path, 'index.json')]);
    },
    code: 'NOT_A_LAYOUT',
  },
  {
    threat: 'a blob is a folder',
    make: async (path) => {
      await writeLayoutDirectory(path, [image], { omit: [layerFile] });
      await mkdir(join(path, layerFile));
    },
    code: 'NOT_A_LAYOUT',
  },
];

/** The file, unchanged, is moved out of the layout, and a link to it left in its place. */
function withSibling(file: string, movedTo: string) {
  return async (path: string) => {
    await writeLayoutDirectory(path, [image]);
    const target = join(dirname(path), movedTo);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(path, file), target);
    await symlink(target, join(path, file));
  };
}
