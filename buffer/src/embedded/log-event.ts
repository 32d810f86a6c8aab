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
  /**
   * A file of positions was unreadable (0 bytes: gone or emptied). `lost` when the other copy was
   * too: positions may be older than they were. `kept` is where the damaged file lies now, or ''.
   */
  | {
      readonly type: 'groups_damaged';
      readonly path: string;
      readonly bytes: number;
      readonly kept: string;
      readonly lost: boolean;
    }
  /** Somebody removed, moved or replaced the file that is written to. */
  | (PartitionEvent & {
      readonly type: 'segment_gone';
      readonly path: string;
      readonly from: number;
      readonly to: number;
      /** Why its records could not be written to that place again; '' when they were. */
      readonly message: string;
    })
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
      return describeGroupsDamage(event);
    case 'segment_gone':
      return (
        `${event.path} was removed or replaced while it was in use; its records, offsets ` +
        `${event.from} to ${event.to}, ${event.message === '' ? 'were written there again' : `are lost: ${event.message}`}`
      );
    case 'lock_taken_over':
      return `took over ${event.path} from process ${event.pid}, which is gone`;
  }
}

function describeGroupsDamage(event: Extract<LogEvent, { type: 'groups_damaged' }>): string {
  const { path, bytes, kept, lost } = event;
  const what =
    bytes === 0 ? `${path} is gone or was emptied` : `${bytes} bytes of ${path} are damaged`;
  const where = kept === '' ? '' : ` (kept as ${kept})`;
  if (!lost) return `${what}${where}: nothing is lost, the other copy of the positions is whole`;
  return (
    `${what}${where}, and so is the other copy: groups go on from the positions that are left, or ` +
    'from the first record that is kept. What was delivered after that is delivered once more, at ' +
    'most all that the buffer still holds'
  );
}

/** Something of value is gone: a line of level error. */
export function isLoss(event: LogEvent): boolean {
  if (event.type === 'groups_damaged') return event.lost;
  return event.type === 'records_lost' || event.type === 'segment_gone';
}

/** A warning is a loss or a failure; the rest is news. */
export function isWarning(event: LogEvent): boolean {
  return event.type !== 'lock_taken_over' && (event.type !== 'segment_dropped' || event.unread);
}

export type OnLogEvent = (event: LogEvent) => void;
