import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { findTool, RIVAL_NAMES, type Tool, type ToolName } from './tools.ts';

/** For the length of a test. */
function setEnvironment(t: TestContext, values: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  Object.assign(process.env, values);
  t.after(() => (process.env = before));
}

/** A program of that name, which prints its version and no more. */
async function install(folder: string, name: string, version: string, mode = 0o755) {
  await writeFile(join(folder, name), `#!/bin/sh\necho ${name} version v${version}-dev\n`, {
    mode,
  });
}

async function found(name: ToolName): Promise<Tool> {
  const tool = await findTool(name);
  assert.ok(tool, name);
  return tool;
}

test('a rival is looked for in BENCH_TOOLS, then on PATH', async (t) => {
  await using first = await temporaryDirectory();
  await using second = await temporaryDirectory();
  await install(first.path, 'crane', '1.2.3');
  await install(second.path, 'crane', '0.0.1');
  await install(second.path, 'oras', '4.5.6');
  setEnvironment(t, { BENCH_TOOLS: first.path, PATH: `${second.path}:/nowhere` });
  assert.equal((await found('crane')).version, '1.2.3');
  assert.equal((await found('oras')).version, '4.5.6');
});

test('what is not there, or cannot be run, is not installed', async (t) => {
  await using folder = await temporaryDirectory();
  await install(folder.path, 'skopeo', '1.0.0', 0o644);
  setEnvironment(t, { BENCH_TOOLS: '', PATH: folder.path });
  assert.equal(await findTool('skopeo'), undefined);
  assert.equal(await findTool('regctl'), undefined);
});

for (const name of RIVAL_NAMES) {
  test(`${name} pushes the layout to the sink's port, trusting its certificate when it speaks TLS`, async (t) => {
    await using folder = await temporaryDirectory();
    await install(folder.path, name, '1.0.0');
    setEnvironment(t, { BENCH_TOOLS: folder.path });
    const tool = await found(name);
    const target = { directory: '/layout', port: 5001, certPath: '/cert.pem', scratch: '/scratch' };
    const plain = await tool.command({ ...target, tls: false });
    const secure = await tool.command({ ...target, tls: true });
    for (const { program, args } of [plain, secure]) {
      assert.equal(program, join(folder.path, name));
      assert.match(
        args.join(' '),
        /\/layout.*127\.0\.0\.1:5001\/bench\/app:bench|reg=127.*\/layout/,
      );
    }
    assert.equal(plain.env['SSL_CERT_FILE'], undefined);
    assert.equal(secure.env['SSL_CERT_FILE'], '/cert.pem');
    assert.equal(secure.env['HOME'], '/scratch');
  });
}

test('the action runs as a runner would start it, from dist or from BENCH_ACTION', async (t) => {
  await using scratch = await temporaryDirectory();
  const build = join(scratch.path, 'other-build.js');
  await writeFile(build, '');
  setEnvironment(t, { BENCH_ACTION: build });
  const target = { directory: '/layout', port: 5001, tls: true, certPath: '/cert.pem' };
  const { program, args, env } = await (
    await found('action')
  ).command({ ...target, scratch: scratch.path });
  assert.equal(program, process.execPath);
  assert.deepEqual(args, [build]);
  assert.equal(env['INPUT_LAYOUT'], '/layout');
  assert.equal(env['AWS_ENDPOINT_URL_ECR'], 'https://127.0.0.1:5001');
  assert.equal(env['NODE_EXTRA_CA_CERTS'], '/cert.pem');
  assert.equal(await readFile(env['GITHUB_OUTPUT'] ?? '', 'utf8'), '');
  assert.deepEqual(
    Object.keys(env).filter((name) => name.startsWith('INPUT_PART')),
    [],
  );
});

test('the action gets inputs only when they are given', async (t) => {
  await using scratch = await temporaryDirectory();
  const build = join(scratch.path, 'build.js');
  await writeFile(build, '');
  setEnvironment(t, { BENCH_ACTION: build });
  const tool = await findTool('action', { partSize: 20, partsInFlight: 'auto' });
  assert.equal(tool?.label, 'action with parts-in-flight auto');
  const target = { directory: '/layout', port: 5001, tls: false, certPath: '/cert.pem' };
  const { env } = await tool.command({ ...target, scratch: scratch.path });
  assert.equal(env['INPUT_PART-SIZE'], '20');
  assert.equal(env['INPUT_PARTS-IN-FLIGHT'], 'auto');
});

test('a build to compare with is there when BENCH_BEFORE names one', async (t) => {
  await using scratch = await temporaryDirectory();
  const build = join(scratch.path, 'before.js');
  await writeFile(build, '');
  assert.equal(await findTool('before'), undefined);
  setEnvironment(t, { BENCH_BEFORE: build });
  const target = { directory: '/layout', port: 5001, tls: false, certPath: '/cert.pem' };
  const { args } = await (await found('before')).command({ ...target, scratch: scratch.path });
  assert.deepEqual(args, [build]);
});
