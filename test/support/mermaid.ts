import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';

/** A diagram as Mermaid itself reads it. */
export interface Gantt {
  readonly sections: readonly string[];
  readonly bars: readonly GanttBar[];
}

interface GanttBar {
  readonly name: string;
  readonly section: string;
  readonly state: 'done' | 'active' | 'crit' | undefined;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** What is used of Mermaid; its package has no types. */
interface Mermaid {
  parse(source: string): Promise<unknown>;
  readonly mermaidAPI: {
    getDiagramFromText(source: string): Promise<{ readonly type: string; readonly db: GanttData }>;
  };
}

interface GanttData {
  getSections(): readonly string[];
  getTasks(): readonly Task[];
}

interface Task {
  readonly task: string;
  readonly section: string;
  readonly done?: boolean;
  readonly active?: boolean;
  readonly crit?: boolean;
  readonly startTime: Date;
  readonly endTime: Date;
}

/** The library as one script, as a web page would load it: it needs nothing of a browser before it draws. */
export const MERMAID = new URL(import.meta.resolve('@mermaid-js/tiny'));

const mermaid = loadMermaid();

/** @throws Mermaid's own error, if the source is not a gantt diagram that it can draw */
export async function readGantt(source: string): Promise<Gantt> {
  await mermaid.parse(source);
  const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(source);
  if (type !== 'gantt') throw new Error(`a diagram of type ${type}`);
  const bars = db.getTasks().map((task) => ({
    name: task.task.trim(),
    section: task.section,
    state: (['done', 'active', 'crit'] as const).find((state) => task[state] === true),
    from: task.startTime.getTime(),
    to: task.endTime.getTime(),
  }));
  return { sections: [...db.getSections()], bars };
}

function loadMermaid(): Mermaid {
  runInThisContext(readFileSync(MERMAID, 'utf8'), { filename: MERMAID.pathname });
  return (globalThis as unknown as { mermaid: Mermaid }).mermaid;
}
