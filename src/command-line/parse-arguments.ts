import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { nearest } from '../inputs/nearest.ts';
import { alternatives, didYouMean } from '../inputs/read-input.ts';
import { type InputRow, INPUTS } from '../inputs/table.ts';
import { type Command, COMMAND_NAMES, COMMANDS, isCommand, PROGRAM } from './commands.ts';

/** What the command line asks for. */
export type Asked =
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' }
  | AskedRun;

export interface AskedRun {
  readonly kind: 'run';
  readonly command: Command;
  /** The action's inputs by name, with the defaults of those that are not given. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether the report goes to standard output. */
  readonly json: boolean;
  /** Whether debug lines are shown. */
  readonly verbose: boolean;
}

/** A mistake on the command line: it is told without a stack, and the exit status is 2. */
export class UsageError extends Error {
  /** What to write instead. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

const ROWS: ReadonlyMap<string, InputRow> = new Map(Object.entries(INPUTS));

/** Flags that are no inputs. */
const OWN: readonly string[] = ['json', 'verbose', 'help', 'version'];

const OPTIONS: ParseArgsOptionsConfig = {
  ...Object.fromEntries(
    [...ROWS].map(([name, { kind }]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }]),
  ),
  tag: { type: 'string' },
  ...Object.fromEntries(OWN.map((name) => [name, { type: 'boolean' }])),
  help: { type: 'boolean', short: 'h' },
};

/** `args`: what follows the program's name. @throws UsageError */
export function parseArguments(args: readonly string[]): Asked {
  // Not strict: what is wrong is said below, with what was meant.
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  const isAsked = (name: string): boolean =>
    tokens.some((token) => token.kind === 'option' && token.name === name);
  const [command, ...operands] = tokens.flatMap((token) =>
    token.kind === 'positional' ? [token.value] : [],
  );
  if (isAsked('help')) return { kind: 'help', command: isCommand(command) ? command : undefined };
  if (isAsked('version')) return { kind: 'version' };
  const given = inputsAmong(tokens);
  const name = checkCommand(command);
  const inputs = { ...DEFAULTS, ...inputsOf(name, given, operands) };
  return { kind: 'run', command: name, inputs, json: isAsked('json'), verbose: isAsked('verbose') };
}

const DEFAULTS = Object.fromEntries([...ROWS].map(([name, row]) => [name, row.default ?? '']));

function checkCommand(text: string | undefined): Command {
  if (isCommand(text)) return text;
  const hint = `The commands are ${COMMAND_NAMES.join(', ')}. See ${PROGRAM} --help`;
  if (text === undefined) throw new UsageError('There is no command', hint);
  const meant = didYouMean(nearest(text, COMMAND_NAMES));
  throw new UsageError(`There is no command ${text}`, `${meant}${hint}`);
}

/** What is given for each input, by its name. */
function inputsAmong(tokens: readonly Token[]): ReadonlyMap<string, readonly string[]> {
  const given = new Map<string, readonly string[]>();
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'option') continue;
    const input = inputOf(token, tokens[at + 1]);
    if (input === undefined) continue;
    const before = given.get(input.name) ?? [];
    if (before.length > 0 && ROWS.get(input.name)?.kind !== 'list')
      throw new UsageError(`${token.rawName} is given twice`, 'Give it once.');
    given.set(input.name, [...before, input.text]);
  }
  return given;
}

/** Undefined for a flag that is no input. */
function inputOf(
  option: OptionToken,
  next: Token | undefined,
): { name: string; text: string } | undefined {
  const { rawName, value } = option;
  const name = option.name === 'tag' ? 'tags' : option.name;
  const row = ROWS.get(name);
  if (row?.kind === 'flag') return { name, text: flagText(option, next) };
  if (row !== undefined) return { name, text: valueText(option) };
  const isOwn = OWN.includes(name);
  const negated = name.replace(/^no-/, '');
  if (!isOwn && ROWS.get(negated)?.kind !== 'flag') throw unknownFlag(rawName);
  if (value !== undefined)
    throw new UsageError(`${rawName} takes no value`, `Write ${rawName} alone.`);
  return isOwn ? undefined : { name: negated, text: 'false' };
}

/** `--flag`, or `--flag=VALUE`. */
function flagText({ rawName, value }: OptionToken, next: Token | undefined): string {
  if (value !== undefined) return value;
  if (next?.kind === 'positional' && /^(?:true|false)$/i.test(next.value))
    throw new UsageError(
      `${rawName} takes no value after a space`,
      `Write ${rawName}=${next.value}.`,
    );
  return 'true';
}

/** `--name VALUE`, or `--name=VALUE`. */
function valueText({ rawName, value, inlineValue }: OptionToken): string {
  if (value === undefined)
    throw new UsageError(`${rawName} needs a value`, `Write ${rawName} VALUE.`);
  if (!inlineValue && value.startsWith('-'))
    throw new UsageError(
      `${rawName} needs a value, and ${value} looks like a flag`,
      `If it is the value, write ${rawName}=${value}.`,
    );
  return value;
}

function unknownFlag(rawName: string): UsageError {
  const flags = [...ROWS.keys(), ...OWN].map((name) => `--${name}`);
  const begun = flags.filter((flag) => flag.startsWith(rawName));
  const meant = nearest(rawName, flags) ?? (begun.length > 1 ? alternatives(begun) : undefined);
  return new UsageError(
    `There is no flag ${rawName}`,
    `${didYouMean(meant)}See ${PROGRAM} push --help`,
  );
}

function inputsOf(
  command: Command,
  given: ReadonlyMap<string, readonly string[]>,
  operands: readonly string[],
): Readonly<Record<string, string>> {
  const { operand, operandInput, sets } = COMMANDS[command];
  // Each is one value, also JSON over several lines.
  const values = operands.map((text) => text.replaceAll(/\s*\n\s*/g, ' ').trim());
  const all = new Map([
    ...given,
    [operandInput, [...(given.get(operandInput) ?? []), ...values]] as const,
  ]);
  if (all.get(operandInput)?.length === 0)
    throw new UsageError(
      `${command} needs a ${operand}`,
      `Write ${PROGRAM} ${command} ${operand}. See ${PROGRAM} ${command} --help`,
    );
  for (const [name, value] of Object.entries(sets)) {
    const text = all.get(name)?.join() ?? value;
    if (text !== value)
      throw new UsageError(`${command} is --${name}=${value}, not ${text}`, `Leave --${name} out.`);
  }
  const texts = [...all].map(([name, values]) => [name, values.join('\n')] as const);
  return { ...Object.fromEntries(texts), ...sets };
}
