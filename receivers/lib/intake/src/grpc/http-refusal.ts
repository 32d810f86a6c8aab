import { after } from '../after.ts';
import { headerBlock } from '../http2/hpack-encoder.ts';
import type { Http2Stream, StreamListener } from '../http2/http2-stream.ts';
import { DISCARD_TIME_MS_MAX, DISCARDED_BYTES_MAX } from '../limits.ts';

/**
 * Answers what is no gRPC call by HTTP's status, once the request has ended; does not wait for the end
 * of one that sends much, or for long.
 */
export function refuseHttp(stream: Http2Stream, status: 405 | 415): void {
  const answer = (): void => stream.refuse(headerBlock({ ':status': String(status) }));
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
