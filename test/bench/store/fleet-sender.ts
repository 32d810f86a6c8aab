import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { EXPORT_PATHS } from '@sonde/proto';
import { type FleetSignal, ROWS_PER_SLICE, sliceRequests } from './fleet.ts';

/**
 * `fleet-sender.ts HOST:PORT SIGNAL FROM TO END_MS SLICES [ROWS_PER_SECOND]`: sends those slices and
 * ends. With `-` for FROM and TO it sends what each line of its input says (`FROM TO`) over the same
 * connections, as senders keep them, and writes a line when all of it is answered.
 */
const CONNECTIONS = 16;
const RETRY_MS = 200;
const ATTEMPTS_MAX = 3000;

async function main(args: readonly string[]): Promise<void> {
  const [address = '', signal = '', from = '', to = '', endMs, slices, rate = '0'] = args;
  if (signal !== 'traces' && signal !== 'logs' && signal !== 'metrics') {
    throw new RangeError(`no fleet of ${signal}`);
  }
  const day = { endMs: Number(endMs), slices: Number(slices) };
  const pace = new Pace(Number(rate));
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(address)));
  const send = async (first: string, end: string): Promise<void> => {
    const queue = bodies(signal, Number(first), Number(end), day);
    await Promise.all(sockets.map((socket) => lane(socket, { address, signal, queue, pace })));
  };
  if (from === '-') {
    for await (const line of createInterface({ input: process.stdin })) {
      const [first = '', end = ''] = line.split(' ');
      await send(first, end);
      process.stdout.write('sent\n');
    }
  } else {
    await send(from, to);
  }
  for (const socket of sockets) socket.end();
}

async function open(address: string): Promise<Socket> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  return socket;
}

function* bodies(
  signal: FleetSignal,
  from: number,
  to: number,
  day: { readonly endMs: number; readonly slices: number },
): Generator<Uint8Array> {
  for (let slice = from; slice < to; slice++) yield* sliceRequests(signal, slice, day);
}

/** Spreads requests over time; a rate of 0 does not. */
class Pace {
  readonly #msPerRequest: number;
  #nextMs: number = performance.now();

  constructor(rowsPerSecond: number) {
    const requestsPerSlice = 16;
    const rowsPerRequest = ROWS_PER_SLICE / requestsPerSlice;
    this.#msPerRequest = rowsPerSecond === 0 ? 0 : (1000 * rowsPerRequest) / rowsPerSecond;
  }

  async turn(): Promise<void> {
    if (this.#msPerRequest === 0) return;
    const at = Math.max(this.#nextMs, performance.now());
    this.#nextMs = at + this.#msPerRequest;
    await wait(at - performance.now());
  }
}

interface Work {
  readonly address: string;
  readonly signal: FleetSignal;
  readonly queue: Generator<Uint8Array>;
  readonly pace: Pace;
}

/** HTTP/1.1 on one socket until nothing is left; a refusal that may be tried again is. */
async function lane(socket: Socket, { address, signal, queue, pace }: Work): Promise<void> {
  const target = `${EXPORT_PATHS[signal].http} HTTP/1.1\r\nHost: ${address}`;
  for (;;) {
    const { value: body, done } = queue.next();
    if (done === true) break;
    await pace.turn();
    await deliver(socket, target, body);
  }
}

async function deliver(socket: Socket, target: string, body: Uint8Array): Promise<void> {
  const head =
    `POST ${target}\r\nContent-Type: application/x-protobuf\r\n` +
    `Content-Length: ${body.length}\r\n\r\n`;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    socket.write(head);
    socket.write(body);
    const status = await answerOf(socket);
    if (status === 200) return;
    if (status !== 429 && status !== 503) throw new Error(`answered ${status}`);
    await wait(RETRY_MS);
  }
  throw new Error(`refused ${ATTEMPTS_MAX} times`);
}

/** The status, when the whole answer is read. */
function answerOf(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < headEnd + 4 + length) return;
      socket.off('data', onData);
      socket.off('error', reject);
      resolve(Number(text.slice(9, 12)));
    };
    socket.on('data', onData);
    socket.on('error', reject);
  });
}

await main(process.argv.slice(2));
