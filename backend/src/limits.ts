const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 86_400_000;

/** What the HTTP server takes from one client and for how long. */
export interface HttpLimits {
  /** Bytes of a request's body. Over it: 413. */
  readonly bodyBytesMax: number;
  /** Bytes of a request's header lines. Over it: 431. */
  readonly headerBytesMax: number;
  /** Open connections; the next one is closed at once. */
  readonly connectionsMax: number;
  /** From the first byte of a request to the end of its body. */
  readonly receiveMsMax: number;
  /** From the end of a request to its answer; over it: 504, and the store query is stopped. */
  readonly answerMsMax: number;
  /** Between two requests of one connection. */
  readonly idleMsMax: number;
  /** For requests in flight when the server closes; then their connections are cut. */
  readonly drainMsMax: number;
  /** JSON answers below it are not worth compressing. */
  readonly gzipBytesMin: number;
}

/** What one store query may cost; the store ends it with an error when it goes over. */
export interface QueryLimits {
  /** Seconds in the store; below `answerMsMax`, so that its error text reaches the user. */
  readonly executionSecondsMax: number;
  readonly memoryBytesMax: number;
  /** Rows read from tables. */
  readonly readRowsMax: number;
  /** Rows in the answer; queries also have their own LIMIT. */
  readonly resultRowsMax: number;
}

/** What a request may ask for, and how much an answer holds. */
export interface AnswerLimits {
  /** Width of a time range. */
  readonly rangeMsMax: number;
  /** Characters of one text parameter. */
  readonly textLengthMax: number;
  /** Characters of the conditions on spans: three of the longest names. */
  readonly whereLengthMax: number;
  /** Characters of a name in a list; longer ones are cut, and asked for by what is left. */
  readonly nameLengthMax: number;
  readonly servicesMax: number;
  /** Rows of each kind that coverage is made of: some five a service and host. */
  readonly coverageRowsMax: number;
  readonly operationsMax: number;
  /** Pairs of nodes of one service map. */
  readonly mapEdgesMax: number;
  /** Operations of one edge of the map. */
  readonly mapOperationsMax: number;
  /** Traces or log records on one page. */
  readonly pageRowsMax: number;
  readonly pageRowsDefault: number;
  /** Spans of one trace in one answer. */
  readonly spansMax: number;
  /** Spans of the outline of a trace. */
  readonly outlineSpansMax: number;
  /** Spans with an error that are given beyond `spansMax`. */
  readonly lateErrorsMax: number;
  readonly metricsMax: number;
  readonly seriesMax: number;
  readonly labelKeysMax: number;
  /** Points of one line in a chart. */
  readonly stepsMax: number;
  /** Versions of the settings that one list shows. */
  readonly settingsVersionsMax: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytesMax: MIB,
  headerBytesMax: 16 * KIB,
  connectionsMax: 1024,
  receiveMsMax: 30_000,
  answerMsMax: 30_000,
  idleMsMax: 65_000,
  drainMsMax: 5_000,
  gzipBytesMin: 1400,
};

export const QUERY_LIMITS: QueryLimits = {
  executionSecondsMax: 25,
  memoryBytesMax: 1024 * MIB,
  readRowsMax: 2_000_000_000,
  resultRowsMax: 200_000,
};

export const ANSWER_LIMITS: AnswerLimits = {
  rangeMsMax: 400 * DAY_MS,
  textLengthMax: 1024,
  whereLengthMax: 3400,
  nameLengthMax: 1024,
  servicesMax: 1000,
  coverageRowsMax: 20_000,
  operationsMax: 500,
  mapEdgesMax: 10_000,
  mapOperationsMax: 20,
  pageRowsMax: 1000,
  pageRowsDefault: 100,
  spansMax: 10_000,
  outlineSpansMax: 200_000,
  lateErrorsMax: 1000,
  metricsMax: 5000,
  seriesMax: 100,
  labelKeysMax: 500,
  stepsMax: 1500,
  settingsVersionsMax: 200,
};

/** Files of the page that are kept in memory: one file, all of them, their number. */
export const WEB_FILE_BYTES_MAX: number = 16 * MIB;
export const WEB_BYTES_MAX: number = 128 * MIB;
export const WEB_FILES_MAX = 5000;
/** Between two readings of the gateway's counters that nobody asked for. */
export const GATEWAY_READ_MS = 15_000;
