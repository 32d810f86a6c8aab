import { randomInt } from 'node:crypto';
import { Load, pause } from './load.ts';
import { KAFKA_PARTITIONS, type Rig, type Victim } from './rig.ts';
import type { SondeProcess } from './sonde-process.ts';
import { judge, type Verdict } from './verdict.ts';

/** A process that comes to no moment in this time is a fault of the drill. */
const ARRIVES_WITHIN_MS = 60_000;
const JUDGED_WITHIN_MS = 120_000;
const ALIVE_MS_MAX = 1500;
/** A moment is passed a few times first: not always the first batch after a start. */
const TIMES_MAX = 4;
/** Requests after the last kill, so that every partition has some behind all others. */
const LAST_REQUESTS = 40;
/** Makes a segment of 1 MiB full in a second. */
const PADDING_BYTES = 64 * 1024;
/** Between two requests of a sender. One kill a point needs no more than a few. Milliseconds. */
const PAUSE_MS = 5;
const PAUSE_IN_TURN_MS = 25;

/** Where and in which process to kill. */
export interface KillPoint {
  /** In words. */
  readonly title: string;
  /** As `kill-at.mjs` knows it; undefined: at any time. */
  readonly moment: string | undefined;
  readonly who: 'gateway' | 'deliverer' | 'store' | 'any';
  readonly needsRollingSegments?: boolean;
  readonly only?: Rig['buffer'];
}

export const KILL_POINTS: readonly KillPoint[] = [
  { title: 'after the sync, before the answer', moment: 'sonde.buffer.synced', who: 'gateway' },
  {
    title: 'the next segment is made, its name is not durable',
    moment: 'sonde.buffer.segment_made',
    who: 'gateway',
    needsRollingSegments: true,
    only: 'embedded',
  },
  {
    title: 'the next segment is named, nothing is written to it',
    moment: 'sonde.buffer.segment_named',
    who: 'gateway',
    needsRollingSegments: true,
    only: 'embedded',
  },
  {
    title: 'a position is written, not synced',
    moment: 'sonde.buffer.position_written',
    who: 'gateway',
    only: 'embedded',
  },
  { title: 'before the insert', moment: 'sonde.delivery.begun', who: 'deliverer' },
  { title: 'the insert is sent', moment: 'insert.sent', who: 'deliverer' },
  { title: 'between two tables', moment: 'insert.next_table', who: 'deliverer' },
  {
    title: 'after the insert, before its answer is read',
    moment: 'insert.answered',
    who: 'deliverer',
  },
  { title: 'between insert and commit', moment: 'sonde.delivery.taken', who: 'deliverer' },
  { title: 'after the commit', moment: 'sonde.delivery.committed', who: 'deliverer' },
  {
    title: 'in a rebalance: a partition came',
    moment: 'sonde.delivery.assigned',
    who: 'deliverer',
  },
  {
    title: 'in a rebalance: a partition goes',
    moment: 'sonde.delivery.revoked',
    who: 'deliverer',
    only: 'kafka',
  },
];

export const ANY_MOMENT: KillPoint = { title: 'at any moment', moment: undefined, who: 'any' };

export function pointsOf(rig: Pick<Rig, 'buffer'>): readonly KillPoint[] {
  return KILL_POINTS.filter(({ only }) => only === undefined || only === rig.buffer);
}

export interface KillRoundsOptions {
  readonly rig: Rig;
  readonly point: KillPoint;
  readonly kills: number;
}

/** Kills at one point so often while senders send, and judges what the store has. */
export async function killRounds({ rig, point, kills }: KillRoundsOptions): Promise<Verdict> {
  await rig.start();
  const load = { isPadded: point.needsRollingSegments === true, pauseMs: PAUSE_MS };
  return underLoad(rig, load, async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      await killOnce(rig, point);
      await rig.start();
    }
  });
}

/** Kills once at each point, each start going to the next one, and judges what the store has. */
export async function killInTurn(rig: Rig, points: readonly KillPoint[]): Promise<Verdict> {
  await rig.start();
  const isPadded = points.some(({ needsRollingSegments }) => needsRollingSegments);
  return underLoad(rig, { isPadded, pauseMs: PAUSE_IN_TURN_MS }, async () => {
    for (const point of points) await killOnce(rig, point);
    await rig.start();
  });
}

async function underLoad(
  rig: Rig,
  { isPadded, pauseMs }: { readonly isPadded: boolean; readonly pauseMs: number },
  work: () => Promise<void>,
): Promise<Verdict> {
  const padding = isPadded ? { paddingBytes: PADDING_BYTES } : {};
  const load = new Load({ url: rig.url, ...padding, pauseMs });
  try {
    await work();
    const before = load.acknowledgedCount;
    while (load.acknowledgedCount < before + LAST_REQUESTS) await pause(10);
  } finally {
    await load.stop();
  }
  return judge({ load, store: rig.store, timeoutMs: JUDGED_WITHIN_MS });
}

async function killOnce(rig: Rig, point: KillPoint): Promise<void> {
  if (point.moment === undefined) return killAtAnyTime(rig);
  return killAtMoment(rig, point, `${point.moment}=${randomInt(1, timesMax(point) + 1)}`);
}

/** Partitions come and go once a rebalance. */
function timesMax({ moment = '' }: KillPoint): number {
  return moment.endsWith('assigned') || moment.endsWith('revoked') ? 1 : TIMES_MAX;
}

async function killAtMoment(rig: Rig, point: KillPoint, killAt: string): Promise<void> {
  const victim = oneOf(point.who === 'gateway' ? [rig.gateway] : rig.deliverers);
  await victim.kill();
  await victim.start({ killAt });
  if (point.moment === 'sonde.delivery.revoked') await provokeRevocation(rig, victim);
  if (await victim.ended(ARRIVES_WITHIN_MS)) return;
  throw new Error(`${victim.name} did not come to ${killAt}:\n${victim.output}`);
}

/** The others end and come back: the victim has all partitions, then gives some away. */
async function provokeRevocation(rig: Rig, victim: SondeProcess): Promise<void> {
  for (const other of rig.deliverers) {
    if (other === victim) continue;
    await other.stop();
    await untilReadingAll(victim);
    await other.start();
  }
}

/** One that has not all of them gives none away: it keeps its half. */
async function untilReadingAll(process: SondeProcess): Promise<void> {
  const deadline = performance.now() + ARRIVES_WITHIN_MS;
  while (partitionsRead(process) < KAFKA_PARTITIONS) {
    if (performance.now() > deadline) throw new Error(`${process.name} does not read everything`);
    await pause(50);
  }
}

/** Partitions that it said it reads in this life. */
function partitionsRead({ output }: SondeProcess): number {
  const life = output.slice(output.lastIndexOf('Starting sonde...'));
  const read = life.matchAll(/Reading a partition\..*("topic":"\w+","partition":\d+)/g);
  return new Set(Array.from(read, ([, place]) => place)).size;
}

async function killAtAnyTime(rig: Rig): Promise<void> {
  const processes = [rig.gateway, ...rig.deliverers, rig.store.process];
  const victim: Victim = oneOf([...processes, ...rig.brokers]);
  await pause(randomInt(0, ALIVE_MS_MAX));
  await victim.kill();
  // Who of the processes is dead the rig knows.
  if (rig.brokers.some((broker) => broker === victim)) await victim.start();
}

function oneOf<T>(all: readonly T[]): T {
  const one = all[randomInt(0, all.length)];
  if (one === undefined) throw new Error('nobody to kill');
  return one;
}
