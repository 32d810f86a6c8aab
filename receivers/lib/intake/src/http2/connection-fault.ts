import { Http2Code } from './frames.ts';

/**
 * A peer broke HTTP/2 in a way that ends its connection (RFC 9113, 5.4.1): `code` goes into its GOAWAY,
 * the message beside it, for whoever reads what the peer logs.
 */
export class ConnectionFault extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'ConnectionFault';
    this.code = code;
  }
}

/** What no peer may do. */
export function broken(words: string): ConnectionFault {
  return new ConnectionFault(Http2Code.protocolError, words);
}

/** More than a window allows, or a window larger than one can be. */
export function tooMuch(words: string): ConnectionFault {
  return new ConnectionFault(Http2Code.flowControlError, words);
}

/** Of a frame that must have another length. */
export function wrongLength(frame: string): ConnectionFault {
  return new ConnectionFault(Http2Code.frameSizeError, `${frame} of a wrong length`);
}
