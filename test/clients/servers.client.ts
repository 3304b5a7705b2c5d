import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { ANSWERS } from './servers/answers.ts';
import { PUSHES, writeLayouts } from './servers/pushes.ts';
import { ServerRepository } from './servers/repository.ts';
import { missing, type Server, SERVERS } from './servers/server.ts';
import { differingRows, explainedRows, readCells, writeCells } from './servers/table.ts';

/**
 * The built action pushes to servers of ECR's API that others wrote, and to the local ECR, as docs/servers.md says. Where
 * a server's program is not on the PATH, its column is skipped. `UPDATE_GOLDEN=1` writes the columns that ran.
 */

const TABLES = { pushes: PUSHES, answers: ANSWERS };
const COLUMNS = SERVERS.map(({ name }) => name);
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
const layouts = await temporaryDirectory();
after(() => layouts[Symbol.asyncDispose]());
await writeLayouts(layouts.path);

const tables = await Promise.all(
  Object.entries(TABLES).map(async ([name, tries]) => ({
    name,
    tries,
    known: await readCells(name),
    found: new Map(tries.map(({ what }) => [what, new Map<string, string>()])),
  })),
);

for (const kind of SERVERS) {
  const { name, program } = kind;
  const skip = program !== undefined && missing(program);
  void describe(`on ${name}`, { concurrency: 3, skip }, () => {
    let server: Promise<Server> | undefined;
    for (const { name: table, tries, known, found } of tables) {
      for (const [at, tried] of tries.entries()) {
        const { what, mutability } = tried;
        test(`${what}, on ${name}`, async () => {
          const running = await (server ??= kind.start());
          using repository = new ServerRepository(running, `team/${table}-${at}`);
          if (mutability !== undefined) await repository.create(mutability);
          const cell = await tried.run({ server: running, layouts: layouts.path }, repository);
          found.get(what)?.set(name, cell);
          if (!isUpdate) assert.equal(cell, known.get(what)?.get(name));
        });
      }
    }
    after(async () => (await server)?.[Symbol.asyncDispose]());
  });
}

test('docs/servers.md has these rows and columns, and says who is right where they differ', async () => {
  const differing: string[] = [];
  for (const { name, found } of tables) {
    if (isUpdate) await writeCells(name, found, COLUMNS);
    const cells = await readCells(name);
    assert.deepEqual([...cells.keys()], [...found.keys()]);
    for (const [what, row] of cells) assert.deepEqual([...row.keys()], COLUMNS, what);
    differing.push(...differingRows(cells));
  }
  assert.deepEqual(await explainedRows(), differing);
});
