import { handOn, type InFlightAccount, refusingMalformed, turnOf } from '@sonde/intake';
import { type ClientInfo, type Consumer, SondeError } from '@sonde/pipeline';
import { type Encoding, jsonText, jsonToProtobuf, type Signal } from '@sonde/proto';

/** One export request, unpacked. */
export interface ExportRequest {
  readonly signal: Signal;
  readonly encoding: Encoding;
  /** Kept: nobody may write to them afterwards. */
  readonly bytes: Uint8Array;
  readonly tenant: string;
  readonly transport: 'grpc' | 'http';
  readonly client: ClientInfo;
  /** Holds `bytes` already; takes what the request grows by. */
  readonly account: InFlightAccount;
}

export type Consumers = Readonly<Partial<Record<Signal, Consumer>>>;

/** What happens to a request of either protocol between its last byte and its answer. */
export class ExportHandler {
  readonly #next: Consumers;

  constructor(next: Consumers) {
    this.#next = next;
  }

  /** Whether a pipeline takes the signal. */
  serves(signal: Signal): boolean {
    return this.#next[signal] !== undefined;
  }

  /** Whether the pipeline of the signal has nothing of a request that was exported. */
  givesBack(signal: Signal): boolean {
    return this.#next[signal]?.givesBack === true;
  }

  /**
   * Resolves when the data is safe: only then may the sender be told so. Rejects with a
   * `SondeError`: `INVALID_DATA` when the bytes are not OTLP, `UNIMPLEMENTED` when no pipeline takes
   * the signal, else what the pipeline says.
   */
  async export(request: ExportRequest): Promise<void> {
    const { signal, tenant, transport, client } = request;
    const next = this.#next[signal];
    if (next === undefined) {
      throw new SondeError('UNIMPLEMENTED', `no pipeline takes ${signal}`);
    }
    const turn = turnOf(request.bytes.length);
    if (turn !== undefined) await turn;
    const receivedUnixMs = Date.now();
    const bytes = protobufBytes(request);
    await handOn(next, bytes, { signal, tenant, client, transport, receivedUnixMs });
  }
}

function protobufBytes({ signal, encoding, bytes, account }: ExportRequest): Uint8Array {
  if (encoding === 'protobuf') return bytes;
  // The text and what is made of it are there beside the bytes.
  account.take(2 * bytes.length);
  const protobuf = refusingMalformed(() => jsonToProtobuf(signal, jsonText(bytes)));
  account.giveBack(2 * bytes.length);
  return protobuf;
}
