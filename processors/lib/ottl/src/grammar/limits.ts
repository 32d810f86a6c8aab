/** Longest statement or condition, in characters. */
export const STATEMENT_LENGTH_MAX: number = 64 * 1024;
/** Parentheses, calls, lists and maps inside each other. */
export const NESTING_MAX = 64;
