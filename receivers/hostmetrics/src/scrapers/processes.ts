import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HostFiles } from '../host-files.ts';
import { PROCESSES_MAX } from '../limits.ts';
import type { MetricDefinition } from '../metric.ts';
import { type ProcessStatus, parseProcessStatus } from '../proc/pid-stat.ts';
import { parseStat } from '../proc/stat.ts';
import type { ScrapeResult, Scraper } from '../scraper.ts';

export const PROCESSES_COUNT: MetricDefinition = {
  name: 'system.processes.count',
  description: 'Total number of processes in each state.',
  unit: '{processes}',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: true,
};

export const PROCESSES_CREATED: MetricDefinition = {
  name: 'system.processes.created',
  description: 'Total number of created processes.',
  unit: '{processes}',
  kind: 'counter',
  valueType: 'int',
  enabledByDefault: true,
};

/** Reads of some 10 us each between two turns of the event loop. */
const PROCESSES_A_TURN = 64;

/** Processes by state, and how many were ever created. */
export class ProcessesScraper implements Scraper {
  readonly name = 'processes';
  readonly definitions: readonly MetricDefinition[] = [PROCESSES_COUNT, PROCESSES_CREATED];

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const { processesCreated } = parseStat(await files.text('proc/stat'));
    const pids = (await files.names('proc')).filter((name) => /^\d+$/.test(name));
    const counts = await countByStatus(files, pids.slice(0, PROCESSES_MAX));
    const points = [...counts].map(([status, value]) => ({ attributes: { status }, value }));
    return {
      metrics: [
        { definition: PROCESSES_COUNT, points },
        { definition: PROCESSES_CREATED, points: [{ attributes: {}, value: processesCreated }] },
      ],
      warnings:
        pids.length > PROCESSES_MAX
          ? [`more than ${PROCESSES_MAX} processes: the rest is not counted`]
          : [],
    };
  }
}

async function countByStatus(
  files: HostFiles,
  pids: readonly string[],
): Promise<ReadonlyMap<ProcessStatus, number>> {
  // Always reported, so that the series do not come and go.
  const counts = new Map<ProcessStatus, number>([
    ['blocked', 0],
    ['idle', 0],
    ['running', 0],
    ['sleeping', 0],
    ['stopped', 0],
    ['zombies', 0],
  ]);
  for (const [index, pid] of pids.entries()) {
    if (index % PROCESSES_A_TURN === PROCESSES_A_TURN - 1) await nextTurn();
    const line = files.lineNow(`proc/${pid}/stat`);
    // A process that ended since the directory was read is none.
    if (line === undefined) continue;
    const status = parseProcessStatus(line);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}
