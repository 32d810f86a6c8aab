/** Servers of receivers and extensions: every limit in one place. */
export * from './limits.ts';
export * from './listen-address.ts';
export * from './listen-error.ts';
