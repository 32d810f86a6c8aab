import { handOn, type InFlightAccount, translated } from '@sonde/intake';
import { type JaegerFormat, readJaeger } from '@sonde/jaeger-spans';
import { type ClientInfo, type Consumer, SondeError } from '@sonde/pipeline';

/** Bytes of one message and who they came from. */
export interface SpanUpload {
  readonly format: JaegerFormat;
  readonly bytes: Uint8Array;
  readonly tenant: string;
  readonly client: ClientInfo;
  /** Holds `bytes` already; takes what they grow by. */
  readonly account: InFlightAccount;
  /** A label of the counters: upstream's. */
  readonly transport: string;
}

/** Translates what came by any protocol and gives it to the pipeline. */
export class SpanIntake {
  readonly #next: Consumer | undefined;

  constructor(next: Consumer | undefined) {
    this.#next = next;
  }

  get serves(): boolean {
    return this.#next !== undefined;
  }

  /** Resolves when the data is safe. Rejects with `SondeError`. */
  async take(upload: SpanUpload): Promise<void> {
    if (this.#next === undefined) {
      throw new SondeError('UNIMPLEMENTED', 'no pipeline takes traces');
    }
    const { format, tenant, client, account, transport } = upload;
    const receivedUnixMs = Date.now();
    const bytes = translated(account, upload.bytes, (body) => readJaeger(format, body));
    const signal = 'traces';
    await handOn(this.#next, bytes, { signal, tenant, client, transport, receivedUnixMs });
  }
}
