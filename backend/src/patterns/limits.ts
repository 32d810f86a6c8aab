/** Between two looks for ids that came or changed. */
export const TICK_MS = 5000;
/** The lease outlives a look, so that a slow one stays the only one. */
export const LEASE_MS = 60_000;
/** Facts are looked for so far behind the newest that was read: inserts overtake one another. */
export const OVERLAP_MS = 60_000;
/** Facts of one look; more come with the next. */
export const FACTS_PER_LOOK_MAX = 20_000;
/** Ids that are kept in memory to be grouped, of all services; what comes then waits for a restart. */
export const LEAVES_MAX = 100_000;
export const SOURCES_MAX = 10_000;
/** Rows of one insert. */
export const ROWS_PER_INSERT_MAX = 10_000;
/** Steps of grouping between two turns of the event loop: about a millisecond. */
export const STEPS_A_TURN = 30;
/** A row that did not change is written again after so long: the table forgets what nobody tells of. */
export const REWRITE_MS: number = 7 * 86_400_000;
export const STATEMENT_LIMITS: {
  readonly max_execution_time: number;
  readonly max_memory_usage: string;
  readonly max_threads: number;
} = {
  max_execution_time: 60,
  max_memory_usage: String(1024 * 1024 * 1024),
  max_threads: 2,
};

/** Ids of a pattern that a message of the stream names. */
export const STREAM_IDS_MAX = 256;
/** Messages that wait for a gateway that does not take them. */
export const STREAM_WAITING_MAX = 20_000;

/** Ids with lines in a range, of which the ones with most lines are read. */
export const PATTERN_ROWS_MAX = 20_000;
/** Patterns of one answer. */
export const PATTERNS_MAX = 1000;
/** Steps of the trend of a pattern. */
export const TREND_STEPS = 40;
/** Days that are looked back for the first time of a pattern. */
export const FIRST_SEEN_DAYS = 90;
/** Values of one place of a pattern, and lines they are counted in. */
export const VALUES_MAX = 50;
export const VALUE_LINES_MAX = 200_000;
