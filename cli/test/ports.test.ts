import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { pickPorts } from '../src/supervise/ports.ts';

const HOST = '127.0.0.1';
const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Takes a port and returns it. */
function take(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    open.push(server);
    server.once('error', reject);
    server.listen(wanted, HOST, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

describe('picking ports', () => {
  it('takes a wanted port that is free', async () => {
    const port = await take();
    open.splice(0)[0]?.close();
    const picked = await pickPorts(HOST, { page: port });
    expect(picked.page).toEqual({ wanted: port, port });
  });

  it('steps over a taken port and over one that another name wants', async () => {
    const taken = await take();
    const picked = await pickPorts(HOST, { first: taken, second: taken + 1 });
    expect(picked.first.port).toBeGreaterThan(taken + 1);
    expect(picked.second.port).not.toBe(picked.first.port);
  });

  it('takes any free port for 0, each another', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `name-${index}`);
    const picked = await pickPorts(HOST, Object.fromEntries(names.map((name) => [name, 0])));
    const ports = new Set(Object.values(picked).map(({ port }) => port));
    expect(ports).not.toContain(0);
    expect(ports.size).toBe(names.length);
  });
});
