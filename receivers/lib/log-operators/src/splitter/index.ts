/** Bytes of files and streams into records. */
export {
  type MultilineFields,
  multiline,
  type SplitterConfig,
  splitterOf,
  splitterProblem,
} from './multiline.ts';
export type { Splitter } from './splitter.ts';
export { type TrimmedRange, trimRecord } from './trim-record.ts';
