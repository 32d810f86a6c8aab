import type { ByteRun } from '@sonde/proto';

/** Writes the text of the encoded `AnyValue` whose length prefix starts at `start` of `run`. */
export function writeEncodedValue(_out: ByteRun, _run: ByteRun, start: number): void {
  throw new RangeError(`the value at ${start} is an encoded AnyValue`);
}
