/** What happens to a log that people should know of. */
export type LogEvent =
  /** The end of a partition was no whole frame: a crash in the middle of a write, never acknowledged. */
  | (PartitionEvent & {
      readonly type: 'tail_cut';
      readonly offset: number;
      readonly bytes: number;
    })
  /** Records of `[from, to)` are gone: damaged pages, or files removed by somebody else. */
  | (PartitionEvent & { readonly type: 'records_lost'; readonly from: number; readonly to: number })
  /** Retention removed a segment; `unread` when a topic with `whenFull: 'drop_oldest'` lost unread ones. */
  | (PartitionEvent & {
      readonly type: 'segment_dropped';
      readonly from: number;
      readonly to: number;
      readonly bytes: number;
      readonly unread: boolean;
    })
  | (PartitionEvent & { readonly type: 'write_failed'; readonly message: string })
  | { readonly type: 'retention_failed'; readonly message: string }
  /** Part of the groups' file was unreadable: positions may be older than they were. */
  | { readonly type: 'groups_damaged'; readonly path: string; readonly bytes: number }
  /** The process that held the folder is dead. */
  | { readonly type: 'lock_taken_over'; readonly path: string; readonly pid: number };

interface PartitionEvent {
  readonly topic: string;
  readonly partition: number;
}

/** One line for a log. */
export function describeLogEvent(event: LogEvent): string {
  switch (event.type) {
    case 'tail_cut':
      return (
        `cut ${event.bytes} bytes of an unfinished write after offset ${event.offset} ` +
        `of ${event.topic}/${event.partition}`
      );
    case 'records_lost':
      return (
        `${event.to - event.from} records lost to damage: offsets ${event.from} to ${event.to} ` +
        `of ${event.topic}/${event.partition}`
      );
    case 'segment_dropped':
      return (
        `dropped ${event.to - event.from} ${event.unread ? 'unread ' : ''}records ` +
        `(${event.bytes} bytes) of ${event.topic}/${event.partition}`
      );
    case 'write_failed':
      return `writing to ${event.topic}/${event.partition} failed: ${event.message}`;
    case 'retention_failed':
      return event.message;
    case 'groups_damaged':
      return `${event.bytes} bytes of ${event.path} are unreadable: positions may be older`;
    case 'lock_taken_over':
      return `took over ${event.path} from process ${event.pid}, which is gone`;
  }
}

/** A warning is a loss or a failure; the rest is news. */
export function isWarning(event: LogEvent): boolean {
  return event.type !== 'lock_taken_over' && (event.type !== 'segment_dropped' || event.unread);
}

export type OnLogEvent = (event: LogEvent) => void;
