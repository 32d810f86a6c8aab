import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connectLoad, runLoad, startClient, startServer } from './children.ts';
import { certificate, HAS_CERTIFICATES } from './pairs.ts';
import { WatchedAgent } from './watched-agent.ts';

/** Bars of the design. */
const AGENT_US_BAR = 16;
const SERVER_SHARE_BAR = 0.03;
const BYSTANDER_SHARE_BAR = 0.1;

const IDLE_MS = 2_000;
const ROUNDS = Number(process.env['AGENT_BENCH_ROUNDS'] ?? 3);
const RATE = Number(process.env['AGENT_BENCH_RATE'] ?? 5_000);
/** Of requests inside of TLS, whose probes cost some ten times as much. */
const SECURE_RATE = RATE / 5;
const RATE_SECONDS = Number(process.env['AGENT_BENCH_SECONDS'] ?? 6);
/** A handler that is worth measuring. Microseconds. */
const BUSY_US = 50;
const PING_PONGS = 200_000;

/** A round each. */
interface Costs {
  readonly agentUs: number[];
  readonly serverUs: number[];
  readonly rssMb: number[];
  /** Of a core, without load; with whatever else the host does. */
  readonly idleShare: number[];
}

interface Variant {
  readonly name: string;
  /** `none`: the same load without an agent. */
  readonly agent: 'none' | 'metrics' | 'spans';
  readonly isSecure: boolean;
}

const VARIANTS: readonly Variant[] = [
  { name: 'none', agent: 'none', isSecure: false },
  { name: 'metrics', agent: 'metrics', isSecure: false },
  { name: 'metrics and spans', agent: 'spans', isSecure: false },
  { name: 'TLS, none', agent: 'none', isSecure: true },
  { name: 'TLS, metrics', agent: 'metrics', isSecure: true },
];

/** CPU of agent and server a request at a fixed rate, and of a bystander, in interleaved rounds. */
export async function cost(): Promise<void> {
  const variants = VARIANTS.filter(({ isSecure }) => !isSecure || HAS_CERTIFICATES);
  const rows = new Map<Variant, Costs>();
  const [without, withAgent]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const variant of variants) {
      const row = rows.get(variant) ?? { agentUs: [], serverUs: [], rssMb: [], idleShare: [] };
      rows.set(variant, row);
      await measure(variant, row);
      saySoFar(round, variant, row);
    }
    const agent = await agentWith('metrics');
    withAgent.push(await pingPongUs());
    await agent?.end();
    without.push(await pingPongUs());
    const [alone, beside] = [without, withAgent].map((us) => `${us.at(-1)?.toFixed(2)} us`);
    console.log(
      `round ${round + 1} of ${ROUNDS}, pipe: ${alone} without, ${beside} with the agent`,
    );
  }
  const rates = `${RATE} requests/s (TLS: ${SECURE_RATE}), both sides observed`;
  console.log(`CPU a request at ${rates}, medians of ${ROUNDS} rounds`);
  console.log(`(bar: agent ${AGENT_US_BAR} us, server +3 % in plaintext; TLS is reported):`);
  for (const [variant, costs] of rows) sayCosts(variant, costs, rows);
  sayBystander(without, withAgent);
}

function sayBystander(without: readonly number[], withAgent: readonly number[]): void {
  const sayOf = (how: string, of: (us: readonly number[]) => number): number => {
    const [alone, beside] = [of(without), of(withAgent)];
    const share = beside / alone - 1;
    console.log(
      `a byte through a pipe and back, ${how} of ${without.length}: ${alone.toFixed(2)} us of CPU ` +
        `without, ${beside.toFixed(2)} with the agent (${(100 * share).toFixed(1)} %, bar 10 %)`,
    );
    return share;
  };
  sayOf('median', median);
  // Where the two processes run side by side by chance, and what else runs, only add to it.
  const share = sayOf('least', (us) => Math.min(...us));
  if (share > BYSTANDER_SHARE_BAR) console.log('  over the bar');
}

/** Rounds take minutes: each says what it found. */
function saySoFar(round: number, { name }: Variant, { agentUs, serverUs }: Costs): void {
  const [agent, server] = [agentUs, serverUs].map((us) => `${us.at(-1)?.toFixed(1)} us`);
  console.log(`round ${round + 1} of ${ROUNDS}, ${name}: agent ${agent}, server ${server}`);
}

function sayCosts(
  { name, isSecure }: Variant,
  { agentUs, serverUs, rssMb, idleShare }: Costs,
  rows: ReadonlyMap<Variant, Costs>,
): void {
  const none = [...rows.entries()].find(
    ([other]) => other.agent === 'none' && other.isSecure === isSecure,
  );
  const server = median(serverUs);
  const share = server / median(none?.[1].serverUs ?? []) - 1;
  const mark = share > SERVER_SHARE_BAR && !isSecure ? ' (over the bar)' : '';
  console.log(
    `  ${name.padEnd(22)} agent ${median(agentUs).toFixed(1)} us  server ${server.toFixed(1)} us` +
      ` (${(100 * share).toFixed(1)} %)${mark}  agent RSS ${median(rssMb).toFixed(0)} MB, afterwards ` +
      `${(100 * median(idleShare)).toFixed(1)} % of a core`,
  );
}

async function agentWith(agent: Variant['agent']): Promise<WatchedAgent | undefined> {
  if (agent === 'none') return undefined;
  const withSpans = agent === 'spans';
  return WatchedAgent.start({ intervalMs: 10_000, withSpans, encoding: 'proto' });
}

async function measure({ agent: kind, isSecure }: Variant, row: Costs): Promise<void> {
  const agent = await agentWith(kind);
  const { server, port } = await startServer(BUSY_US, isSecure ? certificate() : []);
  const perSecond = isSecure ? SECURE_RATE : RATE;
  const requests = perSecond * RATE_SECONDS;
  const mode = isSecure ? 'TLS keep-alive' : 'keep-alive';
  const client = startClient({ mode, count: requests, connections: 50, perSecond, port });
  try {
    await connectLoad(client);
    // Once without being measured: what is compiled while it runs is no part of a request.
    await runLoad(client);
    const before = { agent: agent?.child.cpuUs() ?? 0, server: server.cpuUs() };
    await runLoad(client);
    row.agentUs.push(((agent?.child.cpuUs() ?? 0) - before.agent) / requests);
    row.serverUs.push((server.cpuUs() - before.server) / requests);
    row.rssMb.push(agent?.child.rssMb() ?? 0);
    const idleUs = agent?.child.cpuUs() ?? 0;
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    row.idleShare.push(((agent?.child.cpuUs() ?? 0) - idleUs) / (1000 * IDLE_MS));
  } finally {
    await Promise.all([client.end('SIGKILL'), server.end('SIGKILL'), agent?.end()]);
  }
}

/** Two processes that do nothing but pass a byte to each other: their CPU time a round. */
const PING_PONG = `
import os, resource, sys
count = int(sys.argv[1])
(a, b), (c, d) = os.pipe(), os.pipe()
if os.fork() == 0:
    for _ in range(count):
        os.write(d, os.read(a, 1))
    os._exit(0)
for _ in range(count):
    os.write(b, b'x')
    os.read(c, 1)
os.wait()
uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(sum(use.ru_utime + use.ru_stime for use in uses))
`;

async function pingPongUs(): Promise<number> {
  const { stdout } = await promisify(execFile)('python3', ['-c', PING_PONG, String(PING_PONGS)]);
  return (Number(stdout) * 1e6) / PING_PONGS;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
