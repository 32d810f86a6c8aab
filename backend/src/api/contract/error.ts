/** Body of every answer that is not 2xx. */
export interface ApiError {
  readonly error: {
    /** Stable, for programs: `BAD_REQUEST`, `NOT_FOUND`, `STORE_UNAVAILABLE`, `QUERY_LIMIT`, ... */
    readonly code: string;
    /** What went wrong, for people. */
    readonly message: string;
    /** What to do about it, for people. */
    readonly hint?: string;
  };
}

/** What the store did for an answer; shown beside it. */
export interface QueryCost {
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}
