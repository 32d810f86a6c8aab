import { DEFAULT_TENANT, Telemetry } from '@sonde/pipeline';
import { decodeRequests, encodeResource, LogRequestWriter } from '@sonde/proto';
import type { Entry } from './entry.ts';

export interface FinishedLogs {
  /** An `ExportLogsServiceRequest`. */
  readonly bytes: Uint8Array;
  readonly itemCount: number;
  /** How it came, a label of the receiver's counters. */
  readonly transport?: string;
}

/** A finished request as pipelines take it, received now. */
export function logTelemetry({ bytes, itemCount, transport }: FinishedLogs): Telemetry {
  const request = {
    signal: 'logs',
    bytes,
    itemCount,
    tenant: DEFAULT_TENANT,
    receivedUnixMs: Date.now(),
  } as const;
  return new Telemetry({
    signal: 'logs',
    requests: [request],
    ...(transport === undefined ? {} : { transport }),
    decode: (requests) => decodeRequests('logs', requests),
  });
}

const NO_RESOURCE: Uint8Array = new Uint8Array(0);

/** Writes entries into one request: those that follow each other under one resource stand together. */
export class EntryWriter {
  readonly #writer: LogRequestWriter = new LogRequestWriter();
  #resource: Uint8Array | undefined;
  #scopeName = '';

  get itemCount(): number {
    return this.#writer.itemCount;
  }

  get byteCount(): number {
    return this.#writer.byteCount;
  }

  add(entry: Entry): void {
    const resource = entry.resource.size === 0 ? NO_RESOURCE : encodeResource(entry.resource);
    const known = this.#resource;
    if (
      known === undefined ||
      entry.scopeName !== this.#scopeName ||
      Buffer.compare(known, resource) !== 0
    ) {
      this.#writer.openEncoded(resource, entry.scopeName);
      this.#resource = resource;
      this.#scopeName = entry.scopeName;
    }
    this.#writer.record(entry);
  }

  /** What was added; the writer is empty again. */
  finish(transport?: string): Telemetry {
    const { itemCount } = this;
    const bytes = this.#writer.finish();
    this.#resource = undefined;
    return logTelemetry({ bytes, itemCount, ...(transport === undefined ? {} : { transport }) });
  }
}
