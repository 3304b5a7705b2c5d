import { readFile } from 'node:fs/promises';

export interface ActionInput {
  readonly description: string;
  readonly required: boolean;
  readonly default: string | undefined;
}

export interface ActionMetadata {
  /** Paths of what is run, from the root. */
  readonly entries: { readonly main: string; readonly post: string };
  readonly inputs: ReadonlyMap<string, ActionInput>;
  readonly outputs: ReadonlyMap<string, string>;
}

/** The repository's own root. */
export const REPOSITORY = new URL('../../', import.meta.url);

export async function readActionMetadata(
  file = new URL('action.yml', REPOSITORY),
): Promise<ActionMetadata> {
  return parseActionMetadata(await readFile(file, 'utf8'));
}

/**
 * Reads the part of YAML that our `action.yml` is written in: maps indented by two spaces, plain, single-quoted and
 * folded (`>-`) text. Any other line is refused, so that it is never read wrong.
 */
export function parseActionMetadata(yaml: string): ActionMetadata {
  const values = flatten(yaml);
  const names = (section: string) =>
    [...values.keys()].flatMap((path) => new RegExp(`^${section}/([^/]+)$`).exec(path)?.[1] ?? []);
  const text = (path: string) => values.get(path) ?? '';
  return {
    entries: { main: text('runs/main'), post: text('runs/post') },
    inputs: new Map(
      names('inputs').map((name) => [
        name,
        {
          description: text(`inputs/${name}/description`),
          required: values.get(`inputs/${name}/required`) === 'true',
          default: values.get(`inputs/${name}/default`),
        },
      ]),
    ),
    outputs: new Map(names('outputs').map((name) => [name, text(`outputs/${name}/description`)])),
  };
}

const LINE = /^(?<indent>(?: {2})*)(?<key>[\w-]+):(?: (?<value>.+))?$/;

/** `inputs/layout/required` → `true` */
function flatten(yaml: string): Map<string, string> {
  const values = new Map<string, string>();
  const path: string[] = [];
  let folded: { at: string; indent: string } | undefined;
  for (const line of yaml.split('\n')) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    if (folded && line.startsWith(folded.indent)) {
      values.set(folded.at, `${values.get(folded.at) ?? ''} ${line.trim()}`.trim());
      continue;
    }
    const { indent, key, value } = LINE.exec(line)?.groups ?? {};
    if (indent === undefined || key === undefined) throw new Error(`not understood: ${line}`);
    path.splice(indent.length / 2, path.length, key);
    const at = path.join('/');
    folded = value === '>-' ? { at, indent: `${indent}  ` } : undefined;
    values.set(at, folded ? '' : unquoted(value ?? ''));
  }
  return values;
}

function unquoted(value: string): string {
  const quoted = /^'(.*)'$/.exec(value)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  if (/^["[{|>&*!%@`]|: | #/.test(value)) throw new Error(`not understood: ${value}`);
  return value;
}
