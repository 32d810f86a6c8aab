/** Requests rewritten where they lie: step 5 of the path for what needs no columns. */
export { WireMessage } from './wire-message.ts';
export { WireRewriter, type WireRow, type WireVisit, type WireVisits } from './wire-rewriter.ts';
export { unsupportedProgram, WireUnsupportedError } from './wire-unsupported.ts';
