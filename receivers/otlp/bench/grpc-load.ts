import { type ClientHttp2Session, connect } from 'node:http2';
import { EXPORT_PATHS } from '@sonde/proto';
import { loadRequest } from '@sonde/proto/bench/load';

const CONNECTIONS = 8;
const CALLS_AT_A_TIME = 4;
const DISTINCT_REQUESTS = 16;

const HEADERS = {
  ':method': 'POST',
  ':path': EXPORT_PATHS.traces.grpc,
  'content-type': 'application/grpc',
  te: 'trailers',
  'grpc-timeout': '10S',
};

function frame(seed: number): Buffer {
  const message = loadRequest('traces', seed);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Sends requests over `CONNECTIONS` connections, each with several calls at a time. */
export class GrpcLoad {
  readonly #frames = Array.from({ length: DISTINCT_REQUESTS }, (_, index) => frame(index + 1));

  get bytesPerRequest(): number {
    return this.#frames.reduce((sum, { length }) => sum + length, 0) / DISTINCT_REQUESTS;
  }

  /** Rejects when one call does not end with status 0. */
  async send(address: string, requests: number): Promise<void> {
    let left = requests;
    const sessions = Array.from({ length: CONNECTIONS }, () => connect(`http://${address}`));
    const work = async (session: ClientHttp2Session): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.#call(session, left);
      }
    };
    const lanes = sessions.flatMap((session) =>
      Array.from({ length: CALLS_AT_A_TIME }, () => work(session)),
    );
    await Promise.all(lanes);
    for (const session of sessions) session.close();
  }

  #call(session: ClientHttp2Session, index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = session.request(HEADERS);
      stream.once('trailers', (trailers) => {
        if (trailers['grpc-status'] === '0') resolve();
        else reject(new Error(`grpc-status ${trailers['grpc-status']}`));
      });
      stream.once('error', reject);
      stream.resume();
      stream.end(this.#frames[index % DISTINCT_REQUESTS]);
    });
  }
}
