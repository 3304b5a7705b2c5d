// Writes what the documents repeat: docs/errors.md, docs/failures.md, docs/inputs.md, docs/unknowns.md, and tables of README and others. With
// --check it only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { RETRIES, type RetryName } from '../src/async/retry.ts';
import { EXPLANATIONS } from '../src/ecr/calls/explanations.ts';
import { ERRORS } from '../src/errors.ts';
import {
  type ActionInput,
  type ActionMetadata,
  readActionMetadata,
  REPOSITORY,
} from '../test/support/action-metadata.ts';
import { actionsUsed, RECIPES, type Run, RUNS, titleOf } from '../test/clients/recipes/recipes.ts';
import { callTable, faultTables, networkTable } from '../test/e2e/matrix/table.ts';
import { type Unknown, UNKNOWNS } from '../test/verify-aws/unknowns.ts';

const NOTE = '<!-- Written by `npm run docs`. -->';

/** What the words in braces become, where the documents cannot know the value. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  where: 'its name, REGION and ACCOUNT (for ECR Public, its name and ALIAS)',
};

/** The documents with generated content, by path, as they should be. */
export async function generateDocs(): Promise<ReadonlyMap<string, string>> {
  const metadata = await readActionMetadata();
  const sections = readSections(await read('src/errors.ts'));
  const speed = speedTable(await read('docs/performance.md'));
  const documents = {
    'README.md': between(fillReadme(await read('README.md'), metadata), 'speed', speed),
    'docs/comparison.md': between(await read('docs/comparison.md'), 'speed', speed),
    'docs/errors.md': errorsDocument(sections),
    'docs/failures.md': failuresDocument(),
    'docs/inputs.md': inputsDocument(metadata),
    'docs/networking.md': fillNetworking(await read('docs/networking.md')),
    'test/local-ecr/README.md': fillLocalEcr(
      await read('test/local-ecr/README.md'),
      JSON.parse(await read('test/clients/model-walk/differences.json')) as ModelWalk,
    ),
    'docs/unknowns.md': unknownsDocument(),
    'docs/recipes.md': await fillRecipes(await read('docs/recipes.md')),
  };
  const formatted = Object.entries(documents).map(
    async ([path, text]) => [path, await pretty(path, text)] as const,
  );
  return new Map(await Promise.all(formatted));
}

/** The first sentence, which stands alone in README. */
export function summaryOf(description: string): string {
  return /^.*?\.(?= |$)/.exec(description)?.[0] ?? description;
}

function fillReadme(readme: string, { inputs, outputs }: ActionMetadata): string {
  const inputRows = [...inputs].map(([name, input]) => [
    code(name),
    shownDefault(input),
    withoutFullStop(summaryOf(input.description)),
  ]);
  const outputRows = [...outputs].map(([name, description]) => [
    code(name),
    withoutFullStop(summaryOf(description)),
  ]);
  const filled = between(readme, 'inputs', table(['Input', 'Default', 'What it is'], inputRows));
  return between(filled, 'outputs', table(['Output', 'What it is'], outputRows));
}

/** Of the results of the last benchmark, those under conditions like ECR's. */
function speedTable(performance: string): string {
  const rows = performance
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes(' | ecr-like '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const heading = /^\| layout .*best rival \(s\).*$/m.exec(performance)?.[0] ?? '';
  const columns = heading.split('|').map((cell) => cell.trim());
  const wanted = ['layout', 'this action (s)', 'best rival (s)'].map((name) =>
    columns.indexOf(name),
  );
  if (rows.length === 0 || wanted.includes(-1))
    throw new Error('docs/performance.md has no results under conditions like those of ECR');
  const cells = rows.map((row) => wanted.map((column) => row[column] ?? ''));
  const alignment = (line: string): string => line.replace(/^\| --- \| --- /m, '| --- | --: ');
  return alignment(table(['image', 'this action', 'best other'], cells));
}

/** Everything that is retried. */
function fillNetworking(text: string): string {
  const rows = Object.values(RETRIES).map((policy) => [
    policy.call === 'every call' ? 'any' : code(policy.call),
    policy.on,
    attemptsOf(policy),
    policy.firstWait === 0 ? 'none' : waitsOf(policy),
  ]);
  const content = table(
    ['Call', 'Retried on', 'Attempts, or how long after the first failure', 'Wait before each'],
    rows,
  );
  return between(text, 'retries', content);
}

/** Where the local ECR differs from the service models, as the walk over them has it. Calls are `ecr:PutImage` or `*:PutImage`. */
interface ModelWalk {
  readonly differences: readonly {
    readonly calls: readonly string[];
    readonly member: string;
    readonly answer: string;
    readonly reason: string;
  }[];
  /** Errors that no rule brings about. */
  readonly switched: readonly {
    readonly calls: readonly string[];
    readonly error: string;
    readonly reason: string;
  }[];
}

function fillLocalEcr(readme: string, { differences, switched }: ModelWalk): string {
  const callsOf = (calls: readonly string[]): string =>
    calls.map((call) => (call === '*' ? 'every call' : code(call.replace('*:', '')))).join(', ');
  const differing = differences.map(({ calls, member, answer, reason }) => [
    callsOf(calls),
    code(member),
    code(answer),
    reason,
  ]);
  const filled = between(
    readme,
    'differences',
    rawTable(['Call', 'Member', 'What is answered', 'Why'], differing),
  );
  const rows = switched.map(({ calls, error, reason }) => [callsOf(calls), code(error), reason]);
  return between(filled, 'switched', rawTable(['Call', 'Error', 'Why'], rows));
}

function attemptsOf({ attempts, within }: (typeof RETRIES)[RetryName]): string {
  return attempts === undefined ? `for ${within / 1000} s` : String(attempts);
}

function waitsOf({ firstWait, longestWait, jitter }: (typeof RETRIES)[RetryName]): string {
  const growing = `${firstWait} ms, doubling to at most ${longestWait} ms`;
  return jitter ? `a random part of ${growing}` : growing;
}

/** Every recipe, and how test/clients/recipes.client.ts runs it. */
async function fillRecipes(text: string): Promise<string> {
  const rows = Object.entries(RUNS).map(async ([recipe, run]) => [
    `[${recipe}](${RECIPES.replace('docs/', '')}${recipe})`,
    await titleOf(recipe),
    await shownRun(recipe, run),
  ]);
  const content = table(['Recipe', 'What it is', 'Run in CI'], await Promise.all(rows));
  return between(text, 'recipes', content);
}

async function shownRun(recipe: string, run: Run | string): Promise<string> {
  if (typeof run === 'string') return run;
  const actions = (await actionsUsed(`${RECIPES}${recipe}`)).map((uses) => uses.replace(/@.*/, ''));
  const standIns = [...new Set([...run.commands, ...actions])].map(code);
  return standIns.length === 0 ? 'yes' : `yes, with stand-ins for ${standIns.join(', ')}`;
}

function between(text: string, name: string, content: string): string {
  const marks = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`] as const;
  const [begin, end] = marks.map((mark) => text.indexOf(mark)) as [number, number];
  if (begin < 0 || end < begin) throw new Error(`A document lacks ${marks.join(' … ')}`);
  return `${text.slice(0, begin)}${marks[0]}\n\n${content}\n\n${text.slice(end)}`;
}

function inputsDocument({ inputs, outputs }: ActionMetadata): string {
  return [
    '# Inputs and outputs',
    NOTE,
    'Every input is text, as in all actions. An empty input counts as not set.',
    '## Inputs',
    ...[...inputs].flatMap(([name, input]) => [
      `### ${code(name)}`,
      input.description,
      ...defaultLine(input),
    ]),
    'The keys of `repository-settings` are explained in [recipes](recipes.md#settings-for-new-repositories).',
    '## Outputs',
    'Outputs are set even if some of several repositories fail: names and references are those of the complete ones, counts are of all.',
    ...[...outputs].flatMap(([name, description]) => [`### ${code(name)}`, description]),
  ].join('\n\n');
}

function shownDefault(input: ActionInput): string {
  if (input.required) return 'required';
  return input.default === undefined ? '' : code(input.default);
}

function defaultLine(input: ActionInput): string[] {
  if (input.required) return ['Required.'];
  return input.default === undefined ? [] : [`Default: ${code(input.default)}.`];
}

/** What test/e2e/matrix.test.ts holds the action to. */
function failuresDocument(): string {
  return [
    '# Failures',
    NOTE,
    'What becomes of a push when something fails between the action and ECR, or in ECR itself. The tests run the built action once for every cell of these tables: each fault alone, at each call that it can befall.',
    [
      '- **Once**: the fault befalls one call, and those after it are sound.',
      '- **Each time**: the fault befalls that call from the first time on, until the action gives up: after two minutes by default ([networking](networking.md#retries-and-rates)), after three attempts in these tests.',
    ].join('\n'),
    'A cell is `success` or the [code](errors.md) of the error; a dash means that it is not run. Whatever the cell says, these hold in all of them:',
    [
      '- No tag points to an image of which something is missing.',
      '- The action ends, with one error that has a name; `INTERNAL` is in no cell.',
      '- Success means that the tag is on the image, and that all outputs are set.',
      '- No layer is sent twice in full, unless ECR lost it.',
      '- What a server says begins no line of the log, where the runner would take it for a command, and lands in no output.',
      '- No secret is in the log.',
    ].join('\n'),
    '## The calls',
    callTable(),
    '## The faults',
    'Where calls differ, the row says which. The calls that a push can do without are left out: their cells are all `success`.',
    faultTables(),
    '## The network',
    'The connections themselves, through a relay that spoils them, with TLS and without; a layer of 17 MiB goes over them.',
    networkTable(),
  ].join('\n\n');
}

/** What test/verify-aws checks, and test/e2e/unknowns.test.ts pushes through. */
function unknownsDocument(): string {
  return [
    '# Unknowns',
    NOTE,
    'Those who wrote this action had no access to AWS. What its documents leave open is listed here, with what the action does in each case; in none it pushes a wrong image, or a part of one. `test/e2e/unknowns.test.ts` pushes to the local ECR switched each way, and `test/verify-aws/verify.test.ts` runs each check against it.',
    'If you have an account, you can find out:',
    '```sh\nnpm ci\nnpm run verify-aws -- --repository NAME\n```',
    'It pushes small images to the private repository that you name, checks each unknown, deletes what it made, and prints a report, which names neither account nor repository. Please paste it into an issue. It sends about 50 MB, takes a minute or two, and needs the permissions of a push ([permissions](permissions.md)), `ecr:BatchDeleteImage` and `ecr:DescribeRepositories`. `--only ID` runs one check alone.',
    ...UNKNOWNS.flatMap(unknownSection),
  ].join('\n\n');
}

function unknownSection({ id, question, known, answers, needs }: Unknown): string[] {
  const rows = Object.entries(answers).map(([answer, then]) => [shownAnswer(answer), then]);
  const wanted = needs === undefined ? '' : `, which needs ${needs}`;
  return [
    `## ${question}`,
    known,
    table(['If it is', 'The action'], rows),
    `The check: ${code(id)}${wanted}.`,
  ];
}

/** Words of the API look as they are written there. */
function shownAnswer(answer: string): string {
  return /^[A-Z]\w+$/.test(answer) ? code(answer) : answer;
}

type ErrorCode = keyof typeof ERRORS;

interface Section {
  readonly heading: string;
  readonly codes: readonly ErrorCode[];
}

/** The comments between the entries of the table are the headings of the document. */
function readSections(source: string): readonly Section[] {
  const [, text = ''] = /^export const ERRORS = \{\n(.*?)^\}/ms.exec(source) ?? [];
  const [, ...parts] = text.split(/^ {2}\/\/ /m);
  const sections = parts.map((part) => ({
    heading: part.slice(0, part.indexOf('\n')),
    codes: [...part.matchAll(/^ {2}(\w+): \{$/gm)].flatMap(([, name = '']) =>
      isErrorCode(name) ? [name] : [],
    ),
  }));
  const found = sections.flatMap(({ codes }) => codes);
  if (found.join() !== Object.keys(ERRORS).join())
    throw new Error('The comments in src/errors.ts do not divide its table into sections');
  return sections;
}

function isErrorCode(name: string): name is ErrorCode {
  return name in ERRORS;
}

function errorsDocument(sections: readonly Section[]): string {
  return [
    '# Errors',
    NOTE,
    'A step that fails ends with one error: a code, what happened, and what to do. Tags move last, so a push that fails before that changes no tag. Layers that arrived stay, and the next run does not send them again.',
    'The codes are part of the public interface: none ever changes its meaning. The message names the file, the digest or the repository, and the hint may say more than this table.',
    'The action replaces the words in capitals: CALL is the API call that failed, such as `PutImage`; REPOSITORY, REGION, ACCOUNT and ALIAS describe where; ACTION is the missing permission, such as `ecr:PutImage`, and ARN the repository to allow it on.',
    ...sections.flatMap(({ heading, codes }) => [
      `## ${heading}`,
      rawTable(['Code', 'What it means', 'What to do'], codes.map(errorRow)),
    ]),
    '## What the messages say',
    'These are the messages for errors from AWS, the SDK and the network; the original name and text follow in parentheses.',
    rawTable(
      ['Message', 'Code', 'Original name'],
      EXPLANATIONS.map(({ names, code: name, says }) => [
        fill(says),
        code(name),
        names.map(code).join(', '),
      ]),
    ),
  ].join('\n\n');
}

function errorRow(name: ErrorCode): readonly string[] {
  const entry: { means: string; hint: string; docs?: string } = ERRORS[name];
  const meaning = entry.docs === undefined ? entry.means : `${entry.means}<br>${entry.docs}`;
  return [code(name), fill(meaning), fill(entry.hint)];
}

function fill(template: string): string {
  return template.replace(
    /\{(\w+)\}/g,
    (_, name: string) => PLACEHOLDERS[name] ?? name.toUpperCase(),
  );
}

/** Not padded: one changed row changes one line. */
function rawTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<!-- prettier-ignore -->\n${table(head, rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function withoutFullStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

async function pretty(path: string, text: string): Promise<string> {
  const filepath = new URL(path, REPOSITORY);
  return format(text, { ...(await resolveConfig(filepath)), parser: 'markdown' });
}

function read(path: string): Promise<string> {
  return readFile(new URL(path, REPOSITORY), 'utf8');
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  for (const [path, text] of await generateDocs()) {
    const current = await read(path).catch(() => undefined);
    if (current === text) continue;
    if (isCheck) {
      console.error(`${path} is not what its sources give: run npm run docs`);
      process.exitCode = 1;
    } else {
      await writeFile(new URL(path, REPOSITORY), text);
      console.log(`wrote ${path}`);
    }
  }
}
