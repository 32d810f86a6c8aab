import type { ReloadSource } from '@sonde/pipeline';

/** The child's side of supervision: says when it is ready, ends when told or when the parent is gone. */

/** Tells the supervisor, if there is one, that this process serves. */
export function sayReady(): void {
  process.send?.('ready');
}

/** A second signal this long after the first is impatience; sooner, it is the same Ctrl-C twice. */
const IMPATIENT_AFTER_MS = 1000;

/**
 * An abort signal for the end of this process: SIGTERM, SIGINT, or a supervisor that is gone
 * (killed, so that it could not stop its children).
 *
 * Under a supervisor SIGINT is not for this process: a terminal sends Ctrl-C to all of them at
 * once, and the supervisor stops them in order. A second signal ends the process at once.
 */
export function untilStopped(): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - firstMs > IMPATIENT_AFTER_MS) process.exit(130);
      return;
    }
    firstMs = performance.now();
    controller.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', () => {
    if (!process.connected) stop();
  });
  process.once('disconnect', () => controller.abort());
  return controller.signal;
}

/** SIGHUP: read the configuration again. */
export function hangups(): ReloadSource {
  return {
    subscribe: (listener) => {
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
