import type { Host } from '../../src/job/host.ts';

/** A host that keeps what it is told, in order. */
export function fakeHost(
  inputs: Readonly<Record<string, string>> = {},
  more: Partial<Host> = {},
): { host: Host; told: string[]; reports: unknown[]; outputs: Record<string, unknown> } {
  const told: string[] = [];
  const reports: unknown[] = [];
  const outputs: Record<string, unknown> = {};
  const tell = (kind: string) => (message: string) => void told.push(`${kind} ${message}`);
  const host: Host = {
    readInput: (name) => inputs[name] ?? '',
    log: {
      info: tell('info'),
      warning: tell('warning'),
      debug: () => undefined,
      group: (_, work) => work(),
    },
    screen: undefined,
    isDebug: false,
    setFailed: ({ code, message }) => void told.push(`failed ${code}: ${message}`),
    setOutputs: (given) => void Object.assign(outputs, given),
    saveReport: (json) => {
      reports.push(JSON.parse(json));
      return 'report.json';
    },
    summaryFile: undefined,
    temporary: undefined,
    workspace: undefined,
    memory: { folder: undefined, cache: undefined, saveState: tell('state') },
    ...more,
  };
  return { host, told, reports, outputs };
}
