import { setMaxListeners } from 'node:events';
import type { ServiceEvents } from './events/service-events.ts';
import type { BuiltComponent, Graph } from './graph/built-component.ts';

/** From SIGTERM to the moment a component is given up; shared by all. */
export const SHUTDOWN_DEADLINE_MS = 30_000;

/** What a component may still take after its deadline has aborted, to close what it holds. */
export const SHUTDOWN_GRACE_MS = 1000;

export interface ShutdownOptions {
  readonly events: ServiceEvents;
  readonly deadlineMs: number;
}

/**
 * Shuts components down so that no data is cut off: receivers first, then processors and connectors
 * the way data flows, exporters, extensions. Returns what went wrong; never rejects.
 */
export async function shutDown(graph: Graph, options: ShutdownOptions): Promise<readonly Error[]> {
  const deadline = new AbortController();
  // Every component listens, and there are as many as the configuration names.
  setMaxListeners(0, deadline.signal);
  const timer = setTimeout(() => deadline.abort(), options.deadlineMs);
  const errors: Error[] = [];
  const stop = async (built: BuiltComponent): Promise<void> => {
    const error = await shutDownOne(built, deadline.signal, options);
    if (error !== undefined) errors.push(error);
  };
  try {
    await Promise.all(graph.receivers.map(stop));
    for (const step of graph.steps.toReversed()) await stop(step);
    await Promise.all(graph.exporters.map(stop));
    for (const extension of graph.extensions.toReversed()) await stop(extension);
  } finally {
    clearTimeout(timer);
  }
  return errors;
}

/** Resolves when `work` is done, well or not, and after `limitMs` at the latest. */
export async function settled(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([Promise.allSettled([work]), limit]);
  clearTimeout(timer);
}

async function shutDownOne(
  built: BuiltComponent,
  deadline: AbortSignal,
  { events, deadlineMs }: ShutdownOptions,
): Promise<Error | undefined> {
  const overdue = afterDeadline(deadline);
  try {
    const finished = built.component.shutdown(deadline).then(() => 'finished' as const);
    if ((await Promise.race([finished, overdue.promise])) === 'finished') return undefined;
    events.shutdownGivenUp(built.name, deadlineMs);
    return new Error(`${built.name} did not shut down within ${deadlineMs} ms`);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    events.shutdownFailed(built.name, error);
    return new Error(`${built.name}: ${error.message}`, { cause: error });
  } finally {
    overdue.cancel();
  }
}

/** Resolves a grace after the deadline aborted. */
function afterDeadline(deadline: AbortSignal): {
  readonly promise: Promise<'overdue'>;
  readonly cancel: () => void;
} {
  let timer: NodeJS.Timeout | undefined;
  const { promise, resolve } = withResolver<'overdue'>();
  const startGrace = (): void => {
    timer = setTimeout(() => resolve('overdue'), SHUTDOWN_GRACE_MS);
  };
  if (deadline.aborted) startGrace();
  else deadline.addEventListener('abort', startGrace, { once: true });
  return {
    promise,
    cancel: () => {
      clearTimeout(timer);
      deadline.removeEventListener('abort', startGrace);
    },
  };
}

function withResolver<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
