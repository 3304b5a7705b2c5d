import { writeFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { MAX_TAR_HEADER_BYTES } from '../../../src/layout/tar-header.ts';
import { jsonBytes } from '../../support/image.ts';
import { tarBytes, type TarEntry, writeTar } from '../../support/tar.ts';
import { blobPath } from '../../support/write-layout.ts';
import { image, indexJson, layerFile, type Threat } from './threat.ts';

const index: TarEntry = { name: 'index.json', content: indexJson };
/** Another, of an image that is not there. */
const other: TarEntry = { name: 'index.json', content: jsonBytes({ schemaVersion: 2 }) };
const blobs: TarEntry[] = [...image.blobs].map(([digest, content]) => ({
  name: blobPath(digest),
  content,
}));
const others = blobs.filter(({ name }) => name !== layerFile);

/** A tar of these entries, then those of a good layout. */
const tarStarting =
  (...entries: TarEntry[]) =>
  (path: string) =>
    writeTar(path, [...entries, index, ...blobs]);

/** A tar whose layer is a link, with whatever it leads to. */
const tarLinking =
  (...entries: TarEntry[]) =>
  (path: string) =>
    writeTar(path, [index, ...others, ...entries]);

const link = (linkName: string, name = layerFile): TarEntry => ({ name, type: '1', linkName });
const symbolicLink = (linkName: string, name = layerFile): TarEntry => ({
  name,
  type: '2',
  linkName,
});

/** A file whose header gives its size in these bytes. */
const sized = (size: Buffer): TarEntry => ({
  name: 'x',
  tamper: (header) => size.copy(header, 124),
});

const pax = (records: string): TarEntry => ({
  name: 'pax',
  type: 'x',
  content: Buffer.from(records),
});
const longName: TarEntry = { name: '././@LongLink', type: 'L', content: Buffer.from('name\0') };

const wholeTar = tarBytes([index, ...blobs]);
/** A good tar, cut after so many bytes. */
const cutAt = (length: number) => (path: string) => writeFile(path, wholeTar.subarray(0, length));

/** In the headers of a tar. */
export const tars: readonly Threat[] = [
  {
    threat: 'a small tar that gzip made of a large one',
    make: (path) => writeFile(path, gzipSync(Buffer.alloc(10_000_000))),
    code: 'NOT_A_LAYOUT',
  },
  {
    threat: 'a small tar that gzip made of a large one, which begins as a tar',
    make: (path) =>
      writeFile(
        path,
        gzipSync(Buffer.concat([wholeTar.subarray(0, 512), Buffer.alloc(10_000_000)])),
      ),
    code: 'INVALID_JSON',
  },
  {
    threat: 'a link out of a tar that is compressed',
    make: (path) =>
      writeFile(path, gzipSync(tarBytes([index, ...others, symbolicLink('/etc/passwd')]))),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'two index.json in a tar that is compressed',
    make: (path) => writeFile(path, zstdCompressSync(tarBytes([other, index, ...blobs]))),
    code: 'INVALID_TAR',
  },
  { threat: 'index.json twice', make: tarStarting(other), code: 'INVALID_TAR' },
  {
    threat: 'index.json twice, of one size',
    make: tarStarting({ ...index, content: Buffer.alloc(indexJson.byteLength, ' ') }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'index.json and ./index.json',
    make: tarStarting({ ...other, name: './index.json' }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'index.json and /index.json',
    make: tarStarting({ ...other, name: '/index.json' }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'index.json and //./index.json',
    make: tarStarting({ ...other, name: '//./index.json' }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'index.json and a link of that name',
    make: tarStarting(link('x', 'index.json')),
    code: 'INVALID_TAR',
  },
  {
    threat: 'index.json and another that PAX gives the name',
    make: tarStarting({ ...other, name: 'x', pax: { path: 'a/../index.json' } }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'index.json and a link of that name to another',
    make: tarStarting({ ...other, name: 'other.json' }, link('other.json', 'index.json')),
    code: 'INVALID_TAR',
  },
  {
    threat: 'oci-layout twice',
    make: tarStarting({ name: 'oci-layout' }, { name: 'oci-layout', content: Buffer.from('{}') }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a blob twice',
    make: tarStarting({ name: layerFile, content: Buffer.alloc(1000) }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a blob twice, once by another size',
    make: tarStarting({ name: layerFile, content: Buffer.alloc(999) }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a blob and a link of its name out of the tar',
    make: tarStarting(symbolicLink('/etc/passwd')),
    code: 'INVALID_TAR',
  },
  {
    threat: 'only an index.json above the layout',
    make: (path) => writeTar(path, [{ ...index, name: '../index.json' }, ...blobs]),
    code: 'NOT_A_LAYOUT',
  },
  {
    threat: 'only an index.json above the layout, behind a slash',
    make: (path) => writeTar(path, [{ ...index, name: '/../index.json' }, ...blobs]),
    code: 'NOT_A_LAYOUT',
  },
  {
    threat: 'a hard link to a file of the system',
    advisory: 'CVE-2026-50163',
    make: tarLinking(link('/etc/passwd')),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a hard link to a file of the system, by the name of a file of the tar',
    make: tarLinking({ name: 'etc/passwd', content: Buffer.alloc(1000) }, link('/etc/passwd')),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a hard link to a file of the system, where names begin with a slash',
    make: tarLinking(link('/etc/passwd', `/${layerFile}`)),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a hard link to a file above, where names begin with a slash',
    make: tarLinking(link('/../etc/passwd', `/${layerFile}`)),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a symbolic link to a file above, with backslashes, by the name of a file of the tar',
    make: tarLinking(
      { name: 'etc/passwd', content: Buffer.alloc(1000) },
      symbolicLink('..\\..\\..\\etc\\passwd'),
    ),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a symbolic link to a file of the system, where names begin with a slash',
    make: tarLinking(
      { name: '/etc/passwd', content: Buffer.alloc(1000) },
      symbolicLink('/etc/passwd', `/${layerFile}`),
    ),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a hard link to a file above',
    advisory: 'CVE-2026-50163',
    make: tarLinking(link('../../../etc/passwd')),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a symbolic link to a file of the system',
    make: tarLinking(symbolicLink('/etc/passwd')),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a symbolic link to a file above',
    make: tarLinking(symbolicLink('../../../etc/passwd')),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a link to a file that is not in the tar',
    make: tarLinking(link('gone')),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a link to a folder',
    make: tarLinking({ name: 'x/', type: '5' }, link('x')),
    code: 'UNSAFE_LINK',
  },
  { threat: 'a link without a target', make: tarLinking(link('')), code: 'UNSAFE_LINK' },
  { threat: 'a link to itself', make: tarLinking(link(layerFile)), code: 'UNSAFE_LINK' },
  {
    threat: 'links in a circle',
    make: tarLinking(link('x'), link('y', 'x'), link('x', 'y')),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a link to a link to a link, ten times over',
    make: tarLinking(
      link('0'),
      ...Array.from({ length: 9 }, (_, at) => link(String(at + 1), String(at))),
      { name: '9', content: Buffer.alloc(1000) },
    ),
    code: 'UNSAFE_LINK',
  },
  {
    threat: 'a sparse file as GNU tar wrote it of old',
    advisory: 'CVE-2026-32288',
    make: tarStarting({ name: 'x', type: 'S', content: Buffer.alloc(512) }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a sparse file as GNU tar writes it in PAX',
    advisory: 'CVE-2025-58183',
    make: tarStarting({ name: 'x', content: Buffer.alloc(512), pax: { 'GNU.sparse.major': '1' } }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a negative size',
    make: tarStarting(sized(Buffer.alloc(12, 0xff))),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size of 2^63 bytes',
    make: tarStarting(sized(Buffer.from('800000008000000000000000', 'hex'))),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size beyond any in base 256',
    make: tarStarting(sized(Buffer.from('810000000000000000000000', 'hex'))),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size that is no number',
    make: tarStarting(sized(Buffer.from('size is 8GiB'))),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a negative size in PAX',
    make: tarStarting({ name: 'x', pax: { size: '-512' } }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size in PAX with something behind it',
    make: tarStarting({ name: 'x', pax: { size: '0x200' } }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size in PAX that floating point cannot hold',
    make: tarStarting({ name: 'x', pax: { size: '9007199254740993' } }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size in PAX with a GNU long name between it and the file',
    advisory: 'GHSA-vmf3-w455-68vh',
    make: tarStarting(pax('13 size=2048\n'), longName, { name: 'x', content: Buffer.alloc(16) }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size in PAX with a global header between it and the file',
    advisory: 'GHSA-3cv2-h65g-fgmm',
    make: tarStarting(
      pax('13 size=2048\n'),
      { ...pax('13 comment=a\n'), type: 'g' },
      { name: 'x', content: Buffer.alloc(2048) },
    ),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a size in PAX that a second PAX header takes back',
    advisory: 'GHSA-3cv2-h65g-fgmm',
    make: tarStarting(pax('13 size=2048\n'), pax('13 comment=a\n'), {
      name: 'x',
      content: Buffer.alloc(16),
    }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a global header that gives every entry one name',
    make: tarStarting({ ...pax('18 path=index.tmp\n'), type: 'g' }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a global header with a size before a PAX header without one',
    make: tarStarting({ ...pax('10 size=2\n'), type: 'g' }, pax('13 comment=a\n'), { name: 'x' }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a PAX header that claims 8 GiB',
    make: tarStarting({ ...pax(''), tamper: (header) => header.write('77777777777', 124) }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a PAX header whose size is in base 256',
    make: tarStarting({ ...pax(''), tamper: (header) => header.fill(0xff, 124, 136) }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a GNU long name of over 1 MiB',
    make: tarStarting({ ...longName, content: Buffer.alloc(MAX_TAR_HEADER_BYTES + 1, 'x') }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'more PAX headers before one file than memory holds',
    make: tarStarting(
      ...Array.from({ length: MAX_TAR_HEADER_BYTES / 1024 + 1 }, () => pax('13 comment=a\n')),
    ),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a tar cut off in a header',
    make: cutAt(wholeTar.length - 1024 - 700),
    code: 'INVALID_TAR',
  },
  { threat: 'a tar cut off in a file', make: cutAt(700), code: 'INVALID_TAR' },
  {
    threat: 'a tar cut off in a PAX header',
    make: (path) => writeFile(path, tarBytes([pax('13 comment=a\n')]).subarray(0, 600)),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a tar cut off behind a PAX header',
    make: (path) => writeFile(path, tarBytes([pax('13 comment=a\n')]).subarray(0, 1024)),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a file that claims more than there is',
    make: tarStarting({ name: 'x', tamper: (header) => header.write('77777777777', 124) }),
    code: 'INVALID_TAR',
  },
  {
    threat: 'a header whose checksum is wrong',
    make: (path) => {
      const tar = Buffer.from(wholeTar);
      tar[5] = 0x58;
      return writeFile(path, tar);
    },
    code: 'INVALID_TAR',
  },
  {
    threat: 'a header of zeros but for its checksum',
    make: tarStarting({ name: 'x' }, { name: '', tamper: (header) => header.fill(0) }),
    code: 'INVALID_TAR',
  },
];
