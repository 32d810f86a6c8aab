import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { WatchedAgent } from './agent/watched-agent.ts';

/** The bars of the design: a share of one core, with as many processes on the host. */
const CPU_BAR = 0.005;
const PROCESSES = 200;
const SERVICES = 50;
const RSS_MB_BAR = 120;

const INTERVAL_MS = 10_000;
/** V8 compiles for some minutes what runs once every ten seconds. */
const SETTLE_MS = 60_000;
const WATCH_MS = Number(process.env['AGENT_IDLE_SECONDS'] ?? 180) * 1_000;
const ROUNDS = 3;

/** Prints what the agent takes of a core while nothing happens that it would have to tell. */
async function main(): Promise<void> {
  const processes = Array.from({ length: PROCESSES }, (_, index) => startOne(index));
  const agent = await WatchedAgent.start({
    intervalMs: INTERVAL_MS,
    withSpans: true,
    encoding: 'proto',
  });
  try {
    console.log(`${PROCESSES} processes, ${SERVICES} services; a report every 10 s`);
    await delay(SETTLE_MS);
    const shares: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = agent.child.cpuUs();
      const forksBefore = forks();
      await delay(WATCH_MS);
      const share = (agent.child.cpuUs() - before) / (WATCH_MS * 1_000);
      shares.push(share);
      const others = (forks() - forksBefore) / (WATCH_MS / 1_000);
      console.log(`${percent(share)} of a core, while others started ${others.toFixed(1)} /s`);
    }
    const median = shares.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
    console.log(
      `idle: ${percent(median)} of a core, median of ${ROUNDS} (bar ${percent(CPU_BAR)})`,
    );
    const [rss, peak] = [agent.child.rssMb(), agent.child.peakRssMb()].map((mb) => mb.toFixed(0));
    console.log(`memory: ${rss} MB RSS, at most ${peak} MB since its start (bar ${RSS_MB_BAR} MB)`);
  } finally {
    await agent.end();
    for (const child of processes) child.kill('SIGKILL');
  }
}

function startOne(index: number): ChildProcess {
  const env = { ...process.env, OTEL_SERVICE_NAME: `service-${index % SERVICES}` };
  return spawn('sleep', ['10000'], { env, stdio: 'ignore' });
}

/** Processes and threads since the host started. */
function forks(): number {
  return Number(/^processes (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

await main();
