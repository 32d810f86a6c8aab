/** What one minute of the service map may hold and cost. */

/** Operations of one pair of services; the others are one, `(other)`. */
export const OPERATIONS_PER_PAIR_MAX = 50;
/**
 * Rows of a tenant, of calls and of connections; those between the rarest pairs are one row,
 * `(other)` to `(other)`.
 */
export const EDGES_PER_MINUTE_MAX = 20_000;
/** Contexts of a tenant, and of one service of it; the rarest are `(other)`. */
export const CONTEXTS_PER_MINUTE_MAX = 20_000;
export const CONTEXTS_PER_SERVICE_MAX = 1000;
/** Traces with more spans have no contexts: finding one costs memory for the square of that. */
export const CONTEXT_SPANS_PER_TRACE_MAX = 500;
/** Traces that the store looks at in one step. */
export const CONTEXT_TRACES_AT_ONCE = 32;
/** Tenants of one minute; the others have no map then. */
export const TENANTS_MAX = 10_000;
/** Characters of the name of what is no service. */
export const PEER_LENGTH_MAX = 200;

/** A minute is joined so long after its end: spans come when they end, and batches wait. */
export const CLOSED_AFTER_MS = 20_000;
/** Minutes older than that are not looked at any more. */
export const HORIZON_MS = 86_400_000;
/** A caller's span may begin so long before what it calls, or so long after it by its own clock. */
export const WINDOW_MS: { readonly before: number; readonly after: number } = {
  before: 600_000,
  after: 600_000,
};
/** Of a minute that is joined again because spans of it came late: clocks are off by minutes. */
export const LATE_WINDOW_MS: { readonly before: number; readonly after: number } = {
  before: 1_800_000,
  after: 1_800_000,
};
/** A minute to which spans still come is joined again when its edges are this share of its age old. */
export const REJOIN_AGE_SHARE = 0.25;

/** So long before a minute the last point of a counter is looked for; agents report every 10 s. */
export const COUNTER_LOOKBACK_MS = 300_000;
/** So long before a minute spans say by which name they call what its connections go to. */
export const NAMED_BEFORE_MS = 300_000;
/** Connections that did something so long before a minute count among those of the minute. */
export const SEEN_BEFORE_MS = 60_000;
/** Names and addresses of a tenant that are known to be the same; databases come first. */
export const NAMED_PER_MINUTE_MAX = 20_000;
/** Names and addresses that one client has for one port; more are left apart. */
export const PEERS_PER_PORT_MAX = 1000;
/**
 * Points of connections are counted this far back at each look, and as far as spans at every
 * `FAR_LOOKS`th one: they are counted in the table of points itself.
 */
export const NEAR_HORIZON_MS = 900_000;
export const FAR_LOOKS = 60;

/** Between two looks. */
export const TICK_MS = 10_000;
/** Joins of one look; what is left waits for the next. */
export const JOINS_PER_TICK_MAX = 30;
/** Of the time of a look that joining may take, so that a long backlog leaves the store to others. */
export const LOOK_MS_MAX = 4000;
/** Whoever holds the job and dies is replaced after this. */
export const LEASE_MS = 60_000;

/** Joins so long before the start are told again: a kill may have come before they were told. */
export const REPUBLISHED_MS = 600_000;
/** Minutes that wait to be told; more are given up, the oldest first. */
export const UNPUBLISHED_MAX = 1440;

/** What one statement may take from the store. */
export const STATEMENT_LIMITS: {
  readonly max_execution_time: number;
  readonly max_memory_usage: string;
  readonly max_threads: number;
  readonly use_skip_indexes: 0;
  readonly compile_expressions: 0;
  readonly compile_aggregate_expressions: 0;
  readonly optimize_group_by_function_keys: 0;
  readonly optimize_aggregators_of_group_by_keys: 0;
} = {
  max_execution_time: 120,
  max_memory_usage: String(1024 * 1024 * 1024),
  max_threads: 2,
  // Bloom filters of ids would be read for every granule of the window, and keep none away.
  use_skip_indexes: 0,
  // Each minute has other constants: what is compiled for one is used once.
  compile_expressions: 0,
  compile_aggregate_expressions: 0,
  // Each compares all of a statement with every key: a third of what it costs to plan these, for nothing.
  optimize_group_by_function_keys: 0,
  optimize_aggregators_of_group_by_keys: 0,
};
