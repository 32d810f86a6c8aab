/**
 * Times and durations as text, with the meaning that they have in Go and in the Collector:
 * Go layouts, strptime formats, time zones, names of months in other languages, "1h30m".
 *
 * In: text, formats, names of zones. Out: instants with their zone, and text.
 * Step: processing; OTTL and the operators of log receivers stand on it.
 * Never: reads the clock (whoever reads a time without a year says what time it is) or any file.
 */
export * from './duration.ts';
export * from './format-go-time.ts';
export * from './go-time.ts';
export * from './localized.ts';
export * from './missing-year.ts';
export * from './parse-go-time.ts';
export * from './parse-in-zone.ts';
export * from './strptime.ts';
export * from './zone.ts';
