import { lookup, lookupService, resolveCname } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import {
  arch,
  hostname,
  machine,
  networkInterfaces,
  platform,
  release,
  type,
  version,
} from 'node:os';
import { describeSystem } from '../describe-system.ts';
import {
  type DetectedAttributes,
  type DetectedValue,
  enabledOf,
  type Surroundings,
} from '../detector.ts';

export const HOSTNAME_SOURCES = ['os', 'dns', 'cname', 'lookup'] as const;
export type HostnameSource = (typeof HOSTNAME_SOURCES)[number];

export interface SystemSettings {
  readonly hostnameSources: readonly HostnameSource[];
  readonly enabled: ReadonlySet<string>;
}

/** Go's names where they differ from Node's. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['ia32', 'x86'],
  ['ppc64', 'ppc64'],
  ['arm', 'arm32'],
]);

const SOURCES: Readonly<Record<HostnameSource, () => Promise<string>>> = {
  os: async () => hostname(),
  dns: fullName,
  cname: async () => withoutDot((await resolveCname(hostname()))[0] ?? ''),
  lookup: reverseName,
};

/** What the operating system says of itself. */
export async function detectSystem(
  { logger, signal }: Surroundings,
  { hostnameSources, enabled }: SystemSettings,
): Promise<DetectedAttributes> {
  const found: Record<string, DetectedValue | undefined> = {
    'os.type': platform(),
    'host.arch': ARCHITECTURES.get(arch()) ?? arch(),
    ...interfaces(),
  };
  for (const source of hostnameSources) {
    try {
      const name = await bounded(SOURCES[source](), signal);
      if (name === '') continue;
      found['host.name'] = name;
      break;
    } catch (error) {
      logger.debug('No host name from a source', { source, error: String(error) });
    }
  }
  if (found['host.name'] === undefined) {
    throw new Error('all hostname sources failed to get hostname');
  }
  Object.assign(found, await osRelease(), await cpu(enabled));
  found['host.id'] = (await text('/etc/machine-id')).trim();
  return enabledOf(found, enabled);
}

/** A resolver that does not answer must not keep the start waiting. */
function bounded(name: Promise<string>, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error('no answer in time'));
    signal.addEventListener('abort', late, { once: true });
    name.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
    if (signal.aborted) late();
  });
}

/** The canonical name of the hosts file, else of DNS. */
async function fullName(): Promise<string> {
  const own = hostname();
  for (const line of (await text('/etc/hosts')).split('\n')) {
    const [, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (names.includes(own) && names[0]?.includes('.') === true) return names[0];
  }
  return await reverseName();
}

async function reverseName(): Promise<string> {
  const { address } = await lookup(hostname());
  return withoutDot((await lookupService(address, 0)).hostname);
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function interfaces(): Readonly<Record<string, readonly string[]>> {
  const all = Object.entries(networkInterfaces()).map(
    ([name, addresses = []]) => [name, addresses.filter(({ internal }) => !internal)] as const,
  );
  const outer = all.flatMap(([, addresses]) => addresses);
  const macs = outer.map(({ mac }) => mac.toUpperCase().replaceAll(':', '-'));
  return {
    'host.ip': outer.map(({ address }) => address),
    'host.mac': [...new Set(macs)].filter((mac) => mac !== '00-00-00-00-00-00'),
    'host.interface': all.filter(([, addresses]) => addresses.length > 0).map(([name]) => name),
  };
}

async function osRelease(): Promise<Readonly<Record<string, string | undefined>>> {
  return describeSystem({
    osRelease: await text('/etc/os-release'),
    debianVersion: await text('/etc/debian_version'),
    kernel: [type(), hostname(), release(), version(), machine()].join(' '),
  });
}

const CPU_FIELDS: readonly (readonly [string, string])[] = [
  ['host.cpu.vendor.id', 'vendor_id'],
  ['host.cpu.family', 'cpu family'],
  ['host.cpu.model.id', 'model'],
  ['host.cpu.model.name', 'model name'],
  ['host.cpu.stepping', 'stepping'],
];

/** The first processor of `/proc/cpuinfo`. */
async function cpu(
  enabled: ReadonlySet<string>,
): Promise<Readonly<Record<string, DetectedValue | undefined>>> {
  if (![...enabled].some((key) => key.startsWith('host.cpu.'))) return {};
  const [first = ''] = (await text('/proc/cpuinfo')).split('\n\n');
  const fields = new Map(
    first.split('\n').map((line): [string, string] => {
      const [key = '', value = ''] = line.split(':');
      return [key.trim(), value.trim()];
    }),
  );
  const found = CPU_FIELDS.map(([key, field]) => [key, fields.get(field)] as const);
  const [, kib] = /^(\d+) KB$/.exec(fields.get('cache size') ?? '') ?? [];
  const cache = kib === undefined ? undefined : BigInt(kib);
  return { ...Object.fromEntries(found), 'host.cpu.cache.l2.size': cache };
}

/** Empty where there is no such file. */
async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
