/** The topics of Sonde. `otlp_*` hold plain OTLP protobuf, a whole request a record. */
export const TOPICS = {
  traces: 'otlp_spans',
  metrics: 'otlp_metrics',
  logs: 'otlp_logs',
  profiles: 'otlp_profiles',
  /** Records that can never be processed, with the reason in their headers. */
  deadLetters: 'sonde.dead_letters',
  /** Which dead letters were put back: what makes a replay that was interrupted go on. */
  replays: 'sonde.dead_letters_replayed',
} as const;

/** Headers of a record in an `otlp_*` topic. */
export const HEADERS = {
  tenant: 'tenant',
  /** Spans, log records or data points inside, decimal. */
  items: 'items',
} as const;

/** Headers of a record in the dead-letter topic, besides `HEADERS`. Its value is what it was. */
export const DEAD_LETTER_HEADERS = {
  /** Why it can never be processed, for people. */
  reason: 'reason',
  /** The error's code. */
  code: 'code',
  /**
   * Where it was: topic, partition and offset name it, also when it was written here twice. Without an
   * offset it lay nowhere: it was too large for a message, and topic and partition are where it was
   * meant to go.
   */
  topic: 'topic',
  /** Tells the topic from one of the same name before it, where somebody can tell. */
  topicId: 'topic_id',
  partition: 'partition',
  offset: 'offset',
} as const;

/** Header of a record that was put back: the letter it was, by its id. */
export const REPLAY_OF_HEADER = 'replay_of';

/** Headers of a record in the topic of replays. Its value is empty. */
export const REPLAY_HEADERS = {
  /** The letter's id: where the record lay that became one. */
  letter: 'letter',
  /** `begun` before the letter is put back, `done` after. */
  state: 'state',
  /** The end of the letter's topic and partition when it was begun: it lies there or behind. */
  from: 'from',
} as const;
