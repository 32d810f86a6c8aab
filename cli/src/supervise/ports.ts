import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { UsageError } from '../usage-error.ts';

/** How many ports are tried: above the wanted one, or any. */
const PORT_TRIES_MAX = 100;
/** Below those that Linux gives to outgoing connections, which would take one between pick and use. */
const ANY_PORT_MIN = 10_240;
const ANY_PORT_MAX = 32_767;

export interface PickedPort {
  readonly wanted: number;
  readonly port: number;
}

/**
 * A free port for each name: the wanted one, or the next free one above; any free one for 0. Ports
 * that another name wants are not taken from it, and no two names get the same one: each is held
 * until all are picked.
 *
 * The port may be taken between this check and its use; whoever binds it then fails by name.
 */
export async function pickPorts<Name extends string>(
  host: string,
  wanted: Readonly<Record<Name, number>>,
): Promise<Record<Name, PickedPort>> {
  const picked: Partial<Record<Name, PickedPort>> = {};
  const reserved = new Set<number>(Object.values<number>(wanted));
  const holders: Server[] = [];
  try {
    for (const name in wanted) {
      const isAny = wanted[name] === 0;
      const holder = await (isAny
        ? holdAny(host, reserved)
        : holdFirstFree(host, wanted[name], reserved));
      holders.push(holder);
      picked[name] = { wanted: wanted[name], port: portOf(holder) };
    }
  } finally {
    await Promise.all(holders.map(close));
  }
  return complete(picked, wanted);
}

function complete<Name extends string>(
  picked: Partial<Record<Name, PickedPort>>,
  wanted: Readonly<Record<Name, number>>,
): Record<Name, PickedPort> {
  if (!isComplete(picked, wanted)) throw new Error('a port was not picked');
  return picked;
}

function isComplete<Name extends string>(
  picked: Partial<Record<Name, PickedPort>>,
  wanted: Readonly<Record<Name, number>>,
): picked is Record<Name, PickedPort> {
  return Object.keys(wanted).every((name) => name in picked);
}

async function holdAny(host: string, reserved: ReadonlySet<number>): Promise<Server> {
  for (let tries = 0; tries < PORT_TRIES_MAX; tries++) {
    const port = randomInt(ANY_PORT_MIN, ANY_PORT_MAX + 1);
    const holder = reserved.has(port) ? undefined : await hold(host, port);
    if (holder !== undefined) return holder;
  }
  throw new UsageError(`no free port between ${ANY_PORT_MIN} and ${ANY_PORT_MAX} on ${host}`);
}

async function holdFirstFree(
  host: string,
  wanted: number,
  reserved: ReadonlySet<number>,
): Promise<Server> {
  const atOnce = await hold(host, wanted);
  if (atOnce !== undefined) return atOnce;
  for (let port = wanted + 1; port <= wanted + PORT_TRIES_MAX && port < 65_536; port++) {
    const holder = reserved.has(port) ? undefined : await hold(host, port);
    if (holder !== undefined) return holder;
  }
  throw new UsageError(`no free port between ${wanted} and ${wanted + PORT_TRIES_MAX} on ${host}`);
}

/** A listener on that port; undefined when it is taken. */
function hold(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
