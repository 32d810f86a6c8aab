/** What components keep over restarts, through a storage extension. */
export * from './storage.ts';
