import type { BufferErrorCode, Intent, NewRecord, ReadOptions } from '../contract.ts';
import type { PackedRecords } from './pack-records.ts';

/** What a thread asks of the thread that holds the log; readers go by the number they were given. */
export type LogCall =
  | { readonly call: 'createTopic'; readonly topic: string; readonly partitions: number }
  | {
      readonly call: 'append';
      readonly topic: string;
      readonly partition: number;
      readonly records: readonly NewRecord[];
    }
  | {
      readonly call: 'openReader';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
    }
  | {
      readonly call: 'read';
      readonly reader: number;
      readonly from: number;
      readonly options: Omit<ReadOptions, 'signal'>;
    }
  | { readonly call: 'begin'; readonly reader: number; readonly intent: Intent }
  | {
      readonly call: 'commit';
      readonly reader: number;
      readonly to: number;
      readonly next: Intent | undefined;
    }
  | { readonly call: 'close'; readonly reader: number };

/** A call with its number, or the end of the wait of an earlier one. */
export type LogQuestion =
  | (LogCall & { readonly id: number })
  | { readonly call: 'abort'; readonly id: number };

/** What a call brought: each brings its own of these, and a reader's its position. */
export interface LogResult {
  /** Of `createTopic`: its partitions. Of `append`: the first offset. Of `openReader`: its number. */
  readonly number?: number;
  readonly topicId?: string | undefined;
  readonly position?: number;
  readonly pending?: Intent | undefined;
  readonly records?: PackedRecords;
}

export interface LogAnswer {
  readonly id: number;
  readonly result?: LogResult;
  /** Without a code: no error of the buffer's own. */
  readonly error?: { readonly code: BufferErrorCode | undefined; readonly message: string };
}
