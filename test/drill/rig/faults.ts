import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Load, pause } from './load.ts';
import { embeddedRig, kafkaRig, type Rig, type RigOptions, TOPIC_PARTITIONS } from './rig.ts';
import { SmallDisk, smallDiskMissing } from './small-disk.ts';
import { addPartitions } from './topic-admin.ts';
import { judge, type Verdict } from './verdict.ts';

/** What was seen, besides the rows. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Answers to senders that were no acknowledgement, by status. */
  readonly refusals: ReadonlyMap<number, number>;
  readonly notes: Readonly<Record<string, number | string | null>>;
}

export interface FaultOptions {
  readonly bundle?: string | undefined;
  /** How long what is away stays away. Milliseconds. */
  readonly awayMs: number;
  /** How often, where it is about kills. */
  readonly kills: number;
  /** What lies between gateway and store. */
  readonly buffer: Rig['buffer'];
  /** On Kafka: by which records are written and read. */
  readonly client: string;
}

export interface Fault {
  readonly title: string;
  /** The buffers that it is tried on. */
  readonly buffers: readonly Rig['buffer'][];
  /** Why it cannot be tried here; undefined where it can. */
  missing?(): string | undefined;
  run(options: FaultOptions): Promise<Outcome>;
}

const JUDGED_WITHIN_MS = 180_000;
const REQUESTS = 60;
const WAIT_MS_MAX = 120_000;
const MIB: number = 1024 * 1024;
/** Fills a buffer of 128 MiB in a few hundred requests. */
const LARGE_REQUEST_BYTES: number = MIB;
const REFUSALS_SEEN = 40;
const HOUR_MS = 3_600_000;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await pause(20);
  }
}

function moreAcknowledged(load: Load, count: number = REQUESTS): Promise<void> {
  const wanted = load.acknowledgedCount + count;
  return until(`${count} more acknowledged`, () => load.acknowledgedCount >= wanted);
}

function refusalsOf(load: Load): Map<number, number> {
  const all = new Map<number, number>();
  for (const { refusals } of load.sent) {
    for (const [status, count] of refusals) all.set(status, (all.get(status) ?? 0) + count);
  }
  return all;
}

/** Runs `fault` under load, sends some more behind it and judges. */
async function under(
  rig: Rig,
  load: Load,
  fault: () => Promise<Outcome['notes']>,
): Promise<Outcome> {
  try {
    const notes = await fault();
    await moreAcknowledged(load);
    await load.stop();
    const verdict = await judge({ load, store: rig.store, timeoutMs: JUDGED_WITHIN_MS });
    return { verdict, refusals: refusalsOf(load), notes };
  } finally {
    await load.stop();
    await rig.end();
  }
}

function makeRig(options: FaultOptions, more: RigOptions = {}): Promise<Rig> {
  const { bundle, buffer, client } = options;
  if (buffer === 'embedded') return embeddedRig({ bundle, ...more });
  const gatewaySets = { 'exporters::kafka::client': client, ...more.gatewaySets };
  const sets = { 'receivers::kafka::client': client, ...more.sets };
  return kafkaRig({ bundle, ...more, gatewaySets, sets });
}

const BOTH = ['embedded', 'kafka'] as const;

async function started(rig: Rig, options: { readonly paddingBytes?: number } = {}): Promise<Load> {
  await rig.start();
  return new Load({ url: rig.url, pauseMs: 5, ...options });
}

const SIGTERM_UNDER_LOAD: Fault = {
  title: 'SIGTERM under load',
  buffers: BOTH,
  run: async (options) => {
    const rig = await makeRig(options);
    const load = await started(rig);
    return under(rig, load, async () => {
      await moreAcknowledged(load);
      const startMs = performance.now();
      const all = [...new Set([...rig.gateways, ...rig.deliverers])];
      const exitCodes = await Promise.all(all.map((process) => process.stop()));
      const drainMs = Math.round(performance.now() - startMs);
      await rig.start();
      return { exitCodes: exitCodes.join(' '), drainMs };
    });
  },
};

const STORE_AWAY: Fault = {
  title: 'the store is away',
  buffers: BOTH,
  run: async (options) => {
    const { awayMs } = options;
    const rig = await makeRig(options);
    const load = await started(rig);
    return under(rig, load, async () => {
      await moreAcknowledged(load);
      await rig.store.process.kill();
      const before = load.acknowledgedCount;
      await pause(awayMs);
      const acknowledgedMeanwhile = load.acknowledgedCount - before;
      await rig.start();
      return { awayMs, acknowledgedMeanwhile };
    });
  },
};

const CLOCK_JUMPS: Fault = {
  title: 'the clock jumps an hour on, and back',
  buffers: BOTH,
  run: async (options) => {
    const rig = await makeRig(options);
    await rig.store.process.start();
    const all = [...new Set([...rig.gateways, ...rig.deliverers])];
    for (const process of all) await process.start({ clockJumpMs: HOUR_MS });
    const load = await started(rig);
    return under(rig, load, async () => {
      await moreAcknowledged(load);
      for (const process of all) process.signal('SIGUSR2');
      await moreAcknowledged(load);
      for (const process of all) await process.kill();
      // As a clock that is set back: what the log wrote is an hour ahead of it.
      await rig.start();
      return {};
    });
  },
};

const KILLED_IN_MIGRATION: Fault = {
  title: 'the store is killed in its migrations',
  buffers: BOTH,
  run: async (options) => {
    const { kills } = options;
    const rig = await makeRig(options);
    for (const process of new Set([...rig.gateways, ...rig.deliverers])) await process.start();
    const load = new Load({ url: rig.url, pauseMs: 20 });
    return under(rig, load, async () => {
      let killed = 0;
      for (let start = 0; start < kills; start += 1) {
        await rig.store.process.start({ killAt: `statement=${randomInt(2, 9)}` });
        if (await rig.store.process.ended(0)) killed += 1;
        await rig.store.process.kill();
      }
      await rig.start();
      return { killed };
    });
  },
};

const BROKER_RESTARTS: Fault = {
  title: 'the broker is killed and comes back',
  buffers: ['kafka'],
  run: async (options) => {
    const { awayMs } = options;
    const rig = await makeRig(options);
    const load = await started(rig);
    return under(rig, load, async () => {
      await moreAcknowledged(load);
      for (const broker of rig.brokers) await broker.kill();
      await pause(awayMs);
      for (const broker of rig.brokers) await broker.start();
      return { awayMs };
    });
  },
};

const ONE_OF_THREE_BROKERS: Fault = {
  title: 'each of three brokers is killed and comes back',
  buffers: ['kafka'],
  run: async (options) => {
    const { awayMs } = options;
    const rig = await makeRig(options, { brokers: 3 });
    const load = await started(rig);
    return under(rig, load, async () => {
      const acknowledgedWhileAway: number[] = [];
      for (const broker of rig.brokers) {
        await moreAcknowledged(load);
        await broker.kill();
        const before = load.acknowledgedCount;
        await pause(awayMs / rig.brokers.length);
        acknowledgedWhileAway.push(load.acknowledgedCount - before);
        await broker.start();
      }
      return { awayMs, acknowledgedWhileAway: acknowledgedWhileAway.join(' ') };
    });
  },
};

const ROLLING_RESTART: Fault = {
  title: 'two gateways and two processes are restarted one after the other',
  buffers: ['kafka'],
  run: async (options) => {
    const rig = await makeRig(options, { gateways: 2 });
    const load = await started(rig);
    return under(rig, load, async () => {
      const exitCodes: (number | null)[] = [];
      for (const process of [...rig.gateways, ...rig.deliverers]) {
        await moreAcknowledged(load);
        exitCodes.push(await process.stop());
        // The other one goes on answering.
        await moreAcknowledged(load);
        await process.start();
      }
      return { exitCodes: exitCodes.join(' ') };
    });
  },
};

/** Highest resident memory of a process while `work` runs. Bytes. */
async function peakMemory(pid: number, work: () => Promise<void>): Promise<number> {
  let peak = 0;
  const look = (): void => {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    peak = Math.max(peak, Number(kib) * 1024);
  };
  const timer = setInterval(look, 100);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return peak;
}

/** Stops the store, fills the buffer, lets the store go on. */
async function fill(options: RigOptions): Promise<Outcome> {
  const rig = await embeddedRig(options);
  const load = await started(rig, { paddingBytes: LARGE_REQUEST_BYTES });
  return under(rig, load, async () => {
    const { pid } = rig.gateway;
    await moreAcknowledged(load);
    rig.store.process.signal('SIGSTOP');
    const refused = (): number => refusalsOf(load).get(503) ?? 0;
    const filling = await peakMemory(pid, () => until('a refusal', () => refused() > 0));
    const full = await peakMemory(pid, () => until('refusals', () => refused() > REFUSALS_SEEN));
    rig.store.process.signal('SIGCONT');
    return {
      fillingMib: Math.round(filling / MIB),
      fullMib: Math.round(full / MIB),
      memoryRatio: Math.round((full / filling) * 100) / 100,
    };
  });
}

const SLOW_CONSUMER: Fault = {
  title: 'the store stands still until the buffer is full',
  buffers: ['embedded'],
  run: ({ bundle }) =>
    fill({
      bundle,
      sets: {
        'exporters::buffer::size_max': '128MiB',
        'exporters::buffer::segment_size': '8MiB',
        'exporters::clickhouse::timeout': '5s',
      },
    }),
};

/** What Kafka does not take is all the buffer that a gateway has: 64 MiB, then senders wait. */
const BROKER_STANDS_STILL: Fault = {
  title: 'the broker stands still under large requests',
  buffers: ['kafka'],
  run: async (options) => {
    const gatewaySets = { 'exporters::kafka::timeout': '5s' };
    const rig = await makeRig(options, { gatewaySets });
    const load = await started(rig, { paddingBytes: LARGE_REQUEST_BYTES / 2 });
    return under(rig, load, async () => {
      const { pid } = rig.gateway;
      const before = await peakMemory(pid, () => moreAcknowledged(load));
      const refused = (): number => refusalsOf(load).get(503) ?? 0;
      for (const broker of rig.brokers) broker.signal('SIGSTOP');
      const full = await peakMemory(pid, () => until('refusals', () => refused() > REFUSALS_SEEN));
      for (const broker of rig.brokers) broker.signal('SIGCONT');
      return {
        beforeMib: Math.round(before / MIB),
        fullMib: Math.round(full / MIB),
        memoryRatio: Math.round((full / before) * 100) / 100,
      };
    });
  },
};

/** Twice as many of each topic, which nobody is told of: who writes and who reads find them. */
const PARTITIONS_ADDED: Fault = {
  title: 'partitions are added under load',
  buffers: ['kafka'],
  run: async (options) => {
    const rig = await makeRig(options, { gateways: 2 });
    const load = await started(rig);
    return under(rig, load, async () => {
      await moreAcknowledged(load);
      const count = 2 * TOPIC_PARTITIONS;
      const seen = await addPartitions(rig.brokerAddresses, count, () => moreAcknowledged(load));
      return { ...seen };
    });
  },
};

const DISK_FULL: Fault = {
  title: 'the disk of the buffer is full',
  buffers: ['embedded'],
  missing: smallDiskMissing,
  run: async ({ bundle }) => {
    const disk = SmallDisk.mount();
    const folder = join(disk.path, 'buffer');
    try {
      return await fill({
        bundle,
        sets: {
          'receivers::buffer::directory': folder,
          'exporters::buffer::directory': folder,
          // Nothing is kept back: the kernel says that the disk is full, not Sonde.
          'exporters::buffer::disk_reserve': '0',
          'exporters::buffer::segment_size': '4MiB',
          'exporters::clickhouse::timeout': '5s',
        },
      });
    } finally {
      disk.remove();
    }
  },
};

/** Full after a few more requests of half a MiB. */
const BROKER_LEFT_BYTES: number = 4 * MIB;

/** Kafka ends a broker whose disk is full; it comes back when somebody made room. */
const BROKER_DISK_FULL: Fault = {
  title: 'the disk of the broker is full',
  buffers: ['kafka'],
  missing: smallDiskMissing,
  run: async (options) => {
    const disk = SmallDisk.mount();
    try {
      const rig = await makeRig(options, { brokerParent: disk.path });
      const load = await started(rig, { paddingBytes: LARGE_REQUEST_BYTES / 2 });
      return await under(rig, load, async () => {
        await moreAcknowledged(load);
        disk.fillUpTo(BROKER_LEFT_BYTES);
        const refused = (): number => refusalsOf(load).get(503) ?? 0;
        await until('refusals', () => refused() > REFUSALS_SEEN);
        const acknowledgedBefore = load.acknowledgedCount;
        for (const broker of rig.brokers) await broker.kill();
        disk.makeRoom();
        for (const broker of rig.brokers) await broker.start();
        return { acknowledgedBefore };
      });
    } finally {
      disk.remove();
    }
  },
};

export const FAULTS: Readonly<Record<string, Fault>> = {
  sigterm: SIGTERM_UNDER_LOAD,
  'store-away': STORE_AWAY,
  clock: CLOCK_JUMPS,
  migration: KILLED_IN_MIGRATION,
  broker: BROKER_RESTARTS,
  'one-of-three': ONE_OF_THREE_BROKERS,
  rolling: ROLLING_RESTART,
  'broker-still': BROKER_STANDS_STILL,
  'slow-store': SLOW_CONSUMER,
  'disk-full': DISK_FULL,
  'broker-disk': BROKER_DISK_FULL,
  partitions: PARTITIONS_ADDED,
};
