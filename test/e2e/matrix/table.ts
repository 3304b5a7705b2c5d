import { CALLS, type MatrixCall } from './calls.ts';
import { NETWORK_FAULTS } from './network.ts';
import { expectedOutcome, FAULTS, type MatrixFault, type Mode } from './faults.ts';

/** A push with one fault at one of its calls. */
export interface Cell {
  readonly call: MatrixCall;
  readonly fault: MatrixFault;
  readonly mode: Mode;
  /** `success`, or the code of the error. */
  readonly expected: string;
}

const MODES: readonly Mode[] = ['once', 'always'];

/** Every fault at every call that it can befall. */
export function allCells(): readonly Cell[] {
  return Object.values(FAULTS)
    .flat()
    .flatMap((fault) => MODES.flatMap((mode) => cellsOf(fault, mode)));
}

function cellsOf(fault: MatrixFault, mode: Mode): Cell[] {
  return CALLS.flatMap((call) => {
    const expected = expectedOutcome(fault, call, mode);
    return expected === undefined ? [] : [{ call, fault, mode, expected }];
  });
}

/** For docs/failures.md: which calls there are, and which of them a push can do without. */
export function callTable(): string {
  return rawTable(
    ['Call', 'When', 'Without it'],
    CALLS.map(({ name, says, isOptional = false }) => [
      name,
      says,
      isOptional ? 'the push goes on' : 'the push fails',
    ]),
  );
}

/** For docs/failures.md: a section of tables, with a row for each fault. */
export function faultTables(): string {
  return Object.entries(FAULTS)
    .flatMap(([heading, faults]) => [
      `### ${heading}`,
      rawTable(
        ['What befalls a call', 'Once', 'Each time'],
        faults.map((fault) => [fault.name, shown(fault, 'once'), shown(fault, 'always')]),
      ),
    ])
    .join('\n\n');
}

/** For docs/failures.md. */
export function networkTable(): string {
  return rawTable(
    ['The connections', 'The push'],
    NETWORK_FAULTS.map(({ name, expected }) => [name, named(expected)]),
  );
}

/** Not padded: one changed row changes one line. */
function rawTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return ['<!-- prettier-ignore -->', ...lines].join('\n');
}

/** The calls that a push can do without are told of once, above the tables. */
function shown(fault: MatrixFault, mode: Mode): string {
  const cells = cellsOf(fault, mode).filter(({ call }) => !call.isOptional);
  const byOutcome = Map.groupBy(cells, ({ expected }) => expected);
  const [most, ...others] = [...byOutcome].sort(([, a], [, b]) => b.length - a.length);
  if (most === undefined) return '–';
  const exceptions = others.map(
    ([outcome, struck]) => `${named(outcome)} at ${struck.map(({ call }) => call.name).join(', ')}`,
  );
  return [named(most[0]), ...exceptions].join('; ');
}

function named(outcome: string): string {
  return outcome === 'success' ? outcome : `\`${outcome}\``;
}
