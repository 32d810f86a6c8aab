export interface BrokerNode {
  readonly address: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

export interface BrokerCluster {
  readonly brokers: readonly string[];
  /** With TLS and SASL; none without `secure`. */
  readonly secureBrokers: readonly string[];
  readonly nodes: readonly BrokerNode[];
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface ScratchBroker extends BrokerCluster {
  end(): Promise<void>;
}

export declare function kafkaMissing(root?: string): string | undefined;

/** Of a listener with TLS and SASL. */
export interface SecureListener {
  /** PEM; the key in PKCS #8. */
  readonly cert: string;
  readonly key: string;
  readonly username: string;
  readonly password: string;
}

export declare function startScratchBroker(
  nodes?: number,
  secure?: SecureListener,
  parent?: string,
): Promise<ScratchBroker>;
