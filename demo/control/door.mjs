// How another terminal talks to the running shop: HTTP on loopback, its address in `run.json`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { UsageError } from './arguments.mjs';
import { faultOf } from './faults.mjs';

const FAULT = /^\/faults\/([a-z-]+)\/(on|off)$/;
// A deployment of Java would take this long.
const ANSWER_TIMEOUT_MS = 120_000;

/** The address of the shop that runs in a folder; undefined where none does. */
export function runningShop(folder) {
  const path = join(folder, 'run.json');
  if (!existsSync(path)) return undefined;
  const { pid, control } = JSON.parse(readFileSync(path, 'utf8'));
  return existsSync(`/proc/${pid}`) ? control : undefined;
}

/** Opens the door and writes down where; `close` removes both. */
export async function openDoor(shop, folder) {
  const server = createServer((request, response) => {
    void answer(shop, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const path = join(folder, 'run.json');
  mkdirSync(folder, { recursive: true });
  const control = `http://127.0.0.1:${server.address().port}`;
  writeFileSync(path, JSON.stringify({ pid: process.pid, control, page: shop.page }));
  return {
    close: () => {
      rmSync(path, { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(shop, { method, url }) {
  try {
    if (method === 'GET' && url === '/status') return { status: 200, body: shop.report };
    const [, name, word] = FAULT.exec(url ?? '') ?? [];
    const fault = faultOf(name);
    if (method !== 'POST' || fault === undefined) {
      return { status: 404, body: { error: `nothing is at ${method} ${url}` } };
    }
    return { status: 200, body: { said: await shop.switchFault(fault, word === 'on') } };
  } catch (error) {
    return { status: 409, body: { error: error.message } };
  }
}

/** Asks the running shop; throws `UsageError` where there is none or it refuses. */
export async function askShop(folder, method, path) {
  const control = runningShop(folder);
  if (control === undefined) throw new UsageError('No shop is running: `npm run demo` starts it.');
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const response = await fetch(new URL(path, control), { method, signal });
  const body = await response.json();
  if (!response.ok) throw new UsageError(body.error);
  return body;
}
