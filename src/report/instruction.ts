/**
 * An instruction of an image's history as the Dockerfile had it: without the shell and the marks that builders add, and
 * without the values of build arguments, which BuildKit puts before the shell and which nobody need see.
 */
export function readableInstruction(createdBy: string): string {
  const text = createdBy
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/ # buildkit$/, '');
  const nop = /^\/bin\/sh -c #\(nop\) (?<instruction>.*)$/.exec(text)?.groups?.['instruction'];
  if (nop !== undefined) return nop.trim();
  if (/^(?:RUN )?\|\d+ /.test(text)) return withoutArguments(text);
  return text.replace(/^(?:RUN )?\/bin\/sh -c /, 'RUN ');
}

/** `RUN |1 TOKEN=… /bin/sh -c make`. Values may hold spaces: with another shell, where they end is unknown. */
function withoutArguments(text: string): string {
  const shell = '/bin/sh -c ';
  const at = text.indexOf(` ${shell}`);
  return at < 0 ? 'RUN (with build arguments)' : `RUN ${text.slice(at + 1 + shell.length)}`;
}
