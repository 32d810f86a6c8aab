import { type Buffer, BufferError, type NewRecord, REPLAY_OF_HEADER, TOPICS } from '@sonde/buffer';
import { type Letter, type LetterFilter, matches, readLetter } from './letter.ts';
import { type LetterGroup, LetterGroups } from './letter-groups.ts';
import { type Mark, readMarks, writeMarks } from './replay-marks.ts';
import { endOffset, readPartition } from './topic-reading.ts';

/** Letters that are put back between two looks at `stop`. */
const LETTERS_A_STEP = 100;
const STEP_BYTES_MAX: number = 16 * 1024 * 1024;
/** Letters over this go back alone: one that its topic does not take keeps no other from it. */
const LARGE_BYTES: number = 256 * 1024;

export interface Survey {
  /** Letters that match and are not put back yet, most first. */
  readonly groups: readonly LetterGroup[];
  readonly waiting: number;
  /** Letters that match and were put back before. */
  readonly replayed: number;
  /** Records that do not say where they belong. */
  readonly unreadable: number;
}

export interface ReplayResult {
  readonly replayed: number;
  /** Of these, how many an earlier replay had put back and not marked. */
  readonly foundAgain: number;
  /** Letters that are larger than their topic takes: they stay. */
  readonly refused: number;
  readonly isStopped: boolean;
}

/** What would be put back; changes nothing. */
export async function surveyLetters(buffer: Buffer, filter: LetterFilter): Promise<Survey> {
  const marks = await readMarks(buffer);
  const groups = new LetterGroups();
  let [waiting, replayed, unreadable] = [0, 0, 0];
  for await (const letter of lettersOf(buffer)) {
    if (letter === undefined) unreadable += 1;
    else if (!matches(letter, filter)) continue;
    else if (marks.get(letter.id)?.state === 'done') replayed += 1;
    else {
      waiting += 1;
      groups.add(letter);
    }
  }
  return { groups: groups.list(), waiting, replayed, unreadable };
}

/**
 * Puts the letters that match back where they were read from, each once: a letter is marked before
 * and after, and one that is marked as begun alone is looked for first. Interrupted at any moment,
 * the next call goes on. Two at once put letters back twice: callers see to it. Rejects with `BufferError`.
 */
export async function replayLetters(
  buffer: Buffer,
  filter: LetterFilter,
  stop: AbortSignal = new AbortController().signal,
): Promise<ReplayResult> {
  const marks = await readMarks(buffer);
  let [replayed, foundAgain, refused] = [0, 0, 0];
  let step: Letter[] = [];
  const putBack = async (): Promise<void> => {
    const result = await replayStep(buffer, step, marks);
    foundAgain += result.found;
    refused += result.refused.size;
    replayed += step.length - result.refused.size;
    step = [];
  };
  let bytes = 0;
  for await (const letter of lettersOf(buffer)) {
    if (stop.aborted) break;
    if (letter === undefined || !matches(letter, filter)) continue;
    if (marks.get(letter.id)?.state === 'done') continue;
    step.push(letter);
    bytes += letter.record.value.length;
    if (step.length < LETTERS_A_STEP && bytes < STEP_BYTES_MAX) continue;
    await putBack();
    bytes = 0;
  }
  if (!stop.aborted) await putBack();
  return { replayed, foundAgain, refused, isStopped: stop.aborted };
}

/** Letters in order, each once though it was written twice; undefined for what is none. */
async function* lettersOf(buffer: Buffer): AsyncGenerator<Letter | undefined> {
  await buffer.createTopic(TOPICS.deadLetters, { partitions: 1 });
  // As many as the topic keeps: 256 MiB of letters.
  const seen = new Set<string>();
  for await (const records of readPartition(buffer, { topic: TOPICS.deadLetters, partition: 0 })) {
    for (const record of records) {
      const letter = readLetter(record);
      if (letter !== undefined && seen.has(letter.id)) continue;
      if (letter !== undefined) seen.add(letter.id);
      yield letter;
    }
  }
}

interface StepResult {
  /** How many of the letters lay in their topics already. */
  readonly found: number;
  /** Ids of those that their topics do not take. */
  readonly refused: ReadonlySet<string>;
}

async function replayStep(
  buffer: Buffer,
  letters: readonly Letter[],
  marks: Map<string, Mark>,
): Promise<StepResult> {
  let found = 0;
  const refused = new Set<string>();
  for (const group of byPlace(letters)) {
    const result = await replayGroup(buffer, group, marks);
    found += result.found;
    for (const id of result.refused) refused.add(id);
  }
  const done: Map<string, Mark> = new Map();
  for (const { id } of letters) if (!refused.has(id)) done.set(id, { state: 'done' });
  await writeMarks(buffer, done);
  for (const [id, mark] of done) marks.set(id, mark);
  return { found, refused };
}

/** Letters of one partition. */
async function replayGroup(
  buffer: Buffer,
  letters: readonly Letter[],
  marks: ReadonlyMap<string, Mark>,
): Promise<StepResult> {
  const [first] = letters;
  if (first === undefined) return { found: 0, refused: new Set() };
  const found = await findReplayed(buffer, letters, marks);
  const missing = letters.filter(({ id }) => !found.has(id));
  const fresh = missing.filter(({ id }) => !marks.has(id));
  const from = await endOffset(buffer, first);
  await writeMarks(buffer, new Map(fresh.map(({ id }) => [id, { state: 'begun', from }])));
  return { found: found.size, refused: await appendLetters(buffer, first, missing) };
}

/** Returns the ids of those that are larger than the topic takes. */
async function appendLetters(
  buffer: Buffer,
  { topic, partition }: Letter,
  letters: readonly Letter[],
): Promise<ReadonlySet<string>> {
  const isLarge = ({ record }: Letter): boolean => record.value.length > LARGE_BYTES;
  const small = letters.filter((letter) => !isLarge(letter));
  if (small.length > 0) await buffer.append(topic, partition, small.map(toRecord));
  const refused = new Set<string>();
  for (const letter of letters.filter(isLarge)) {
    try {
      await buffer.append(topic, partition, [toRecord(letter)]);
    } catch (error) {
      if (!(error instanceof BufferError) || error.code !== 'RECORD_TOO_LARGE') throw error;
      refused.add(letter.id);
    }
  }
  return refused;
}

/** Of letters that were begun, those that lie in their partition. */
async function findReplayed(
  buffer: Buffer,
  letters: readonly Letter[],
  marks: ReadonlyMap<string, Mark>,
): Promise<ReadonlySet<string>> {
  const begun = new Set<string>();
  let from = Number.POSITIVE_INFINITY;
  for (const { id } of letters) {
    const mark = marks.get(id);
    if (mark?.state !== 'begun') continue;
    begun.add(id);
    from = Math.min(from, mark.from);
  }
  const found = new Set<string>();
  const [first] = letters;
  if (first === undefined || begun.size === 0) return found;
  for await (const records of readPartition(buffer, first, from)) {
    for (const { headers } of records) {
      const id = headers[REPLAY_OF_HEADER];
      if (id !== undefined && begun.has(id)) found.add(id);
    }
  }
  return found;
}

function byPlace(letters: readonly Letter[]): readonly (readonly Letter[])[] {
  const groups = new Map<string, Letter[]>();
  for (const letter of letters) {
    const key = `${letter.topic}/${letter.partition}`;
    const group = groups.get(key) ?? [];
    group.push(letter);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The record as it was; its time stays the time of receipt. */
function toRecord({ id, headers: before, record }: Letter): NewRecord {
  const { key, value, timestampUnixMs } = record;
  const headers = { ...before, [REPLAY_OF_HEADER]: id };
  return { ...(key === undefined ? {} : { key }), value, headers, timestampUnixMs };
}
