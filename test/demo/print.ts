/** Plain text, so that it reads the same on a terminal, in a log and in a file. */

export function heading(text: string): void {
  console.log(`\n${text}\n${'─'.repeat(text.length)}`);
}

export function say(text: string): void {
  console.log(text);
}

/** The log of a step, set off from what the demo says. */
export function quoteLog(text: string): void {
  quote(asShown(text));
}

export function quote(text: string): void {
  for (const line of text.trimEnd().split('\n')) console.log(`  │ ${line}`);
}

/** A log as a runner shows it: groups named, debug lines left out. */
export function asShown(log: string): string {
  const lines = log.split('\n').filter((line) => !/^::(debug|endgroup)::/.test(line));
  return lines.join('\n').replaceAll(/^::group::/gm, '▼ ');
}

type Cells = readonly string[];

export function table(header: Cells, rows: readonly Cells[]): void {
  for (const line of tableLines(header, rows)) console.log(`  ${line}`);
}

/** Columns as wide as their widest cell; sizes and counts stand to the right. */
export function tableLines(header: Cells, rows: readonly Cells[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const isNumber = (at: number) => rows.every((row) => /^[\d.]/.test(row[at] ?? ''));
  const alignRight = header.map((_, at) => isNumber(at));
  return all.map((row) => {
    const cells = row.map((cell, at) =>
      alignRight[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
    );
    return cells.join('   ').trimEnd();
  });
}

/** States what `check` has just shown to be so; a claim that is false ends the demo. */
export function claim(text: string, check: () => void): void {
  check();
  console.log(`  ✓ ${text}`);
}
