/** Bytes and rows of one signal. */
export interface SignalStorage {
  readonly signal: 'traces' | 'logs' | 'metrics' | 'profiles' | 'rollups' | 'metricRollups';
  readonly bytes: number;
  /** Of `bytes`, what lies on the cold volume. */
  readonly coldBytes: number;
  readonly rows: number;
  /** Time of the oldest row that is kept, milliseconds since the epoch; null for nothing. */
  readonly oldestMs: number | null;
  /** What the settings say now. */
  readonly days: number;
}

/** What the job of retention did to one partition. */
export interface StorageAction {
  readonly atMs: number;
  /** `expired`: older than the settings say; `sacrificed`: there was no room; `moved`: to the cold volume. */
  readonly kind: 'expired' | 'sacrificed' | 'moved';
  readonly table: string;
  readonly partition: string;
  readonly bytes: number;
}

/**
 * Parts of one partition that the store does not have in its table any more, as a rule because they
 * were broken when the engine opened them: their rows are in no answer.
 */
export interface DetachedPartsStatus {
  readonly table: string;
  readonly partition: string;
  /** The engine's word: `broken-on-start`, `broken`; empty when somebody detached them. */
  readonly reason: string;
  readonly parts: number;
  readonly bytes: number;
  /** As the parts themselves say; null where one of them does not say. */
  readonly rows: number | null;
  /** When the newest was set aside, milliseconds since the epoch. */
  readonly atMs: number;
}

/** `GET /storage`. */
export interface StorageResponse {
  readonly signals: readonly SignalStorage[];
  /** Of all signals, on the store's own disk. */
  readonly hotBytes: number;
  /** At which the guard drops the oldest partitions. */
  readonly sizeMaxBytes: number;
  readonly guard: 'calm' | 'warning' | 'acting' | 'full';
  /** One line for people. */
  readonly detail: string;
  /** Days until `sizeMaxBytes` at the present rate; null when that is more than 400 days or never. */
  readonly daysUntilFull: number | null;
  readonly hasColdVolume: boolean;
  readonly disks: ReadonlyArray<{
    readonly name: string;
    readonly freeBytes: number;
    readonly totalBytes: number;
  }>;
  /** What goes first when there is no room. */
  readonly sacrificedFirst: readonly SignalStorage['signal'][];
  /** At most 200, the most bytes first. */
  readonly detached: readonly DetachedPartsStatus[];
  /** Newest first, of this process. */
  readonly actions: readonly StorageAction[];
}
