export type { ThreadProgram } from './receiver-thread.ts';
export { type RunThreadOptions, runThread } from './run-thread.ts';
