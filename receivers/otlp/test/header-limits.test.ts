import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RawClient } from './grpc-client.ts';
import { PROTOBUF, send, start } from './harness.ts';
import { END_HEADERS, END_STREAM, FrameTypes, frame } from './http2-frames.ts';
import { traces } from './otlp-bytes.ts';
import { CALL, RawHttp2 } from './raw-http2.ts';

/** RFC 7541, 6.2.2: a field that no table keeps, whose value has a length of three bytes. */
function longField(name: string, bytes: number): Buffer {
  const rest = bytes - 127;
  const length = [127, (rest & 127) | 128, ((rest >> 7) & 127) | 128, rest >> 14];
  const head = Buffer.concat([Buffer.of(0, name.length), Buffer.from(name)]);
  return Buffer.concat([head, Buffer.from(length), Buffer.alloc(bytes, 'y')]);
}

/** A field that both tables keep, under index 62. */
const KEPT = Buffer.concat([
  Buffer.of(0x40, 7),
  Buffer.from('x-first'),
  Buffer.of(3),
  Buffer.from('one'),
]);
const KEPT_AGAIN = Buffer.of(0x80 | 62);

/** A header block in frames of 16 KiB. */
function blockOf(stream: number, block: Buffer, flags: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < block.length; at += 16_384) {
    const isLast = at + 16_384 >= block.length;
    const type = at === 0 ? FrameTypes.headers : FrameTypes.continuation;
    const all = (at === 0 ? flags : 0) | (isLast ? END_HEADERS : 0);
    pieces.push(frame({ type, flags: all, stream, payload: block.subarray(at, at + 16_384) }));
  }
  return Buffer.concat(pieces);
}

function message(stream: number): Buffer {
  const body = traces();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  const payload = Buffer.concat([head, body]);
  return frame({ type: FrameTypes.data, flags: END_STREAM, stream, payload });
}

describe('the headers of a request', () => {
  const numbered = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1']));

  it('may be 200, and one with more is told so', async () => {
    const { http, pipeline } = await start();
    // Node sends four of its own: host, connection, transfer-encoding and the type.
    const few = await send(http, { headers: { ...PROTOBUF, ...numbered(196) }, body: traces() });
    expect(few.status).toBe(200);
    const many = await send(http, { headers: { ...PROTOBUF, ...numbered(210) }, body: traces() });
    expect(many).toMatchObject({
      status: 431,
      text: '431 request header fields too large: more than 200 headers',
      headers: { 'content-type': 'text/plain', connection: 'close' },
    });
    expect(pipeline.taken).toHaveLength(1);
  });

  it('may be 64 KiB, and whoever sends more, or nonsense, is told so in plain text', async () => {
    const { http } = await start();
    const { port } = new URL(`http://${http}`);
    const answerTo = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), '127.0.0.1');
        let answer = '';
        socket.on('data', (chunk: Buffer) => {
          answer += chunk.toString();
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(answer));
        socket.write(text);
      });
    const large = await answerTo(`POST /v1/traces HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(70_000)}`);
    expect(large).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(large).toMatch(/Content-Type: text\/plain\r\n/);
    expect(large).toMatch(/\r\n\r\n431 request header fields too large: more than 65536 bytes$/);
    expect(await answerTo('nonsense\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 .*\r\n\r\n400 bad request$/s,
    );
  });

  it('of a gRPC call may be 128, which is said when there are more', async () => {
    const { grpc } = await start();
    const outcome = await new RawClient(grpc).export(traces(), { metadata: numbered(150) });
    expect(outcome).toMatchObject({ code: 8, details: 'metadata has more than 128 entries' });
  });

  it('of a gRPC call that are far too long end that call alone', async () => {
    const { grpc, pipeline } = await start({ grpc: { include_metadata: true } });
    const client = RawHttp2.greeting(grpc);
    client.send(blockOf(1, Buffer.concat([CALL, KEPT, longField('x-long', 100_000)]), 0));
    client.send(message(1));
    const refusal = await client.got(
      ({ type, stream }) => type === FrameTypes.headers && stream === 1,
    );
    expect(refusal.payload.toString('latin1')).toContain('metadata is longer than 16384 bytes');
    // What the refused block put into the table is there.
    client.send(blockOf(3, Buffer.concat([CALL, KEPT_AGAIN]), 0), message(3));
    await client.got(({ stream, flags }) => stream === 3 && (flags & END_STREAM) !== 0);
    expect(pipeline.taken.map(({ client: by }) => by?.metadata.get('x-first'))).toEqual([['one']]);
    expect(client.frames.some(({ type }) => type === FrameTypes.goAway)).toBe(false);
    // 128 KiB is the end of the connection.
    client.send(blockOf(5, Buffer.concat([CALL, longField('x-long', 140_000)]), END_STREAM));
    expect(await client.goodbye()).toMatchObject({
      code: 11,
      words: 'a header block that is too long',
    });
  });
});
