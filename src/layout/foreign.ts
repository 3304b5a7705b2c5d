import { quoted } from './quoted.ts';

/** What something is that is no layout, and what makes one of it. */
interface Foreign {
  readonly what: string;
  readonly hint: string;
}

/** Folders that a Linux system has at its root; three of them make one. */
const ROOT_FOLDERS = ['bin', 'etc', 'lib', 'proc', 'root', 'sbin', 'tmp', 'usr', 'var'];

/** Digests in hexadecimal, as names of files and folders. */
const HEX = /^[a-f0-9]{64}$/;

/**
 * What tools leave that is no layout, recognized by `names`, those at the top of the directory.
 * @returns undefined if it is nothing known
 */
export function foreignDirectory(names: ReadonlySet<string>, path: string): Foreign | undefined {
  if (isSkopeoDirectory(names)) {
    return {
      what: 'a directory of skopeo\'s "dir:" transport',
      hint: `Convert it with "skopeo copy dir:${quoted(path)} oci:image:latest", then set the input layout to image.`,
    };
  }
  if (isUnpackedArchive(names)) {
    return {
      what: 'an archive of "docker save", unpacked',
      hint: `Pack it again with "tar -C ${quoted(path)} -cf image.tar .", then set the input layout to image.tar.`,
    };
  }
  if (isFirstArchive(names)) return firstArchive(`tar -C ${quoted(path)} -c . | docker load`);
  if (isRuntimeBundle(names)) {
    return { what: 'an OCI runtime bundle', hint: imageOf(quoted(`${path}/rootfs`)) };
  }
  if (!isRootFileSystem(names)) return undefined;
  return {
    what: 'the root file system (rootfs) of an image or a container',
    hint: imageOf(quoted(path)),
  };
}

/** The same for a tar. An archive of "docker save" is not among them. */
export function foreignTar(names: ReadonlySet<string>, path: string): Foreign | undefined {
  if (isSkopeoDirectory(names)) {
    return {
      what: 'a tar of a directory of skopeo\'s "dir:" transport',
      hint: `Unpack and convert it: mkdir unpacked && tar -C unpacked -xf ${quoted(path)} && skopeo copy dir:unpacked oci:image:latest`,
    };
  }
  if (isFirstArchive(names)) return firstArchive(`docker load --input ${quoted(path)}`);
  if (!isRootFileSystem(names)) return undefined;
  return {
    what: 'a tar of a root file system (rootfs), as "docker export" writes it',
    hint: `Save the image itself, with "docker save", or make one of the tar: docker import ${quoted(path)} app && docker save --output image.tar app`,
  };
}

/** https://github.com/containers/image/blob/main/directory/directory_transport.go */
function isSkopeoDirectory(names: ReadonlySet<string>): boolean {
  if (!names.has('manifest.json') || names.has('repositories')) return false;
  const others = [...names].filter((name) => name !== 'manifest.json');
  return names.has('version') || (others.length > 0 && others.every((name) => HEX.test(name)));
}

function isUnpackedArchive(names: ReadonlySet<string>): boolean {
  const ofDocker = /^(?:repositories|config\.json|[a-f0-9]{64}(?:\.json|\.tar(?:\.gz)?)?)$/;
  return names.has('manifest.json') && [...names].some((name) => ofDocker.test(name));
}

/** https://github.com/moby/docker-image-spec/blob/main/v1.md#combined-image-json--filesystem-changeset-format */
function isFirstArchive(names: ReadonlySet<string>): boolean {
  const hasLayer = [...names].some((name) => HEX.test(name));
  return hasLayer && names.has('repositories') && !names.has('manifest.json');
}

/** Docker 29 does not load it any more (https://github.com/moby/moby/pull/50324), and skopeo never read it. */
function firstArchive(load: string): Foreign {
  return {
    what: 'an archive of "docker save" before Docker 1.10, with "repositories" and no manifest.json',
    hint: `Save it again with a newer Docker. Without its source, a Docker from 1.10 to 28 can still load it: ${load} && skopeo copy docker-daemon:NAME:TAG oci:image:latest`,
  };
}

/** https://github.com/opencontainers/runtime-spec/blob/main/bundle.md */
function isRuntimeBundle(names: ReadonlySet<string>): boolean {
  return names.has('config.json') && names.has('rootfs');
}

function isRootFileSystem(names: ReadonlySet<string>): boolean {
  return ROOT_FOLDERS.filter((folder) => names.has(folder)).length >= 3;
}

function imageOf(rootfs: string): string {
  return `Make an image of it: printf 'FROM scratch\\nCOPY . /\\n' | buildah build --file - --tag app ${rootfs} && buildah push app oci:image:latest`;
}
