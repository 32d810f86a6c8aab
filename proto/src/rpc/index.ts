export * from './export-response.ts';
export * from './paths.ts';
export * from './status.ts';
