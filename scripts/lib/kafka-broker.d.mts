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
  readonly nodes: readonly BrokerNode[];
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface ScratchBroker extends BrokerCluster {
  end(): Promise<void>;
}

export declare function kafkaMissing(root?: string): string | undefined;

export declare function startScratchBroker(nodes?: number): Promise<ScratchBroker>;
