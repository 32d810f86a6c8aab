import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { onTestFinished } from 'vitest';
import type { Answer } from './harness.ts';

/** One HTTP/2 connection over TLS. Closed at the end of the test. */
export function connectHttp2(address: string, ca: Buffer): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://${address}`, { ca });
    onTestFinished(() => session.destroy());
    session.once('error', reject);
    session.once('connect', () => resolve(session));
  });
}

/** The answer to a request that was begun; rejects when its stream is cut before. */
export function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let headers: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
    const chunks: Buffer[] = [];
    stream.on('response', (received) => {
      headers = received;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      const { ':status': status } = headers;
      if (status === undefined) return reject(new Error(`cut with ${stream.rstCode}`));
      const body = Buffer.concat(chunks);
      resolve({ status, headers, body, text: body.toString() });
    });
  });
}

/** One POST; `headers` may say another method or path. */
export function sendHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: Uint8Array | string,
): Promise<Answer> {
  const stream = session.request({ ':method': 'POST', ':path': '/v1/traces', ...headers });
  const answer = answerOf(stream);
  stream.end(body);
  return answer;
}
