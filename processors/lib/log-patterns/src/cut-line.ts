import { lineEnd } from './line-bytes.ts';

/** A line's bytes; the message is [body, to). */
export class CutLine {
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  body = 0;
  to = 0;

  /** Of what stands in a reader, cut at `body`. */
  set(line: { readonly bytes: Uint8Array; from: number; to: number }, body: number): this {
    this.bytes = line.bytes;
    this.from = line.from;
    this.body = body;
    this.to = lineEnd(line);
    return this;
  }
}
