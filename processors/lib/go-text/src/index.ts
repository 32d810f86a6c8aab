/**
 * Texts that logs are made of, read with the meaning that they have in the Collector: `key=value`
 * pairs, a row of comma-separated fields, quoted text as Go writes it.
 *
 * In: text and delimiters. Out: maps and lists of text.
 * Step: processing; OTTL and the operators of log receivers stand on it.
 * Never: a type of OTTL or of a receiver.
 */
export * from './csv-row.ts';
export * from './key-values.ts';
export * from './quote.ts';
export * from './text-error.ts';
export * from './uri.ts';
