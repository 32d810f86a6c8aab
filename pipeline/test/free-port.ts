import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below those that the kernel gives to whoever asks for any: nobody else gets it meanwhile. */
const PORT_MIN = 20_000;
const PORT_MAX = 31_999;
const TRIES_MAX = 100;

/** A port of 127.0.0.1 that nobody listens on; throws when so many in a row were taken. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = randomInt(PORT_MIN, PORT_MAX + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${PORT_MIN} and ${PORT_MAX}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listens) await new Promise((resolve) => server.close(resolve));
  return listens;
}
