import type { ClientInfo, Credentials, ReloadListener, Sender, SondeError } from '@sonde/pipeline';
import type { InFlightAccount } from '../in-flight-bytes.ts';

/** What the gRPC server tells about a call whose message arrived. */
export interface GrpcCall<M> {
  readonly method: M;
  /** The request message, unpacked. The server keeps no reference to it. */
  readonly bytes: Uint8Array;
  readonly sender: Sender;
  readonly client: ClientInfo;
  /** Holds `bytes` already; the server closes it. */
  readonly account: InFlightAccount;
}

/** What a gRPC server asks of the receiver, whose unary methods are `M`. */
export interface GrpcService<M> {
  /** The method of a path (`/package.Service/Method`). */
  methodOf(path: string): M | undefined;
  /** Whether a service of that name is here, for the words of a refusal. */
  hasService(name: string): boolean;
  /** Whether the method is served now; asked before anything of a call is read. */
  serves(method: M): boolean;
  /** Asked with the call's metadata, before its message is read. Rejects with `SondeError`. */
  authenticate(credentials: Credentials): Promise<Sender>;
  /** An account for the bytes of one call, which takes them while they arrive. */
  openAccount(): InFlightAccount;
  /** Resolves when the data is safe. Rejects with `SondeError`. */
  call(call: GrpcCall<M>): Promise<void>;
  /** The response message to a call that resolved. */
  answer(method: M): Uint8Array;
  /** Told of every refusal, also of those that the server decides on. */
  refused(method: M, error: SondeError): void;
  /** Told of each connection beyond the limit, which is closed at once. */
  dropped(): void;
  /** Told when connections cannot be accepted. */
  failed(error: Error): void;
  /** Told of certificates that changed. */
  readonly certificates: ReloadListener;
}
