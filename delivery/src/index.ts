/**
 * Step 3 of the path: batches come out of a buffer, whichever it is.
 *
 * In: a buffer's partition readers. Out: batches with their range, each promised (an intent) before
 * and committed after the pipeline took it; what no pipeline can ever take, in the dead-letter
 * topic. Never: acknowledges to a sender, drops, or reads past a range that is not committed.
 */
export * from './config.ts';
export * from './delivery-events.ts';
export { type Level, observeLevels } from './observe-levels.ts';
export * from './pump-set.ts';
export type { LetterFilter } from './replay/letter.ts';
export type { LetterGroup } from './replay/letter-groups.ts';
export { LetterWatch, type TopicBounds, type WatchedBuffer } from './replay/letter-watch.ts';
export {
  type ReplayResult,
  replayLetters,
  type Survey,
  surveyLetters,
} from './replay/replay.ts';
export { REPLAY_GROUP } from './replay/topic-reading.ts';
export { type ReadRequest, toRequest } from './to-request.ts';
