/**
 * Which rows a processor is for: the Collector's `include` and `exclude`.
 *
 * In: match properties from configuration; columns. Out: a question to ask of every row.
 * Never: a change to a row. Answers that belong to a dictionary's string, a resource or a scope are
 * found once a batch.
 */
export { type AttributeMatch, attributeMatches, type MatchType } from './attribute-match.ts';
export { type MatchProperties, matchProperties } from './config.ts';
export { RowFilter, type RowTest } from './row-filter.ts';
export { compileTexts, type TextTest } from './text-match.ts';
