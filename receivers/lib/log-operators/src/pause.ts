/** Resolves after `ms`, or at once when `signal` aborts; then with false. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Resolves when `work` has ended, however, or when `deadline` aborts. */
export async function endBefore(deadline: AbortSignal, work: Promise<unknown>): Promise<void> {
  if (deadline.aborted) return;
  let passed = (): void => {};
  const passing = new Promise<void>((resolve) => {
    passed = resolve;
    deadline.addEventListener('abort', passed, { once: true });
  });
  await Promise.race([work.then(passed, passed), passing]);
  deadline.removeEventListener('abort', passed);
}
