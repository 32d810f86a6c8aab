import { once } from 'node:events';
import { connect } from 'node:tls';
import { onTestFinished } from 'vitest';

// RFC 9113, 6: the types of frames, and their flags.
export const FrameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const END_STREAM = 1;
export const END_HEADERS = 4;
const ACK = 1;
export const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const HEAD_BYTES = 9;

interface Frame {
  readonly type: number;
  readonly flags?: number;
  readonly stream?: number;
  readonly payload?: Buffer;
}

export function frame({ type, flags = 0, stream = 0, payload = Buffer.alloc(0) }: Frame): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** RFC 7541, 6.2.2: literals that no table keeps, without Huffman's code. */
export function literals(headers: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.of(0, name.length),
    Buffer.from(name),
    Buffer.of(value.length),
    Buffer.from(value),
  ]);
  return Buffer.concat(parts);
}

/**
 * Begins a request, sends `body` without an end, and resets the stream: Node's client would end it
 * first. Resolves when the server has read all of it.
 */
export async function sendAndReset(
  address: string,
  { ca, body, code }: { readonly ca: Buffer; readonly body: Buffer; readonly code: number },
): Promise<void> {
  const { hostname: host, port } = new URL(`https://${address}`);
  const socket = connect({ host, port: Number(port), ca, ALPNProtocols: ['h2'] });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  const headers = literals({
    ':method': 'POST',
    ':scheme': 'https',
    ':path': '/v1/traces',
    ':authority': address,
    'content-type': 'application/x-protobuf',
  });
  const reason = Buffer.alloc(4);
  reason.writeUInt32BE(code);
  socket.write(Buffer.concat([PREFACE, frame({ type: FrameTypes.settings })]));
  socket.write(
    frame({ type: FrameTypes.headers, flags: END_HEADERS, stream: 1, payload: headers }),
  );
  socket.write(frame({ type: FrameTypes.data, stream: 1, payload: body }));
  const ping = frame({ type: FrameTypes.ping, payload: Buffer.from('arrived?') });
  const pong = frame({ type: FrameTypes.ping, flags: ACK, payload: Buffer.from('arrived?') });
  socket.write(ping);
  await said(socket, pong);
  socket.write(frame({ type: FrameTypes.resetStream, stream: 1, payload: reason }));
  socket.write(ping);
  await said(socket, pong);
}

/** Resolves when the peer has sent these bytes. */
async function said(socket: ReturnType<typeof connect>, wanted: Buffer): Promise<void> {
  let heard = Buffer.alloc(0);
  while (!heard.includes(wanted)) {
    const [chunk] = await once(socket, 'data');
    heard = Buffer.concat([heard, chunk]);
  }
}
