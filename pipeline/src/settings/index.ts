/** The settings channel; the backend imports this and nothing else of the engine. */
export * from './auxiliary.ts';
export * from './log-patterns.ts';
export * from './retention.ts';
export * from './services.ts';
export * from './settings.ts';
export * from './settings-source.ts';
export * from './static-settings-source.ts';
