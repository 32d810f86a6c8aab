/** Bytes of files and streams into records. */
export { LineSplitter, NUL_FEED } from './line-splitter.ts';
export {
  type MultilineFields,
  multiline,
  type SplitterConfig,
  splitterOf,
  splitterProblem,
} from './multiline.ts';
export type { Splitter } from './splitter.ts';
export { type TrimConfig, type TrimmedRange, trimRecord } from './trim-record.ts';
