import { Child } from './child.ts';

export interface StagedProcess {
  readonly name: string;
  readonly title: string;
  readonly args: readonly string[];
  /** Of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** Processes that start side by side, once the stage before is ready. */
export interface Stage {
  readonly processes: readonly StagedProcess[];
  /** Filled as they start. */
  readonly children: Child[];
}

/** Who is told what happens to the processes. */
export interface StageWatch {
  readonly say: (line: string) => void;
  /** A process runs under another id than before. */
  readonly onRestarted: () => void;
}

/** Starts stage after stage; when one fails, what runs is stopped and the failure is thrown. */
export async function startStages(stages: readonly Stage[], watch: StageWatch): Promise<void> {
  try {
    for (const stage of stages) await startStage(stage, watch);
  } catch (error) {
    await stopStages(stages, 5000);
    throw error;
  }
}

async function startStage(stage: Stage, { say, onRestarted }: StageWatch): Promise<void> {
  const starts = stage.processes.map(async ({ title, ...process }) => {
    const began = performance.now();
    const child = new Child({ ...process, say, onRestarted });
    stage.children.push(child);
    await child.start();
    say(`${title}: ready in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  });
  const results = await Promise.allSettled(starts);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** As a stage of its own beside the others: what does not start is said. */
export async function startOptionalStage(stage: Stage, watch: StageWatch): Promise<void> {
  try {
    await startStage(stage, watch);
    if (stage.children.length > 0) watch.onRestarted();
  } catch (error) {
    watch.say(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Stops the last stage first. Whoever stops a service may send SIGTERM to all of its processes at once
 * (systemd does): what ends before its turn is not started again.
 */
export async function stopStages(stages: readonly Stage[], deadlineMs: number): Promise<void> {
  for (const { children } of stages) for (const child of children) child.expectEnd();
  for (const stage of stages.toReversed()) {
    await Promise.all(stage.children.map((child) => child.stop(deadlineMs)));
  }
}
