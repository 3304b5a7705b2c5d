import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { Platform } from '../../src/oci/descriptor.ts';
import {
  isSamePlatform,
  matchesPlatform,
  parsePlatformName,
  platformLabel,
  platformName,
} from '../../src/oci/platform.ts';
import { refused } from '../support/refused.ts';

const names: Readonly<Record<string, Platform>> = {
  'linux/amd64': { os: 'linux', architecture: 'amd64' },
  'linux/arm/v7': { os: 'linux', architecture: 'arm', variant: 'v7' },
  'windows/amd64': { os: 'windows', architecture: 'amd64' },
};

for (const [name, platform] of Object.entries(names)) {
  test(`${name} is read, and written again the same`, () => {
    assert.deepEqual(parsePlatformName(name), platform);
    assert.equal(platformName(platform), name);
  });
}

test('the version of an operating system is not part of its name', () => {
  const platform = { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' };
  assert.equal(platformName(platform), 'windows/amd64');
});

const windows = { os: 'windows', architecture: 'amd64' };
const labels: readonly [platform: Platform, label: string][] = [
  [windows, 'windows/amd64'],
  [{ ...windows, osVersion: '10.0.1' }, 'windows/amd64 10.0.1'],
  [
    { ...windows, osVersion: '10.0.1', osFeatures: ['win32k', 'x'] },
    'windows/amd64 10.0.1 (os.features: win32k, x)',
  ],
  [{ ...windows, osFeatures: [] }, 'windows/amd64'],
  [{ ...windows, osVersion: '\n::add-path::/tmp' }, 'windows/amd64 \\n::add-path::/tmp'],
];

for (const [platform, label] of labels) {
  test(`messages show all of a platform, in one line: ${label}`, () => {
    assert.equal(platformLabel(platform), label);
  });
}

for (const text of ['', '/', 'linux', 'linux/', '/amd64', 'linux/arm/', 'linux/arm/v7/x']) {
  test(`${JSON.stringify(text)} is no platform`, () => {
    assert.throws(() => parsePlatformName(text), refused('INVALID_INPUT', JSON.stringify(text)));
  });
}

const matches: readonly [platform: string, wanted: string, expected: boolean][] = [
  ['linux/amd64', 'linux/amd64', true],
  ['linux/amd64', 'linux/arm64', false],
  ['linux/amd64', 'windows/amd64', false],
  ['linux/arm/v6', 'linux/arm', true],
  ['linux/arm', 'linux/arm/v6', false],
  ['linux/arm/v6', 'linux/arm/v7', false],
  ['linux/arm', 'linux/arm/v7', true],
  ['linux/arm64', 'linux/arm64/v8', true],
  ['linux/arm64', 'linux/arm64/v9', false],
  ['linux/amd64', 'linux/amd64/v1', true],
  ['linux/amd64/v1', 'linux/amd64', true],
  ['linux/amd64/v2', 'linux/amd64/v1', false],
  ['linux/arm64/v9', 'linux/arm64/v8', false],
];

for (const [platform, wanted, expected] of matches) {
  test(`${wanted} ${expected ? 'includes' : 'does not include'} ${platform}`, () => {
    assert.equal(matchesPlatform(parsePlatformName(platform), parsePlatformName(wanted)), expected);
  });
}

/** What tools write, and what it is called in Go, as containerd's Normalize has it. */
const spellings: readonly [text: string, name: string][] = [
  ['linux/x86_64', 'linux/amd64'],
  ['linux/x86-64', 'linux/amd64'],
  ['linux/aarch64', 'linux/arm64'],
  ['linux/aarch64/v8', 'linux/arm64/v8'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/armel', 'linux/arm/v6'],
  ['linux/i386', 'linux/386'],
  ['Linux/AMD64', 'linux/amd64'],
  ['LINUX/ARM/V7', 'linux/arm/v7'],
  ['linux/arm/7', 'linux/arm/v7'],
  ['linux/arm64/8', 'linux/arm64/v8'],
  ['linux/arm64/v8.0', 'linux/arm64/v8'],
  ['linux/arm64/v8.2', 'linux/arm64/v8.2'],
  ['macos/arm64', 'darwin/arm64'],
  ['linux/constructor', 'linux/constructor'],
];

for (const [text, name] of spellings) {
  test(`${text} is ${name}, in an input as in a layout`, () => {
    assert.equal(platformName(parsePlatformName(text)), name);
    const [os = '', architecture = '', variant] = text.split('/');
    const written = { os, architecture, ...(variant === undefined ? {} : { variant }) };
    assert.equal(matchesPlatform(written, parsePlatformName(name)), true);
    assert.equal(matchesPlatform(parsePlatformName(name), written), true);
    assert.equal(isSamePlatform(written, parsePlatformName(name)), true);
  });
}

const advice: readonly [text: string, offered: string | undefined][] = [
  ['amd64', 'Write linux/amd64.'],
  ['x86_64', 'Write linux/amd64.'],
  ['armhf', 'Write linux/arm/v7.'],
  ['linux-amd64', 'Write linux/amd64.'],
  ['linux_arm64', 'Write linux/arm64.'],
  ['Windows-AMD64', 'Write windows/amd64.'],
  ['linux/amd64 linux/arm64', 'linux/amd64,linux/arm64.'],
  ['linux/amd64;linux/arm64', 'linux/amd64,linux/arm64.'],
  ['linux/amd64; linux/arm64', 'linux/amd64,linux/arm64.'],
  ['all', 'Leave the input out'],
  ['linux', undefined],
  ['host/', undefined],
];

for (const [text, offered] of advice) {
  test(`for ${JSON.stringify(text)}, the hint offers ${offered ?? 'the form alone'}`, () => {
    assert.throws(
      () => parsePlatformName(text),
      (error) => {
        refused('INVALID_INPUT', JSON.stringify(text))(error);
        assert.ok(error instanceof PushError);
        const form = error.hint.slice(error.hint.indexOf('Write os/architecture'));
        assert.ok(form.includes('linux/arm/v7'), error.hint);
        if (offered === undefined) assert.equal(error.hint, form);
        else assert.ok(error.hint.slice(0, -form.length).includes(offered), error.hint);
        return true;
      },
    );
  });
}

test('a wanted platform includes all versions of its operating system', () => {
  const wanted = parsePlatformName('windows/amd64');
  assert.equal(matchesPlatform({ ...wanted, osVersion: '10.0.1' }, wanted), true);
});

const linux = { os: 'linux', architecture: 'amd64' };
const same: readonly [name: string, a: Platform, b: Platform, expected: boolean][] = [
  ['equal ones', linux, { ...linux }, true],
  ['another system', linux, { ...linux, os: 'windows' }, false],
  ['another architecture', linux, { ...linux, architecture: 'arm64' }, false],
  ['another variant', linux, { ...linux, variant: 'v3' }, false],
  [
    'a variant that one of them implies',
    { os: 'linux', architecture: 'arm64' },
    { os: 'linux', architecture: 'arm64', variant: 'v8' },
    true,
  ],
  ['another version', { ...linux, osVersion: '1' }, { ...linux, osVersion: '2' }, false],
  ['other features', { ...linux, osFeatures: ['a'] }, { ...linux, osFeatures: ['a', 'b'] }, false],
  [
    'features in another order',
    { ...linux, osFeatures: ['b', 'a'] },
    { ...linux, osFeatures: ['a', 'b'] },
    true,
  ],
  ['features and none', { ...linux, osFeatures: ['a'] }, linux, false],
  ['a version and none', { ...linux, osVersion: '1' }, linux, false],
];

for (const [name, a, b, expected] of same) {
  test(`platforms are ${expected ? 'the same' : 'told apart'}: ${name}`, () => {
    assert.equal(isSamePlatform(a, b), expected);
    assert.equal(isSamePlatform(b, a), expected);
  });
}
