/** Files that components read again while they run. */
export * from './watched-file.ts';
