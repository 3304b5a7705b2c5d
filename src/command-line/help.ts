import { type InputRow, INPUTS } from '../inputs/table.ts';
import { type Command, COMMAND_NAMES, COMMANDS, PROGRAM } from './commands.ts';

/** Columns of text, as terminals have them at least. */
const WIDTH = 80;

/** What `--help` shows: of one command, or of all. */
export function helpOf(command: Command | undefined): string {
  const parts = command === undefined ? overview() : pageOf(command);
  return `${parts.join('\n\n')}\n`;
}

function overview(): readonly string[] {
  const usages = COMMAND_NAMES.map(
    (name) => `  ${usageOf(name)}\n${wrapped(COMMANDS[name].says, 6)}`,
  );
  return [
    'Pushes built images to Amazon ECR, without Docker and without docker login.',
    `Usage:\n${usages.join('\n')}`,
    examples(COMMAND_NAMES),
    `AWS credentials and the region come from where the AWS CLI takes them: variables such as AWS_ACCESS_KEY_ID and AWS_REGION, the shared config files, or the machine's role.`,
    OUTPUT,
    `${PROGRAM} COMMAND --help shows the flags of a command.`,
  ].map((part) => (part.includes('\n') ? part : wrapped(part, 0)));
}

function pageOf(command: Command): readonly string[] {
  const { says, explains } = COMMANDS[command];
  return [
    `Usage:\n  ${usageOf(command)}`,
    wrapped(`${says}.`, 0),
    wrapped(explains, 0),
    examples([command]),
    `Flags:\n${[...inputFlags(command), ...OWN_FLAGS].map(described).join('\n')}`,
    wrapped(
      'A flag that is true or false can be given as --NAME, --NAME=false or --no-NAME. Flags for lists can be given several times.',
      0,
    ),
    OUTPUT,
  ];
}

const OUTPUT = [
  'The log goes to standard error. Exit status:',
  '  0  all is well',
  '  1  it failed; the last lines say why, and what to do',
  '  2  a mistake on the command line',
].join('\n');

function usageOf(command: Command): string {
  return `${PROGRAM} ${command} ${COMMANDS[command].operand}... --repository NAME [--tag TAG]... [FLAG]...`;
}

function examples(commands: readonly Command[]): string {
  const all = commands.flatMap((command) => COMMANDS[command].examples);
  const texts = all.map(([comment, line]) => `${wrapped(comment, 2, '# ')}\n  ${PROGRAM} ${line}`);
  return `Examples:\n${texts.join('\n\n')}`;
}

type Flag = readonly [name: string, says: string];

const OWN_FLAGS: readonly Flag[] = [
  ['--json', 'Write the report to standard output, as JSON, and nothing else'],
  ['--verbose', 'Show debug lines'],
  ['--version', 'Show the version'],
  ['-h, --help', 'Show this'],
];

/** What operands of any command are. */
const OPERANDS = COMMAND_NAMES.map((name) => COMMANDS[name].operandInput);

/** But for operands, and for what the command itself sets. */
function inputFlags(command: Command): readonly Flag[] {
  const { sets } = COMMANDS[command];
  return Object.entries(INPUTS)
    .filter(([name]) => !OPERANDS.includes(name) && !Object.hasOwn(sets, name))
    .map(([name, row]) => [shownName(name, row), shownText(row)]);
}

function shownName(name: string, row: InputRow): string {
  if (name === 'tags') return '--tag TAG, --tags TAGS';
  if (row.kind !== 'flag') return `--${name} ${row.value ?? 'TEXT'}`;
  // As it is worth writing.
  return row.default === 'true' ? `--${name}=false` : `--${name}`;
}

function shownText({ says, default: preset }: InputRow): string {
  const text = says.replaceAll('`', '');
  return preset === undefined ? text : `${text} (default: ${preset})`;
}

const COLUMN = 30;

function described([name, says]: Flag): string {
  const head = `  ${name}`;
  const text = wrapped(says, COLUMN);
  if (head.length + 2 > COLUMN) return `${head}\n${text}`;
  return `${head}${text.slice(head.length)}`;
}

/** In lines of at most `WIDTH` columns, each of which begins with so many spaces and the mark. */
function wrapped(text: string, indent: number, mark = ''): string {
  const start = ' '.repeat(indent) + mark;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || `${line} ${word}`.length > WIDTH) lines.push(start + word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
