/**
 * Patterns of log lines (a library of step 5 of the path).
 *
 * In: bytes of log lines or bodies, with the source they are from. Out: per line a leaf (its 64-bit
 * id is stored with the line), the pattern it belongs to now, and its variables.
 * Never: files, sockets, clocks; text is made only where somebody reads a template.
 */
export { Leaf } from './leaf.ts';
export { type LeafFact, leafId } from './leaf-fact.ts';
export type { LeafNews } from './leaf-news.ts';
export type { MinerOptions } from './miner-options.ts';
export { STEPS_A_BATCH, tendBehindBatch } from './pace.ts';
export { parseTime } from './parse-time.ts';
export { PatternBook, type PatternEntry } from './pattern-book.ts';
export { PatternMiner } from './pattern-miner.ts';
export type { PatternSource } from './pattern-source.ts';
export { RecordSplitter } from './record-splitter.ts';
export { renderTemplate, VALUE_MARK } from './template.ts';
export type { ValueSlot } from './value-slots.ts';
export type { Variables } from './variables.ts';
