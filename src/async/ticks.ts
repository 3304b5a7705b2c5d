/** Calls `work` again and again until it is disposed of, without keeping a process alive that has nothing else to do. */
export function everySoOften(milliseconds: number, work: () => void): Disposable {
  const timer = setInterval(work, milliseconds).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
