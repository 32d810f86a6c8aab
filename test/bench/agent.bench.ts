import { spawnSync } from 'node:child_process';
import {
  type Child,
  connectLoad,
  type LoadOptions,
  runLoad,
  startClient,
  startForkingServer,
  startServer,
} from './agent/children.ts';
import { cost } from './agent/cost.ts';
import { PAIRS, type PairScenario } from './agent/pairs.ts';
import { type Seen, WatchedAgent } from './agent/watched-agent.ts';

/** Bars of the design. */
const COUNTED_BAR = 0.999;

const INTERVAL_MS = 500;
const PATIENCE_MS = 15_000;
/** `counts` or `cost` alone, or scenarios with this in their names. */
const ONLY = process.env['AGENT_BENCH_ONLY'];

interface Scenario {
  readonly name: string;
  readonly load: Omit<LoadOptions, 'port'>;
  readonly start: () => Promise<{ server: Child; port: number }>;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'keep-alive',
    load: { mode: 'keep-alive', count: 10_000, connections: 50 },
    start: () => startServer(),
  },
  {
    name: 'connection a request',
    load: { mode: 'connection a request', count: 5_000, connections: 50 },
    start: () => startServer(),
  },
  {
    name: 'pipelined by 16',
    load: { mode: 'pipelined', count: 8_000, connections: 10 },
    start: () => startServer(),
  },
  {
    name: 'fork a connection',
    load: { mode: 'connection a request', count: 500, connections: 8 },
    start: () => startForkingServer(),
  },
  {
    name: '1,000 connections at once',
    load: { mode: 'all at once', count: 3_000, connections: 1_000 },
    start: () => startServer(),
  },
];

/**
 * What the agent counts of what was sent, on both sides, and what it costs. Needs root. Prints; its
 * exit code says whether everything was counted.
 */
async function main(): Promise<void> {
  if (process.getuid?.() !== 0) {
    console.log('skipped: the agent needs root');
    return;
  }
  if (ONLY === 'cost') return cost();
  const misses: string[] = [];
  console.log('scenario                     agent   sent    server  client  5xx server/client');
  for (const scenario of SCENARIOS.filter(isWanted)) {
    for (const first of ['agent', 'programs'] as const) {
      const ok = await count(scenario, first);
      if (!ok) misses.push(`${scenario.name}, ${first} first`);
    }
  }
  for (const scenario of PAIRS.filter(isWanted)) {
    for (const first of ['agent', 'programs'] as const) {
      const ok = await countPair(scenario, first);
      if (!ok) misses.push(`${scenario.name}, ${first} first`);
    }
  }
  if (ONLY === undefined || ONLY === 'counts') await accuracy();
  if (ONLY === undefined) await cost();
  if (misses.length > 0) {
    console.log(`less than ${100 * COUNTED_BAR} % counted: ${misses.join('; ')}`);
    process.exitCode = 1;
  }
}

function isWanted({ name }: { readonly name: string }): boolean {
  return ONLY === undefined || ONLY === 'counts' || name.includes(ONLY);
}

async function count(
  { name, load, start }: Scenario,
  first: 'agent' | 'programs',
): Promise<boolean> {
  if (first === 'agent') {
    const agent = await agentAtWork();
    const { server, port } = await start();
    const client = startClient({ ...load, port });
    // Opening asks once on each connection that is kept.
    await connectLoad(client);
    const extra = load.mode === 'keep-alive' ? load.connections : 0;
    return report({ name, agent, server, client, port, extra, first });
  }
  const { server, port } = await start();
  const client = startClient({ ...load, port });
  await connectLoad(client);
  return report({ name, agent: await agentAtWork(), server, client, port, extra: 0, first });
}

async function countPair(
  { name, lacks, start }: PairScenario,
  first: 'agent' | 'programs',
): Promise<boolean> {
  if (lacks !== undefined) {
    console.log(`${name.padEnd(28)} skipped: no ${lacks}`);
    return true;
  }
  const early = first === 'agent' ? await agentAtWork() : undefined;
  const pair = await start();
  const opened = await pair.open();
  const agent = early ?? (await agentAtWork());
  try {
    const sent = (await pair.ask()) + (early === undefined ? 0 : opened);
    return line({ name, first, sent, seen: await settled(agent, pair.port, sent) });
  } finally {
    await Promise.all([pair.end(), agent.end()]);
  }
}

interface Line {
  readonly name: string;
  readonly first: string;
  readonly sent: number;
  readonly seen: readonly [Seen, Seen];
}

/** Says what was counted; whether that is enough. */
function line({ name, first, sent, seen }: Line): boolean {
  const [onServer, onClient] = seen;
  console.log(
    `${name.padEnd(28)} ${first === 'agent' ? 'before' : 'after '}  ${cell(sent)} ` +
      `${cell(onServer.count)} ${cell(onClient.count)} ${onServer.failed}/${onClient.failed}`,
  );
  return seen.every(({ count }) => count >= sent * COUNTED_BAR && count <= sent / COUNTED_BAR);
}

function agentAtWork(): Promise<WatchedAgent> {
  return WatchedAgent.start({ intervalMs: INTERVAL_MS, withSpans: false, encoding: 'json' });
}

interface Running {
  readonly name: string;
  readonly agent: WatchedAgent;
  readonly server: Child;
  readonly client: Child;
  readonly port: number;
  /** Requests before the run. */
  readonly extra: number;
  readonly first: string;
}

async function report({ name, agent, server, client, port, extra, first }: Running) {
  try {
    const { asked } = await runLoad(client);
    const sent = asked + extra;
    return line({ name, first, sent, seen: await settled(agent, port, sent) });
  } finally {
    await Promise.all([client.end('SIGKILL'), server.end('SIGKILL'), agent.end()]);
  }
}

function cell(number: number): string {
  return String(number).padEnd(7);
}

/** The counts once both sides have all, or when patience ends. */
async function settled(agent: WatchedAgent, port: number, sent: number) {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = [agent.seen('server', port), agent.seen('client', port)] as const;
    if (seen.every(({ count }) => count >= sent) || performance.now() > until) return seen;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS / 2));
  }
}

/** Durations of requests that take 10 ms, as the server's own clock and the agent measured them. */
async function accuracy(): Promise<void> {
  const agent = await agentAtWork();
  const { server, port } = await startServer(10_000);
  const client = startClient({ mode: 'keep-alive', count: 200, connections: 1, port });
  try {
    await connectLoad(client);
    await runLoad(client);
    const [onServer, onClient] = await settled(agent, port, 201);
    const own = await ownMeanMs(server);
    const mean = (side: { seconds: number; count: number }): string => {
      const ms = (1000 * side.seconds) / side.count;
      return `${ms.toFixed(2)} ms (${(100 * (ms / own - 1)).toFixed(1)} %)`;
    };
    console.log(
      `requests of 10 ms, by the server's clock ${own.toFixed(2)} ms (bar: 5 %): ` +
        `server ${mean(onServer)}, client ${mean(onClient)}`,
    );
  } finally {
    await Promise.all([client.end('SIGKILL'), server.end('SIGKILL'), agent.end()]);
  }
}

async function ownMeanMs(server: Child): Promise<number> {
  const answer = server.message();
  server.process.send('mean');
  const said = await answer;
  if (typeof said !== 'object' || said === null || !('totalMs' in said) || !('count' in said)) {
    throw new Error('no durations');
  }
  return Number(said.totalMs) / Number(said.count);
}

const python = spawnSync('python3', ['--version']);
if (python.status !== 0) console.log('no python3: the forking server will fail');
await main();
