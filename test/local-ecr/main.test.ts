import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { DEFAULT_CREDENTIAL } from './options.ts';
import { refusal } from './sample.ts';
import { startLocalEcr } from './server.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function main(...args: string[]) {
  return mainIn(tmpdir(), ...args);
}

function mainIn(temporary: string, ...args: string[]) {
  const env = { ...process.env, TMPDIR: temporary };
  return spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

test('the command line starts a server and says how to reach it', async () => {
  const child = main('--repository', 'team/app', '--public-repository', 'blue/open');
  const env = new Map<string, string>();
  for await (const line of createInterface(child.stdout)) {
    const [, name, value] = /^export (\w+)=(.+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) env.set(name, value);
    if (name === 'AWS_REGION') break;
  }
  const url = env.get('AWS_ENDPOINT_URL_ECR') ?? '';
  for (const name of ['team/app', 'blue/open']) {
    const response = await fetch(`${url}/v2/${name}/tags/list`);
    assert.deepEqual(await response.json(), { name, tags: [] });
  }
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('what stands before the service is set on the command line', async () => {
  const answer = ['--body-timeout-answer', '408', '--refuse-early', '503'];
  const child = main('--connection-rate', '1000000', '--body-timeout', '100', ...answer);
  let port = 0;
  for await (const line of createInterface(child.stdout)) {
    port = Number(/^export AWS_ENDPOINT_URL_ECR=http:.*:(\d+)$/.exec(line)?.[1] ?? port);
    if (line.startsWith('export AWS_REGION')) break;
  }
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write('POST / HTTP/1.1\r\nHost: local\r\nContent-Length: 2\r\n\r\n{');
  assert.match(await text(socket), /^HTTP\/1\.1 408 /);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('errors that a client has no other way to get are set on the command line', async () => {
  const child = main(
    ...['--limit', 'maxRepositories=1', '--behaviour', 'publicTags=IMMUTABLE'],
    ...['--broken-key', 'alias/old=DisabledException', '--fail', 'PutImage=ServerException'],
  );
  let endpoint = '';
  for await (const line of createInterface(child.stdout)) {
    endpoint = /^export AWS_ENDPOINT_URL_ECR=(.*)$/.exec(line)?.[1] ?? endpoint;
    if (line.startsWith('export AWS_REGION')) break;
  }
  const credentials = DEFAULT_CREDENTIAL;
  const client = new ECRClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const create = (repositoryName: string, rest: object = {}) =>
    client.send(new CreateRepositoryCommand({ repositoryName, ...rest }));
  const encrypted = { encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/old' } };
  const { name, kmsError } = await refusal(create('app', encrypted));
  assert.deepEqual([name, kmsError], ['KmsException', 'DisabledException']);
  await create('app');
  assert.equal((await refusal(create('other'))).name, 'LimitExceededException');
  const put = client.send(new PutImageCommand({ repositoryName: 'app', imageManifest: '{}' }));
  const { name: failed, $metadata } = await refusal(put);
  assert.equal(failed, 'ServerException');
  assert.equal(($metadata as { httpStatusCode: number }).httpStatusCode, 500);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('--help says what there is', async () => {
  const child = main('--help');
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  for (const option of ['--port', '--data', '--region', '--repository', '--public-repository'])
    assert.ok(output.includes(option), option);
  assert.equal(child.exitCode, 0);
});

describe('a mistake on the command line is named:', () => {
  const cases: { args: string[]; message: RegExp }[] = [
    { args: ['--port', 'http'], message: /^--port http: a port is a number from 0 to 65535/ },
    { args: ['--port', '65536'], message: /^--port 65536:/ },
    { args: ['--colour'], message: /--colour.*\n?[\s\S]*--help/ },
    { args: ['app'], message: /'app'[\s\S]*--help/ },
    { args: ['--repository', 'App'], message: /^'App' is no name for a repository/ },
    { args: ['--public-repository', 'open'], message: /^--public-repository open: .*ALIAS\/NAME/ },
    { args: ['--connection-rate', '0'], message: /^--connection-rate 0: give a whole number/ },
    { args: ['--body-timeout', '0.5'], message: /^--body-timeout 0\.5: give a whole number/ },
    { args: ['--body-timeout-answer', '504'], message: /^--body-timeout-answer 504: .*408/ },
    { args: ['--refuse-early', '200'], message: /^--refuse-early 200: give close, an HTTP status/ },
    { args: ['--refuse-early', 'early'], message: /^--refuse-early early: give close/ },
    { args: ['--limit', 'parts=1'], message: /^--limit parts=1: .* maxParts, / },
    { args: ['--limit', 'maxParts=all'], message: /^--limit maxParts=all: give NAME=NUMBER/ },
    { args: ['--behaviour', 'x=y'], message: /^--behaviour x=y: .* publicTags=IMMUTABLE$/m },
    { args: ['--broken-key', 'alias/a'], message: /^--broken-key alias\/a: .*KEY=ERROR/ },
    { args: ['--fail', 'PutImage'], message: /^--fail PutImage: give it as CALL=EXCEPTION/ },
    { args: ['--fail', 'Put=ServerException'], message: /^--fail Put=ServerException: give it/ },
  ];
  for (const { args, message } of cases) {
    test(args.join(' '), async () => {
      const child = main(...args);
      const [output] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      assert.match(output, message);
      assert.equal(child.exitCode, 1);
    });
  }

  test('a port in use, leaving nothing behind', async () => {
    await using ecr = await startLocalEcr();
    await using folder = await temporaryDirectory();
    const child = mainIn(folder.path, '--port', `${ecr.port}`);
    const [output] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.match(output, /^The port is in use/);
    assert.equal(child.exitCode, 1);
    assert.deepEqual(await readdir(folder.path), []);
  });
});
