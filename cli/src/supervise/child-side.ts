/** The child's side of supervision: says when it is ready, ends when told or when the parent is gone. */

/** Tells the supervisor, if there is one, that this process serves. */
export function sayReady(): void {
  process.send?.('ready');
}

/**
 * An abort signal for the end of this process: SIGTERM, SIGINT, or a supervisor that is gone
 * (killed, so that it could not stop its children). A second signal ends the process at once.
 */
export function untilStopped(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.once('disconnect', () => controller.abort());
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
