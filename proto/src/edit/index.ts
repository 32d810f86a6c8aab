export * from './copy-columns.ts';
export * from './select-points.ts';
export { selectLogs, selectSpanEvents, selectSpans } from './select-rows.ts';
