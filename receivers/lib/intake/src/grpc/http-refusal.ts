import { after } from '../after.ts';
import { headerBlock } from '../http2/hpack-encoder.ts';
import type { Http2Stream, StreamListener } from '../http2/http2-stream.ts';
import { DISCARD_TIME_MS_MAX, DISCARDED_BYTES_MAX } from '../limits.ts';

const WORDS: Readonly<Record<405 | 415, Buffer>> = {
  405: Buffer.from('405 method not allowed: a call of gRPC is a POST\n'),
  415: Buffer.from('415 unsupported media type: a call of gRPC is application/grpc\n'),
};

/**
 * Answers what is no gRPC call by HTTP's status, once the request has ended; does not wait for the end
 * of one that sends much, or for long.
 */
export function refuseHttp(stream: Http2Stream, status: 405 | 415): void {
  const head = headerBlock({ ':status': String(status), 'content-type': 'text/plain' });
  const answer = (): void => stream.respond({ head, body: WORDS[status] });
  const timer = after(DISCARD_TIME_MS_MAX, answer);
  let discarded = 0;
  const listener: StreamListener = {
    data: (_, from, to) => {
      discarded += to - from;
      if (discarded > DISCARDED_BYTES_MAX) answer();
    },
    ended: answer,
    closed: () => clearTimeout(timer),
  };
  stream.listen(listener);
  stream.read();
}
