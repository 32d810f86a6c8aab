import { createRequire } from 'node:module';
import { type FramedRequest, installFrames } from './kafkajs-frames.ts';

/**
 * The parts of kafkajs 2.2.4 that Sonde uses: connections, authentication, discovery and the
 * protocol's messages. Its producer and consumer are not among them: the first gives the sequence
 * numbers of a batch whose fate is unknown to the next one, which the broker then takes for a
 * repetition and drops; the second pushes and cannot be asked for a range.
 */
export interface KafkaJsBroker {
  metadata(topics: readonly string[]): Promise<MetadataResponse>;
  createTopics(request: {
    readonly topics: readonly {
      readonly topic: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      readonly configEntries: readonly { readonly name: string; readonly value: string }[];
    }[];
    readonly timeout: number;
  }): Promise<unknown>;
  createPartitions(request: {
    readonly topicPartitions: readonly { readonly topic: string; readonly count: number }[];
    readonly timeout: number;
  }): Promise<unknown>;
  initProducerId(request: { readonly transactionTimeout: number }): Promise<{
    readonly producerId: string;
    readonly producerEpoch: number;
  }>;
  fetch(request: FetchRequest): Promise<FetchResponse>;
  listOffsets(request: {
    readonly replicaId: number;
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: string }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly { readonly offset: string }[];
    }[];
  }>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly { readonly offset: string; readonly metadata: string | null }[];
    }[];
  }>;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly metadata: string;
      }[];
    }[];
  }): Promise<unknown>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<JoinResponse>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly {
      readonly memberId: string;
      readonly memberAssignment: Buffer;
    }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  /** The request of the best version that both sides have. */
  lookupRequest<R>(
    apiKey: number,
    requests: KafkaJsRequests<R>,
  ): (request: object) => KafkaJsRequest<R>;
  readonly connectionPool: { send<R>(whole: KafkaJsRequest<R>): Promise<R> };
  disconnect(): Promise<void>;
}

/** kafkajs' own: handed through. */
interface KafkaJsRequests<R> {
  readonly versions: readonly string[];
  readonly protocol: (wanted: {
    readonly version: number;
  }) => (request: object) => KafkaJsRequest<R>;
}

export interface KafkaJsRequest<R> {
  readonly request: Pick<FramedRequest, 'apiKey' | 'apiVersion'>;
  readonly response: { parse(decoded: unknown): Promise<R> };
}

export interface MetadataResponse {
  readonly brokers: readonly { readonly nodeId: number }[];
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly partitionMetadata: readonly { readonly partitionId: number }[];
  }[];
}

export interface ProduceResponse {
  readonly topics: readonly {
    readonly partitions: readonly { readonly baseOffset: string }[];
  }[];
}

export interface FetchRequest {
  readonly replicaId: number;
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly rackId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly isControlRecord: boolean;
}

type HeaderValue = Buffer | null | undefined | readonly (Buffer | null)[];

export interface FetchResponse {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly highWatermark: string;
      readonly lastStartOffset?: string;
      readonly abortedTransactions?: readonly unknown[];
      readonly messages: readonly FetchedMessage[];
    }[];
  }[];
}

export interface JoinResponse {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

export interface KafkaJsCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findBroker(node: { readonly nodeId: string }): Promise<KafkaJsBroker>;
  findControllerBroker(): Promise<KafkaJsBroker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<KafkaJsBroker>;
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
  readonly brokerPool: { findConnectedBroker(): Promise<KafkaJsBroker> };
}

interface ClusterSettings {
  readonly logger: unknown;
  readonly socketFactory: unknown;
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: unknown;
  readonly sasl: unknown;
  readonly connectionTimeout: number;
  readonly authenticationTimeout: number;
  readonly reauthenticationThreshold: number;
  readonly requestTimeout: number;
  readonly metadataMaxAge: number;
  readonly retry: Readonly<Record<string, number>>;
  readonly allowAutoTopicCreation: boolean;
  readonly isolationLevel: number;
  readonly offsets: Map<string, unknown>;
}

export interface KafkaJsModules {
  readonly Cluster: new (settings: ClusterSettings) => KafkaJsCluster;
  readonly createLogger: (options: {
    readonly level: number;
    readonly logCreator: () => (entry: unknown) => void;
  }) => unknown;
  readonly createSocketFactory: () => unknown;
  readonly filterAborted: (batch: {
    readonly messages: readonly FetchedMessage[];
    readonly abortedTransactions: readonly unknown[] | undefined;
  }) => readonly FetchedMessage[];
  readonly memberMetadata: {
    encode(metadata: {
      readonly version: number;
      readonly topics: readonly string[];
      readonly userData: Buffer;
    }): Buffer;
    decode(bytes: Buffer): { readonly topics: readonly string[]; readonly userData: Buffer | null };
  };
  readonly memberAssignment: {
    encode(assignment: {
      readonly version: number;
      readonly assignment: Readonly<Record<string, readonly number[]>>;
    }): Buffer;
    decode(
      bytes: Buffer,
    ): { readonly assignment: Readonly<Record<string, readonly number[]>> } | null;
  };
  /** Codecs by their number in a batch's attributes. */
  readonly codecs: Record<number, () => KafkaJsCodec>;
  readonly produceRequests: KafkaJsRequests<ProduceResponse | undefined>;
  readonly joinRequests: KafkaJsRequests<JoinResponse>;
}

interface KafkaJsCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

let loaded: KafkaJsModules | undefined;

/** Loads kafkajs at first use: a process that only has the embedded log never pays for it. */
export function loadKafkaJs(): KafkaJsModules {
  loaded ??= load(createRequire(import.meta.url));
  return loaded;
}

function load(require: NodeJS.Require): KafkaJsModules {
  installFrames(require);
  const { requests } = require('kafkajs/src/protocol/requests/index.js');
  const { MemberMetadata, MemberAssignment } = require('kafkajs/src/consumer/assignerProtocol.js');
  return {
    Cluster: require('kafkajs/src/cluster/index.js'),
    createLogger: require('kafkajs/src/loggers/index.js').createLogger,
    createSocketFactory: require('kafkajs/src/network/socketFactory.js'),
    filterAborted: require('kafkajs/src/consumer/filterAbortedMessages.js'),
    memberMetadata: MemberMetadata,
    memberAssignment: MemberAssignment,
    codecs: require('kafkajs/src/protocol/message/compression/index.js').Codecs,
    produceRequests: requests.Produce,
    joinRequests: requests.JoinGroup,
  };
}
