import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execute } from '../support/execute.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/**
 * AWS's own service models judge the local ECR, member by member: model-walk/walk.py reads them from botocore. boto3 is
 * installed from PyPI into a folder that goes away again; where it cannot be had, these tests are skipped, but not in CI.
 */

const WALK = fileURLToPath(new URL('model-walk/', import.meta.url));
const LOCAL_ECR = fileURLToPath(new URL('../local-ecr/', import.meta.url));

const scratch = await temporaryDirectory();
after(() => scratch[Symbol.asyncDispose]());

/** The Python that has boto3. */
const python = join(scratch.path, 'python', 'bin', 'python');
const skip = await installBoto3(join(scratch.path, 'python')).catch((error: unknown) => {
  if (process.env['CI'] !== undefined) throw error;
  return `boto3 could not be installed: ${String(error)}`;
});

async function installBoto3(folder: string): Promise<false> {
  await execute('python3', '-m', 'venv', folder);
  const options = ['--quiet', '--disable-pip-version-check', '--requirement'];
  await execute(join(folder, 'bin', 'pip'), 'install', ...options, join(WALK, 'requirements.txt'));
  return false;
}

interface Walked {
  readonly isGood: boolean;
  readonly output: string;
}

/** @param folder of the local ECR */
async function walk(folder: string, ...options: string[]): Promise<Walked> {
  const server = ['--server', process.execPath, join(folder, 'main.ts')];
  const args = ['-B', join(WALK, 'walk.py'), ...server, ...options];
  const { promise, resolve, reject } = Promise.withResolvers<Walked>();
  execFile(python, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
    // Whatever is not a difference from the models is a fault of the walk.
    if (stderr !== '') reject(new Error(stderr));
    else resolve({ isGood: error === null, output: stdout });
  });
  return promise;
}

describe('the service models of AWS', () => {
  test(
    'have no value and no error that the local ECR answers in another way',
    { skip },
    async (context) => {
      const { isGood, output } = await walk(LOCAL_ECR);
      context.diagnostic(output);
      assert.ok(isGood, output);
    },
  );

  test('tell of every rule that the local ECR does not keep', { skip }, async () => {
    const folder = join(scratch.path, 'local-ecr');
    await cp(LOCAL_ECR, folder, { recursive: true });
    for (const rule of RULES) await remove(folder, rule);
    const calls = [...new Set(RULES.map(({ call }) => call))];
    const options = calls.flatMap((call) => ['--call', `ecr:${call}`]);
    const { isGood, output } = await walk(folder, '--show-all', ...options);
    assert.ok(!isGood, output);
    for (const { call, tells } of RULES)
      assert.match(output, new RegExp(`^ecr:${call}${tells}`, 'm'));
  });
});

/** Something that the local ECR checks, and how the walk tells that it does not. */
interface Rule {
  readonly file: string;
  readonly text: string;
  readonly without: string;
  readonly call: string;
  readonly tells: string;
}

const RULES: readonly Rule[] = [
  {
    file: 'operations/inputs.ts',
    text: 'list(string({ max: 1000 }), { min: 1, max: 100 })',
    without: 'list(string(), { min: 1, max: 100 })',
    call: 'BatchCheckLayerAvailability',
    tells: ' layerDigests\\[\\] \\(length\\) was answered with ok',
  },
  {
    file: 'operations/inputs.ts',
    text: 'const position = integer({ min: 0 });',
    without: 'const position = integer();',
    call: 'UploadLayerPart',
    tells: ' partFirstByte \\(range\\) was answered with InvalidLayerPartException',
  },
  {
    file: 'operations/inputs.ts',
    text: 'string({ pattern: UPLOAD_ID })',
    without: 'string({ pattern: UPLOAD_ID && undefined })',
    call: 'CompleteLayerUpload',
    tells: ' uploadId \\(pattern\\) was answered with UploadNotFoundException',
  },
  {
    file: 'operations/inputs.ts',
    text: "oneOf: ['TAGGED', 'UNTAGGED', 'ANY']",
    without: '',
    call: 'DescribeImages',
    tells: ' filter\\.tagStatus \\(enum\\) was answered with ok',
  },
  {
    file: 'operations/inputs.ts',
    text: 'Key: string(), Value: string() }',
    without: 'Key: string(), Value: optional(string()) }',
    call: 'TagResource',
    tells: ' tags\\[\\]\\.Value \\(null\\) was answered with ok',
  },
  {
    file: 'shapes.ts',
    text: "if (typeof value === 'boolean') return value;",
    without: 'return Boolean(value);',
    call: 'DeleteRepository',
    tells: ' force \\(type\\) was answered with ok',
  },
  {
    file: 'operations/images.ts',
    text: 'imageStatus: statusOf(repository, image),',
    without: "imageStatus: 'GONE', folder: repository.folder,",
    call: 'DescribeImages',
    tells: ' .* output\\.imageDetails\\[0\\]\\.folder is not in the model',
  },
  {
    file: 'errors.ts',
    text: 'fields: { registryId, repositoryName, uploadId, ...position },',
    without: "fields: { registryId, repositoryName, uploadId, ...position, folder: '/' },",
    call: 'UploadLayerPart',
    tells: ' .*InvalidLayerPartException\\.folder is not in the model',
  },
  {
    file: 'uploads.ts',
    text: 'if (upload.hasSmallPart)',
    without: 'if (false)',
    call: 'CompleteLayerUpload',
    tells: ' LayerPartTooSmallException: ok came instead',
  },
];

async function remove(folder: string, { file, text, without }: Rule): Promise<void> {
  const path = join(folder, file);
  const source = await readFile(path, 'utf8');
  assert.equal(source.split(text).length, 2, `${file} has '${text}' once`);
  await writeFile(path, source.replace(text, without));
}
