import { unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { formatEndpoint, listenProblem, SondeError } from '@sonde/pipeline';
import { type ListenAddress, resolveHost } from './listen-address.ts';

/**
 * Makes `server` listen; `failed` is told what goes wrong later (no descriptor left for the next
 * connection), which harms no connection that is there. Resolves to the bound address, `127.0.0.1:4317` or a socket's path.
 * Rejects with `SondeError` `INTERNAL` and Go's text:
 * `listen tcp 127.0.0.1:4317: bind: address already in use`.
 */
export async function listen(
  server: Server,
  address: ListenAddress,
  failed: (error: Error) => void,
): Promise<string> {
  const bound = await bindTo(server, address);
  server.on('error', failed);
  return bound;
}

async function bindTo(server: Server, address: ListenAddress): Promise<string> {
  if (address.transport === 'unix') {
    await removeStaleSocket(address.path);
    await bind(server, { path: address.path });
    return address.path;
  }
  const { host, port } = address.endpoint;
  const bindHost = await resolveHost(host);
  const shown = formatEndpoint({ host: host === '' ? '' : bindHost, port });
  await bind(server, { host: bindHost, port });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return shown;
  return formatEndpoint({ host: bound.address, port: bound.port });
}

type BindOptions = { readonly path: string } | { readonly host: string; readonly port: number };

function bind(server: Server, options: BindOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      reject(new SondeError('INTERNAL', listenProblem(error), { cause: error }));
    };
    server.once('error', onError);
    server.listen({ ...options }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

/** A socket file that a killed process left behind would be "in use" for ever. */
async function removeStaleSocket(path: string): Promise<void> {
  if (await isStaleSocket(path)) await unlink(path);
}

/** Whether there is a socket at `path` on which nobody listens. */
function isStaleSocket(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
