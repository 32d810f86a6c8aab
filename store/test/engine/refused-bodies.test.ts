import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineUnderTest, startTestEngine } from './engine-under-test.ts';

const MEBIBYTE = 1024 * 1024;
let under: EngineUnderTest;

beforeAll(async () => {
  under = await startTestEngine();
});
afterAll(() => under.close());

/** A client that writes its whole body before it reads, as most do. */
function sendThenRead(head: readonly string[], body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(under.url);
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.once('error', reject);
    const length = `Content-Length: ${body.length}`;
    socket.write(['POST / HTTP/1.1', 'Host: localhost', length, ...head, '', ''].join('\r\n'));
    socket.write(body, () => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      socket.once('end', () => {
        socket.end();
        resolve(text);
      });
      socket.resume();
    });
  });
}

describe('a body that is refused before it was read', () => {
  const large = Buffer.from(`SELECT '${randomBytes(5 * MEBIBYTE).toString('hex')}'`);

  it.each([
    ['a statement of 10 MB', [], large, 413, 'Code: 229. '],
    ['the same in gzip', ['Content-Encoding: gzip'], gzipSync(large), 413, 'Code: 229. '],
    ['data of who may not insert', [], insertOf(large), 403, 'Code: 164. '],
    ['a wrong password', ['X-ClickHouse-Key: wrong'], large, 403, 'Code: 516. '],
  ])('is answered so that the sender can hear it: %s', async (_name, head, body, status, code) => {
    const answer = await sendThenRead(head, body);
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toContain(code);
    expect(answer).toContain('Connection: close');
  });

  it('is cut off where it has no end', async () => {
    const endless = Buffer.alloc(200 * MEBIBYTE, ' ');
    await expect(sendThenRead([], endless)).rejects.toThrow(/ECONNRESET|EPIPE/);
  });
});

function insertOf(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from('INSERT INTO d.t FORMAT TSV\n'), data]);
}
