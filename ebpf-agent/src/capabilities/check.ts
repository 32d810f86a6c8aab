import { existsSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { refusalOf } from '../kernel/kernel-error.ts';
import { loadNativeAddon, type NativeAddon, type NativeObject } from '../kernel/native-addon.ts';
import { readObject } from '../kernel/programs.ts';

/** Something the agent does where the host allows it. */
export interface Capability {
  readonly feature: string;
  /** What it is for. */
  readonly gives: string;
  /** Why it is off; undefined: it is on. */
  readonly reason: string | undefined;
  /** The agent works without it. */
  readonly isOptional: boolean;
}

interface Feature {
  readonly feature: string;
  readonly gives: string;
  readonly isOptional?: boolean;
  /** Throws, or says why not. */
  readonly probe: (addon: NativeAddon) => string | undefined;
}

/** Programs of an object that are loaded for a probe; the others of it are not looked at. */
interface Trial {
  readonly object: string;
  readonly programs: readonly string[];
  readonly attach: (addon: NativeAddon, object: NativeObject, program: string) => void;
}

/** Every program of each object: those that are not tried are left out. */
const ALL_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  process: ['forked', 'executed', 'exited'],
  usage: ['report_tasks'],
  memory: ['out_of_memory'],
  disk: ['disk_started', 'disk_done'],
  traffic: [
    ...['sent', 'received', 'state_changed', 'report_sockets', 'secure_call'],
    ...['reset_sent', 'reset_received'],
  ],
  capability: [
    'try_raw_tracepoint',
    'try_tracepoint',
    'try_perf_event',
    'try_kprobe',
    'try_fentry',
  ],
};

const BTF = '/sys/kernel/btf/vmlinux';

const TRACEFS = '/sys/kernel/tracing/events';

/** One page: the least a ring can have. */
const TRIAL_RING_BYTES = 4096;

/** Samples per second of the trial; it is over in a moment. */
const TRIAL_HZ = 1;

const plain: Trial['attach'] = (addon, object, program) => addon.attach(object, program);

const iterated: Trial['attach'] = (addon, object, program) => {
  addon.runIterator(addon.attachIterator(object, program));
};

const FEATURES: readonly Feature[] = [
  {
    feature: 'kernel types',
    gives: 'programs that fit this kernel (BTF)',
    probe: missingTypes,
  },
  {
    feature: 'rights',
    gives: 'loading programs (root, or CAP_BPF and CAP_PERFMON)',
    probe: missingRights,
  },
  {
    feature: 'processes',
    gives: 'every process from fork to exit, named',
    probe: trial({ object: 'process', programs: ['forked', 'executed', 'exited'], attach: plain }),
  },
  {
    feature: 'requests',
    gives: 'HTTP, gRPC, databases, brokers, DNS on both sides, bytes (kernel 6.3)',
    probe: trial({ object: 'traffic', programs: ['sent', 'received'], attach: plain }),
  },
  {
    feature: 'connections',
    gives: 'TCP connections opened, refused and closed, with their owner',
    probe: trial({ object: 'traffic', programs: ['state_changed'], attach: plain }),
  },
  {
    feature: 'open sockets',
    gives: 'what long connections do before they close, full queues of sockets that listen',
    isOptional: true,
    probe: trial({
      object: 'traffic',
      programs: ['report_sockets'],
      attach: iterated,
    }),
  },
  {
    feature: 'resets',
    gives: 'connections that were reset, by whom',
    isOptional: true,
    probe: trial({
      object: 'traffic',
      programs: ['reset_sent', 'reset_received'],
      attach: plain,
    }),
  },
  {
    feature: 'usage',
    gives: 'CPU, memory, files and faults of every process',
    isOptional: true,
    probe: trial({
      object: 'usage',
      programs: ['report_tasks'],
      attach: iterated,
    }),
  },
  {
    feature: 'out of memory',
    gives: 'who is killed for want of memory (kernel 6.8)',
    isOptional: true,
    probe: trial({ object: 'memory', programs: ['out_of_memory'], attach: plain }),
  },
  {
    feature: 'disks',
    gives: 'how long disks take, by who asks (kernel 6.5)',
    isOptional: true,
    probe: trial({ object: 'disk', programs: ['disk_started', 'disk_done'], attach: plain }),
  },
  {
    feature: 'TLS',
    gives: 'requests inside of TLS: OpenSSL, GnuTLS, Go, rustls, node (kernel 6.6)',
    isOptional: true,
    probe: trial({
      object: 'traffic',
      programs: ['secure_call'],
      // The program that runs now, at its beginning: an address that is never called again.
      attach: (addon, object, program) => {
        const offset = Buffer.alloc(8);
        offset.writeBigUInt64LE(BigInt(entryOf(process.execPath)));
        addon.attachUprobes(object, program, process.execPath, offset, Buffer.alloc(8));
      },
    }),
  },
  unused('raw tracepoints', 'kernels before 6.3', 'try_raw_tracepoint', plain),
  unused('tracepoints', 'nothing: the agent does without', 'try_tracepoint', (...trial) => {
    if (!existsSync(TRACEFS)) throw new Error(`tracefs is not mounted at ${TRACEFS}`);
    plain(...trial);
  }),
  unused('CPU samples', 'profiles', 'try_perf_event', (addon, object, program) => {
    addon.attachPerfEvent(object, program, 0, TRIAL_HZ);
  }),
  unused('kernel probes', 'nothing: the agent does without', 'try_kprobe', plain),
  unused('function entries', 'nothing: the agent does without', 'try_fentry', plain),
];

/** Why no part of the agent can run here, by what shows at once; `checkCapabilities` tries. */
export function obstacleToRunning(): string | undefined {
  try {
    loadNativeAddon();
    return missingTypes() ?? missingRights();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Tries everything alone; some seconds, most of them the kernel's verifier. Nothing stays behind. */
export function checkCapabilities(): readonly Capability[] {
  let addon: NativeAddon;
  try {
    addon = loadNativeAddon();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return FEATURES.map((feature) => capability(feature, reason));
  }
  return FEATURES.map((feature) => capability(feature, outcome(feature, addon)));
}

function capability(
  { feature, gives, isOptional = false }: Feature,
  reason: string | undefined,
): Capability {
  return { feature, gives, reason, isOptional };
}

function outcome({ probe }: Feature, addon: NativeAddon): string | undefined {
  try {
    return probe(addon);
  } catch (error) {
    return refusalOf(error).replace(/^try_\w+: |^capability: /, '');
  }
}

function unused(feature: string, gives: string, program: string, attach: Trial['attach']): Feature {
  const probe = trial({ object: 'capability', programs: [program], attach });
  return { feature, gives, isOptional: true, probe };
}

function trial({ object: name, programs, attach }: Trial): Feature['probe'] {
  return (addon) => {
    const object = addon.open(readObject(name), name);
    try {
      for (const program of ALL_PROGRAMS[name] ?? []) {
        addon.setAutoload(object, program, programs.includes(program));
      }
      if (name !== 'capability') addon.setMapSize(object, 'ring', TRIAL_RING_BYTES);
      addon.load(object);
      for (const program of programs) attach(addon, object, program);
      return undefined;
    } finally {
      addon.close(object);
    }
  };
}

function missingTypes(): string | undefined {
  return existsSync(BTF) ? undefined : `${BTF} is not there: CONFIG_DEBUG_INFO_BTF`;
}

/** Numbers of capabilities(7). */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

function missingRights(): string | undefined {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const has = (capability: bigint): boolean => ((effective >> capability) & 1n) === 1n;
  if (has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON))) return undefined;
  const missing = [
    ...(has(CAP_BPF) ? [] : ['CAP_BPF']),
    ...(has(CAP_PERFMON) ? [] : ['CAP_PERFMON']),
  ];
  return `not root, and without ${missing.join(' and ')}`;
}

/** Where a program's entry lies in its file (elf(5)): e_entry less the address of its segment. */
function entryOf(path: string): number {
  if (endianness() !== 'LE') throw new Error('little-endian hosts alone are supported');
  const image = readFileSync(path).subarray(0, 4096);
  const entry = image.readBigUInt64LE(24);
  const tableAt = Number(image.readBigUInt64LE(32));
  const [size, count] = [image.readUInt16LE(54), image.readUInt16LE(56)];
  for (let at = tableAt; at < tableAt + size * count; at += size) {
    const isLoaded = image.readUInt32LE(at) === 1;
    const [offset, address] = [image.readBigUInt64LE(at + 8), image.readBigUInt64LE(at + 16)];
    const length = image.readBigUInt64LE(at + 32);
    if (isLoaded && entry >= address && entry < address + length) {
      return Number(entry - address + offset);
    }
  }
  throw new Error(`${path} has no entry`);
}
