import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';

/**
 * Main-thread work by frame, from the browser's own trace: the tasks of the page's main thread
 * between one begin-of-frame and the next, summed. `wallMs` is their time on the clock, `cpuMs` the
 * thread's CPU time, which a busy machine does not lengthen.
 */
export interface FrameWork {
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
}

const CATEGORIES = ['-*', 'toplevel', 'disabled-by-default-devtools.timeline.frame'];
const MICROSECONDS_PER_MS = 1000;
const TASK = 'ThreadControllerImpl::RunTask';
const FRAME_BEGIN = 'BeginMainThreadFrame';

const EVENTS = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      ts: z.number().optional(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
    }),
  ),
});
type TraceEvent = z.infer<typeof EVENTS>['traceEvents'][number];

/** Traces while `act` runs. */
export async function frameWork(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<FrameWork> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await act();
  const { traceEvents } = EVENTS.parse(JSON.parse((await browser.stopTracing()).toString('utf8')));
  return workOf(traceEvents);
}

function workOf(events: readonly TraceEvent[]): FrameWork {
  const begins = events.filter(({ name }) => name === FRAME_BEGIN);
  const thread = busiest(begins);
  const mine = (event: TraceEvent): boolean => `${event.pid} ${event.tid}` === thread;
  const starts = begins
    .filter(mine)
    .map(timeOf)
    .sort((a, b) => a - b);
  const tasks = events.filter((event) => event.name === TASK && event.ph === 'X' && mine(event));
  const wall = new Float64Array(starts.length);
  const cpu = new Float64Array(starts.length);
  for (const task of tasks) {
    const frame = lastAtOrBefore(starts, timeOf(task) + (task.dur ?? 0));
    if (frame < 0) continue;
    wall[frame] = (wall[frame] ?? 0) + (task.dur ?? 0) / MICROSECONDS_PER_MS;
    cpu[frame] = (cpu[frame] ?? 0) + (task.tdur ?? 0) / MICROSECONDS_PER_MS;
  }
  // What came after the last begin is no whole frame.
  return { wallMs: [...wall.slice(0, -1)], cpuMs: [...cpu.slice(0, -1)] };
}

/** The thread with most frames: the page's, not that of a worker or of an empty window. */
function busiest(begins: readonly TraceEvent[]): string {
  const counts = new Map<string, number>();
  for (const { pid, tid } of begins) {
    const thread = `${pid} ${tid}`;
    counts.set(thread, (counts.get(thread) ?? 0) + 1);
  }
  const [first] = [...counts].sort((a, b) => b[1] - a[1]);
  if (first === undefined) throw new Error('the trace has no frame');
  return first[0];
}

function timeOf(event: TraceEvent): number {
  return event.ts ?? 0;
}

/** Index of the last of `sorted` that is not after `value`; -1 when all are. */
function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
