import { readFile } from 'node:fs/promises';
import type { ISerializer } from '@opentelemetry/otlp-transformer';
import type { OtlpTarget } from '@sonde/pipeline';
import { GrpcClient, grpcClientFields } from '@sonde/pipeline/clients';
import { z } from 'zod';

/** `ExportResult` of `@opentelemetry/core`. */
interface ExportResult {
  readonly code: 0 | 1;
  readonly error?: Error;
}

export type GrpcService =
  | 'trace.v1.TraceService'
  | 'metrics.v1.MetricsService'
  | 'logs.v1.LogsService';

const CLIENT = z.strictObject(grpcClientFields());

/**
 * Sends own telemetry of one signal over OTLP/gRPC: an exporter for the processors and readers of
 * the SDK, which bound what waits. A batch waits for a connection, at most the target's timeout; one
 * that is not taken by then is the SDK's to report, as with OTLP/HTTP.
 */
export class OtlpGrpcExporter<Items, Response> {
  readonly #client: GrpcClient;
  readonly #path: string;
  readonly #serializer: ISerializer<Items, Response>;
  readonly #timeoutMs: number;
  /** Exports under way; the SDK lets each processor have one. */
  readonly #pending: Set<Promise<void>> = new Set();
  readonly #end: AbortController = new AbortController();

  private constructor(
    client: GrpcClient,
    options: { readonly service: GrpcService; readonly serializer: ISerializer<Items, Response> },
    timeoutMs: number,
  ) {
    this.#client = client;
    this.#path = `/opentelemetry.proto.collector.${options.service}/Export`;
    this.#serializer = options.serializer;
    this.#timeoutMs = timeoutMs;
  }

  /** Reads certificates; connects with the first batch. Rejects where a file cannot be read. */
  static async open<Items, Response>(
    target: OtlpTarget,
    options: { readonly service: GrpcService; readonly serializer: ISerializer<Items, Response> },
  ): Promise<OtlpGrpcExporter<Items, Response>> {
    const { tls } = target;
    const config = CLIENT.parse({
      endpoint: target.url,
      compression: target.compression,
      headers: target.headers,
      wait_for_ready: true,
      tls: {
        insecure: tls.insecure,
        ca_file: tls.certificate,
        cert_file: tls.clientCertificate,
        key_file: tls.clientKey,
      },
    });
    const client = await GrpcClient.open(config, { extension: () => undefined });
    return new OtlpGrpcExporter(client, options, target.timeoutMs);
  }

  export(items: Items, done: (result: ExportResult) => void): void {
    const sent = this.#send(items).then(
      () => done({ code: 0 }),
      (thrown: unknown) => {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        done({ code: 1, error });
      },
    );
    this.#pending.add(sent);
    void sent.finally(() => this.#pending.delete(sent));
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.#end.abort();
    this.#client.close();
  }

  async #send(items: Items): Promise<void> {
    const message = this.#serializer.serializeRequest(items);
    if (message === undefined) throw new Error('own telemetry cannot be encoded');
    const { code, details } = await this.#client.call({
      path: this.#path,
      message,
      signal: this.#end.signal,
      deadlineUnixMs: Date.now() + this.#timeoutMs,
    });
    if (code !== 0) throw new Error(`own telemetry was refused with code ${code}: ${details}`);
  }
}

/** What `https.Agent` takes for a target's certificates; nothing where it names none. */
export async function agentTls(
  target: OtlpTarget,
): Promise<{ readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }> {
  const { certificate, clientCertificate, clientKey } = target.tls;
  return {
    ...(certificate === '' ? {} : { ca: await readFile(certificate) }),
    ...(clientCertificate === '' ? {} : { cert: await readFile(clientCertificate) }),
    ...(clientKey === '' ? {} : { key: await readFile(clientKey) }),
  };
}
