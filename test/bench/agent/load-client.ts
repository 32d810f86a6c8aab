import { Agent, get } from 'node:http';
import { get as getSecurely, Agent as SecureAgent } from 'node:https';
import { connect, type Socket } from 'node:net';

/**
 * The client of benchmarks of the agent: a child process. Connects when it is told to `connect`, asks
 * when it is told to `go`, and says how many requests it finished.
 */
const [mode = 'keep-alive', port = '0', count = '100', connections = '50', perSecond = '0'] =
  process.argv.slice(2);
const HOST = process.env['LOAD_HOST'] ?? '127.0.0.1';
const PIPELINE_DEPTH = 16;

interface Plan {
  readonly open: () => Promise<void>;
  readonly ask: () => Promise<number>;
}

/** Workers that take numbers one after the other. */
async function inParallel(
  workers: number,
  ask: (number: number) => Promise<void>,
): Promise<number> {
  let next = 1;
  const started = performance.now();
  const rate = Number(perSecond);
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (next <= Number(count)) {
        const number = next++;
        const dueMs = rate > 0 ? started + (number * 1000) / rate : 0;
        const waitMs = dueMs - performance.now();
        if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
        await ask(number);
      }
    }),
  );
  return Number(count);
}

function request(number: number, agent: Agent | false): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: HOST, port, path: `/r/${number}`, agent }, (response) => {
      response.resume();
      response.once('end', () => resolve());
    }).once('error', reject);
  });
}

function requestSecurely(number: number, agent: SecureAgent): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { host: HOST, port, path: `/r/${number}`, agent, rejectUnauthorized: false };
    getSecurely(options, (response) => {
      response.resume();
      response.once('end', () => resolve());
    }).once('error', reject);
  });
}

function overTls(agent: SecureAgent, isKept: boolean): Plan {
  const workers = Number(connections);
  return {
    open: async () => {
      if (!isKept) return;
      await Promise.all(Array.from({ length: workers }, () => requestSecurely(1, agent)));
    },
    ask: () => inParallel(workers, (number) => requestSecurely(number, agent)),
  };
}

function overHttp(agent: Agent | false): Plan {
  const workers = Number(connections);
  return {
    // Connections that are there before the agent are: one request each, not counted.
    open: async () => {
      if (agent === false) return;
      await Promise.all(Array.from({ length: workers }, () => request(1, agent)));
    },
    ask: () => inParallel(workers, (number) => request(number, agent)),
  };
}

function opened(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: HOST, port: Number(port) }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends requests at once and waits for as many answers. */
function exchange(socket: Socket, numbers: readonly number[]): Promise<void> {
  return new Promise((resolve) => {
    let missing = numbers.length;
    let tail = '';
    const onData = (data: Buffer): void => {
      const text = tail + data.toString('latin1');
      missing -= text.split('HTTP/1.1 ').length - 1;
      // Of a status line that is cut in two the beginning is kept.
      tail = /H(?:T(?:T(?:P(?:\/(?:1(?:\.(?:1)?)?)?)?)?)?)?$/.exec(text)?.[0] ?? '';
      if (missing > 0 || !text.endsWith('}')) return;
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
    socket.write(numbers.map((n) => `GET /r/${n} HTTP/1.1\r\nHost: load\r\n\r\n`).join(''));
  });
}

/** Raw sockets that are all open at once. */
function overSockets(depth: number): Plan {
  const sockets: Socket[] = [];
  return {
    open: async () => {
      for (let i = 0; i < Number(connections); i++) sockets.push(await opened());
    },
    ask: async () => {
      const rounds = Math.floor(Number(count) / (sockets.length * depth));
      const numbers = Array.from({ length: depth }, (_, i) => i + 1);
      for (let i = 0; i < rounds; i++) {
        await Promise.all(sockets.map((socket) => exchange(socket, numbers)));
      }
      for (const socket of sockets) socket.destroy();
      return rounds * sockets.length * depth;
    },
  };
}

const PLANS: Readonly<Record<string, () => Plan>> = {
  'keep-alive': () => overHttp(new Agent({ keepAlive: true, maxSockets: Number(connections) })),
  'connection a request': () => overHttp(false),
  'TLS keep-alive': () =>
    overTls(new SecureAgent({ keepAlive: true, maxSockets: Number(connections) }), true),
  'TLS connection a request': () => overTls(new SecureAgent({ keepAlive: false }), false),
  pipelined: () => overSockets(PIPELINE_DEPTH),
  'all at once': () => overSockets(1),
};

const plan = PLANS[mode]?.();
if (plan === undefined) throw new Error(`no mode ${mode}`);
process.on('message', async (word) => {
  if (word === 'connect') {
    await plan.open();
    process.send?.('connected');
  } else if (word === 'go') {
    const before = process.cpuUsage();
    const asked = await plan.ask();
    const { user, system } = process.cpuUsage(before);
    process.send?.({ asked, cpuUs: user + system });
  }
});
process.once('disconnect', () => process.exit(0));
