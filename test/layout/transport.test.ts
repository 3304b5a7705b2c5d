import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { parseTransport, splitReference, type TransportPath } from '../../src/layout/transport.ts';
import { refused } from '../support/refused.ts';

const parsed: readonly [text: string, path: TransportPath | undefined][] = [
  ['oci:image', { paths: ['image'], hasReference: true }],
  ['oci:image:1.0', { paths: ['image:1.0'], hasReference: true }],
  ['oci:image:@1', { paths: ['image:@1'], hasReference: true }],
  ['oci://image', { paths: ['image', '//image'], hasReference: true }],
  ['oci:///tmp/image:1.0', { paths: ['/tmp/image:1.0', '///tmp/image:1.0'], hasReference: true }],
  ['oci-archive:/tmp/image.tar', { paths: ['/tmp/image.tar'], hasReference: true }],
  ['docker-archive:app.tar:team/app:1', { paths: ['app.tar:team/app:1'], hasReference: true }],
  ['oci-dir:image', { paths: ['image'], hasReference: true }],
  ['oci-layout:image', { paths: ['image'], hasReference: true }],
  ['oci-layout://image:1.0', { paths: ['image:1.0'], hasReference: true }],
  ['oci-layout:///tmp/image', { paths: ['/tmp/image'], hasReference: true }],
  ['ocidir://image:1.0', { paths: ['image:1.0'], hasReference: true }],
  ['ocidir:image', { paths: ['image'], hasReference: true }],
  ['dir:image', { paths: ['image'], hasReference: false }],
  ['image.tar', undefined],
  ['image:1.0', undefined],
  ['C:\\image.tar', undefined],
  ['D:\\a\\app\\image', undefined],
  ['d:/a/app/image', undefined],
  ['oci:D:\\a\\image:1.0', { paths: ['D:\\a\\image:1.0'], hasReference: true }],
  ['dir:D:\\a\\image', { paths: ['D:\\a\\image'], hasReference: false }],
  ['./oci:image', undefined],
  ['OCI:image', undefined],
  ['constructor:image', undefined],
];

for (const [text, path] of parsed) {
  test(`${text} ${path === undefined ? 'has no transport in front' : `leads to ${path.paths[0]}`}`, () => {
    assert.deepEqual(parseTransport(text), path);
  });
}

for (const text of ['docker://alpine:3', 'docker-daemon:app:1', 'containers-storage:app']) {
  test(`${text} is no path, and the hint has the command that copies it into a layout`, () => {
    assert.throws(
      () => parseTransport(text),
      (error) => {
        refused('INVALID_INPUT', text)(error);
        assert.ok(error instanceof PushError);
        assert.ok(error.hint.includes(`skopeo copy ${text} oci:image:latest`), error.hint);
        return true;
      },
    );
  });
}

for (const text of [
  'oci:',
  'oci-archive::1.0',
  'ocidir://',
  'oci-layout://:1.0',
  'oci://',
  'dir:',
]) {
  test(`${text} has no path in it`, () => {
    assert.throws(() => parseTransport(text), refused('INVALID_INPUT', text));
  });
}

const digest = `sha256:${'a'.repeat(64)}`;

for (const [text, path, reference] of [
  ['image', 'image', undefined],
  ['image:1.0', 'image', '1.0'],
  ['app.tar:localhost:5000/team/app:1', 'app.tar', 'localhost:5000/team/app:1'],
  ['image:', 'image', undefined],
  ['D:\\a\\image', 'D:\\a\\image', undefined],
  ['D:\\a\\image.tar:1.0', 'D:\\a\\image.tar', '1.0'],
  ['d:/a/image:team/app:1', 'd:/a/image', 'team/app:1'],
  [`D:\\a\\image@${digest}`, 'D:\\a\\image', digest],
  ['d:latest', 'd', 'latest'],
  ['app.tar:@1', 'app.tar', '@1'],
  [`image@${digest}`, 'image', digest],
  [`image:1.0@${digest}`, 'image', digest],
  ['image@sha256:short', 'image@sha256', 'short'],
] as const) {
  test(`${text} is ${path} with ${reference ?? 'no reference'}`, () => {
    assert.deepEqual(splitReference(text), { path, reference });
  });
}
