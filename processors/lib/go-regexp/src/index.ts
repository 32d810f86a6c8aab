/**
 * Regular expressions with Go's meaning (RE2): what the Collector's configuration holds.
 *
 * In: patterns from configuration, text. Out: matches, in time linear in the text.
 * Never: backtracking, so that no pattern of an operator and no text of a sender stops the process.
 */
export * from './go-regexp.ts';
