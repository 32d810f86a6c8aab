import { type ClientInfo, type Consumer, SondeError, Telemetry } from '@sonde/pipeline';
import { MalformedError, type Signal } from '@sonde/proto';
import type { InFlightAccount } from './in-flight-bytes.ts';
import { habitOf } from './pipeline-habit.ts';

/** Objects that a foreign format is read into, by byte of it, until they are encoded. */
const READ_BYTES_PER_BYTE = 4;

export interface RequestOrigin {
  readonly signal: Signal;
  readonly tenant: string;
  readonly client: ClientInfo;
  /** How it came, a label of the counters: `grpc`, `http`. */
  readonly transport: string;
  /** Milliseconds since the epoch. */
  readonly receivedUnixMs: number;
}

/**
 * Gives an encoded request to the pipeline after a walk to its last byte: what is not OTLP is never
 * acknowledged. One without items is acknowledged and goes nowhere, as upstream does it. Resolves when
 * the data is safe. Rejects with `SondeError`: `INVALID_DATA` for what is not OTLP, else what the
 * pipeline says.
 */
export async function handOn(
  next: Consumer,
  bytes: Uint8Array,
  origin: RequestOrigin,
): Promise<void> {
  const { signal, tenant, client, transport, receivedUnixMs } = origin;
  const unchecked = { signal, bytes, tenant, receivedUnixMs };
  const checked = refusingMalformed(() => habitOf(next, signal).check(unchecked));
  if (checked.itemCount === 0) return;
  const done = next.consume(new Telemetry({ signal, transport, client, ...checked }));
  checked.handedOn();
  await done;
}

/**
 * What `read` makes of the bytes of a foreign format, while `account` pays for the objects in between.
 * Throws `SondeError` `INVALID_DATA` where it finds them malformed.
 */
export function translated(
  account: InFlightAccount,
  bytes: Uint8Array,
  read: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const room = READ_BYTES_PER_BYTE * bytes.length;
  account.take(room);
  const request = refusingMalformed(() => read(bytes));
  account.giveBack(room);
  account.take(request.length);
  return request;
}

/** Throws `SondeError` `INVALID_DATA` where `read` finds something malformed. */
export function refusingMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new SondeError('INVALID_DATA', error.message, { cause: error });
  }
}
