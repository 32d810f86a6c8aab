import { createServer } from 'node:net';
import { UsageError } from '../usage-error.ts';

/** How many ports above the wanted one are tried. */
const PORT_TRIES_MAX = 100;

export interface PickedPort {
  readonly wanted: number;
  readonly port: number;
}

/**
 * A free port for each name: the wanted one, or the next free one above; any free one for 0. Ports
 * that another name wants are not taken from it.
 *
 * The port may be taken between this check and its use; whoever binds it then fails by name.
 */
export async function pickPorts<Name extends string>(
  host: string,
  wanted: Readonly<Record<Name, number>>,
): Promise<Record<Name, PickedPort>> {
  const picked: Partial<Record<Name, PickedPort>> = {};
  const reserved = new Set<number>(Object.values<number>(wanted));
  for (const name in wanted) {
    const port =
      wanted[name] === 0 ? await anyFree(host) : await firstFree(host, wanted[name], reserved);
    reserved.add(port);
    picked[name] = { wanted: wanted[name], port };
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

async function firstFree(host: string, wanted: number, reserved: Set<number>): Promise<number> {
  if (await isFree(host, wanted)) return wanted;
  for (let port = wanted + 1; port <= wanted + PORT_TRIES_MAX && port < 65_536; port++) {
    if (!reserved.has(port) && (await isFree(host, port))) return port;
  }
  throw new UsageError(`no free port between ${wanted} and ${wanted + PORT_TRIES_MAX} on ${host}`);
}

function anyFree(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0 }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
