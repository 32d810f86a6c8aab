import type { ClientInfo, Credentials, ReloadListener, Sender, SondeError } from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import type { InFlightAccount } from '../in-flight-bytes.ts';

/** What the gRPC server tells about a call whose message arrived. */
export interface GrpcExport {
  readonly signal: Signal;
  /** The request message, unpacked. The server keeps no reference to it. */
  readonly bytes: Uint8Array;
  readonly sender: Sender;
  readonly client: ClientInfo;
  /** Holds `bytes` already; the server closes it. */
  readonly account: InFlightAccount;
}

/** What a gRPC server asks of the receiver. */
export interface GrpcExportService {
  /** Whether a pipeline takes the signal; asked before anything of a call is read. */
  serves(signal: Signal): boolean;
  /** Asked with the call's metadata, before its message is read. Rejects with `SondeError`. */
  authenticate(credentials: Credentials): Promise<Sender>;
  /** An account for the bytes of one call, which takes them while they arrive. */
  openAccount(): InFlightAccount;
  /** Resolves when the data is safe. Rejects with `SondeError`. */
  export(request: GrpcExport): Promise<void>;
  /** Told of every refusal, also of those that the server decides on. */
  refused(signal: Signal, error: SondeError): void;
  /** Told of each connection beyond the limit, which is closed at once. */
  dropped(): void;
  /** Told when connections cannot be accepted. */
  failed(error: Error): void;
  /** Told of certificates that changed. */
  readonly certificates: ReloadListener;
}

/** A gRPC server of the four export services, with nothing of its own to decide. */
export interface OtlpGrpcServer {
  /** Resolves to the bound address. Rejects with `SondeError` and Go's text. */
  listen(): Promise<string>;
  /** Takes no new calls, answers those in progress; cuts what is left when `deadline` aborts. */
  close(deadline: AbortSignal): Promise<void>;
}
