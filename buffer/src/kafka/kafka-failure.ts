import { BufferError, type BufferErrorCode } from '../contract.ts';

/** A call to Kafka that failed, by the protocol's name of the error or the client's. */
export class KafkaFailure extends Error {
  /** `MESSAGE_TOO_LARGE`, `KafkaJSConnectionError`, ... */
  readonly type: string;
  /** The same call may work in a moment. */
  readonly isTransient: boolean;
  /** A broker has answered: what was asked for was not done, except where `type` says otherwise. */
  readonly isAnswer: boolean;

  constructor(type: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'KafkaFailure';
    this.type = type;
    this.isTransient = TRANSIENT.has(type);
    this.isAnswer = /^[A-Z_]+$/.test(type) && !UNDECIDED.has(type);
  }

  static from(error: unknown): KafkaFailure {
    if (error instanceof KafkaFailure) return error;
    const inner = innermost(error);
    return new KafkaFailure(typeOf(inner), messageOf(inner), error);
  }
}

const TRANSIENT: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_CONTROLLER',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'NO_LEADER',
]);

/** Answers that leave open whether records were appended. */
const UNDECIDED: ReadonlySet<string> = new Set([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NETWORK_EXCEPTION',
  'UNKNOWN',
]);

const CODES: Readonly<Record<string, BufferErrorCode>> = {
  MESSAGE_TOO_LARGE: 'RECORD_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'RECORD_TOO_LARGE',
  UNKNOWN_TOPIC_OR_PARTITION: 'UNKNOWN_TOPIC',
  INVALID_TOPIC_EXCEPTION: 'UNKNOWN_TOPIC',
  CLOSED: 'BUFFER_CLOSED',
  POSITION_RESET: 'POSITION_RESET',
};

/** What the buffer's callers get. A commit that came too late says that the reader is closed. */
export function toBufferError(error: unknown, doing: string): BufferError {
  if (error instanceof BufferError) return error;
  const failure = KafkaFailure.from(error);
  const code = CODES[failure.type] ?? 'BUFFER_IO';
  return new BufferError(code, `${doing}: ${failure.message}`, failure);
}

/** Errors wrapped in errors that are looked through. */
const CAUSES_MAX = 8;

/** kafkajs wraps errors that it has tried again after; the first one says what happened. */
function innermost(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth += 1) {
    const [first]: readonly unknown[] =
      'errors' in current && Array.isArray(current.errors) ? current.errors : [];
    const next = first ?? current.cause;
    if (!(next instanceof Error)) return current;
    if (!isWrapper(current)) return current;
    current = next;
  }
  return current;
}

function isWrapper(error: Error): boolean {
  return (
    error.name === 'KafkaJSNumberOfRetriesExceeded' ||
    error.name === 'KafkaJSNonRetriableError' ||
    error.name === 'KafkaJSAggregateError'
  );
}

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN_ERROR';
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
