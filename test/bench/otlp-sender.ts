import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { EXPORT_PATHS } from '@sonde/proto';
import { type LoadSignal, loadRequest } from '@sonde/proto/bench/load';

/**
 * `otlp-sender.ts http|grpc HOST:PORT SIGNAL REQUESTS [FIRST]`: sends them, 8 at a time, and ends. With
 * FIRST each request over HTTP ends with a field of no meaning that holds its number, from there on.
 */
const CONNECTIONS = 8;
const DISTINCT_REQUESTS = 64;
const GRPC_FRAME_BYTES = 5;
/** Field 1000, eight bytes: nothing that OTLP knows. */
const NUMBER_TAG = [0xc1, 0x3e];
const NUMBER_FIELD_BYTES = 10;

async function main(args: readonly string[]): Promise<void> {
  const [protocol, address = '', signal = '', count = '0', first] = args;
  if (signal !== 'traces' && signal !== 'logs' && signal !== 'metrics') {
    throw new RangeError(`no load for ${signal}`);
  }
  const bodies = Array.from({ length: DISTINCT_REQUESTS }, (_, i) => loadRequest(signal, i + 1));
  const firstNumber = first === undefined ? undefined : Number(first);
  const left: Left = { requests: Number(count), firstNumber };
  const lanes = Array.from({ length: CONNECTIONS }, () =>
    protocol === 'grpc'
      ? sendGrpc(address, signal, bodies, left)
      : sendHttp(address, signal, bodies, left),
  );
  await Promise.all(lanes);
}

interface Left {
  requests: number;
  /** Undefined: requests have no number. */
  readonly firstNumber: number | undefined;
}

function numberField(number: number): Buffer {
  const field = Buffer.alloc(NUMBER_FIELD_BYTES);
  field.set(NUMBER_TAG);
  field.writeBigUInt64LE(BigInt(number), NUMBER_TAG.length);
  return field;
}

/** HTTP/1.1 on a socket of its own: what a client costs must not be measured. */
async function sendHttp(
  address: string,
  signal: LoadSignal,
  bodies: readonly Uint8Array[],
  left: Left,
): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  const { firstNumber } = left;
  const numberBytes = firstNumber === undefined ? 0 : NUMBER_FIELD_BYTES;
  const messages = bodies.map((body) => {
    const head =
      `POST ${EXPORT_PATHS[signal].http} HTTP/1.1\r\nHost: ${address}\r\n` +
      `Content-Type: application/x-protobuf\r\nContent-Length: ${body.length + numberBytes}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  });
  while (left.requests > 0) {
    left.requests--;
    socket.cork();
    socket.write(messages[left.requests % messages.length] ?? '');
    if (firstNumber !== undefined) socket.write(numberField(firstNumber + left.requests));
    socket.uncork();
    await answered(socket);
  }
  socket.end();
}

/** Rejects for any answer but 200. */
function answered(socket: Socket): Promise<void> {
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
      if (text.startsWith('HTTP/1.1 200')) resolve();
      else reject(new Error(text));
    };
    socket.on('data', onData);
    socket.on('error', reject);
  });
}

async function sendGrpc(
  address: string,
  signal: LoadSignal,
  bodies: readonly Uint8Array[],
  left: Left,
): Promise<void> {
  const session = connectHttp2(`http://${address}`);
  const frames = bodies.map((body) => {
    const frame = Buffer.alloc(GRPC_FRAME_BYTES + body.length);
    frame.writeUInt32BE(body.length, 1);
    frame.set(body, GRPC_FRAME_BYTES);
    return frame;
  });
  while (left.requests > 0) {
    left.requests--;
    await call(session, EXPORT_PATHS[signal].grpc, frames[left.requests % frames.length]);
  }
  session.close();
}

function call(session: ClientHttp2Session, path: string, frame: Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.once('trailers', (trailers) => {
      if (trailers['grpc-status'] === '0') resolve();
      else reject(new Error(`grpc-status ${trailers['grpc-status']} ${trailers['grpc-message']}`));
    });
    stream.once('error', reject);
    stream.resume();
    stream.end(frame);
  });
}

await main(process.argv.slice(2));
