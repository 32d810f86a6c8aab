import type { KeyValue } from '@sonde/proto';
import type { MetricDefinition } from '../metrics/definitions.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';

/** What protocols know of a connection, and keep with it. */
export interface ProtocolConnection {
  readonly role: number;
  /** Its protocol is spoken inside of TLS. */
  readonly isSecure: boolean;
  /** The name that the client asked for, once a request had one. */
  readonly host: string | undefined;
  readonly peerAddress: string;
  readonly peerPort: number;
  /** False where it is known by its plaintext alone: there are no addresses. */
  readonly isPlaced: boolean;
  nameHost(host: string | undefined): void;
  /** Keeps what a prepared statement means, under its name. */
  prepare(name: string, meaning: Meaning): void;
  prepared(name: string): Meaning | undefined;
}

/** An exchange as its protocol sees it. */
export interface ProtocolExchange extends Outcome {
  readonly connection: ProtocolConnection;
  readonly meaning: Meaning;
  readonly durationNs: number;
  readonly requestBytes: number;
  /** That were sent together and answered together. */
  readonly commands: number;
}

/** The beginnings of a request and of its answer, a character a byte, cut anywhere. */
export interface AnswerText {
  readonly connection: ProtocolConnection;
  readonly request: string;
  readonly answer: string;
}

/** A protocol whose requests are read: a row of the table in `protocols.ts`. */
export interface RequestProtocol {
  /** `network.protocol.name` of its connections. */
  readonly name: string;
  /** `network.protocol.version`, where one name has several. */
  readonly version?: string;
  /** What a request's beginning means, a character a byte, cut anywhere. Pure: it is remembered. */
  readonly read: (essence: string) => Meaning;
  /** What of the beginning its meaning depends on; all of it where this is left out. */
  readonly essence?: (text: string) => string;
  /** What the connection knows besides: called for every request, in their order. */
  readonly onConnection?: (
    connection: ProtocolConnection,
    text: string,
    meaning: Meaning,
  ) => Meaning;
  /**
   * What an answer's beginning says: called for every answer, in their order; gives back what it
   * knows better than the kernel.
   */
  readonly onAnswer?: (answer: AnswerText, outcome: Outcome) => Outcome;
  /** Durations as the side that answers sees them, and the side that asks. */
  readonly server: MetricDefinition;
  readonly client: MetricDefinition;
  /** `error.type` of an exchange that was answered; undefined when it went well. */
  readonly errorType: (exchange: ProtocolExchange) => string | undefined;
  /** `error.type` of what was never answered; `no_response` where this is left out. */
  readonly unanswered?: string;
  /** What metrics and span of an exchange have in common, without error and other side. */
  readonly attributes: (exchange: ProtocolExchange) => readonly KeyValue[];
  /** What the span has besides. */
  readonly details: (exchange: ProtocolExchange) => readonly KeyValue[];
  /** Counts the messages that nobody answers; left out: they are exchanges without a duration. */
  readonly messages?: (exchange: ProtocolExchange) => MetricDefinition;
  /** Commands may be sent together: these count each of them, on the side that answers and that asks. */
  readonly commands?: { readonly server: MetricDefinition; readonly client: MetricDefinition };
  /** Its targets are routes, of which a service has a bounded number. */
  readonly hasRoutes?: boolean;
}
