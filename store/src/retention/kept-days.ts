import {
  CATALOGUES,
  RESOURCE_TABLES,
  type RetainedSignal,
  retainedTable,
  SERIES_TABLE,
} from './retained-tables.ts';
import { DAY_MS, type StoredPartition } from './stored-partition.ts';

/** The signals whose rows carry a class. */
export const RULED_SIGNALS = ['traces', 'logs', 'metrics', 'profiles'] as const;
export type RuledSignal = (typeof RULED_SIGNALS)[number];

/** The retention of the settings, as much of it as partitions need. */
export interface RetentionPolicy {
  readonly tracesDays: number;
  readonly logsDays: number;
  readonly metricsDays: number;
  readonly profilesDays: number;
  readonly rollupsDays: number;
  readonly metricRollupsDays: number;
  /** Days after which partitions move to the cold volume; null never moves them. */
  readonly coldAfterDays: number | null;
  /** Bytes on the hot disk; null is the default of the disk. */
  readonly sizeMaxBytes: number | null;
  /** Rows of their signal that have days of their own; which rows, the writer knows. */
  readonly rules: readonly {
    readonly name: string;
    readonly signal: RuledSignal;
    readonly days: number;
  }[];
}

/** A version of the settings that rows were stored under. */
export interface PastPolicy {
  readonly retention: RetentionPolicy;
  /** When the next version replaced it; infinite for the newest. */
  readonly untilMs: number;
}

/** Writers hear of a change later, and rows may be of an hour ahead. */
const STORED_AFTER_MS = DAY_MS;

/**
 * The days that a partition is kept: its rows follow the settings that gave them their class. A
 * class that was some version's days of the signal, or of a rule, is kept for as long as the newest
 * version says of these (for the longest of them where there are several; a rule that is gone leaves
 * its rows to their signal). A class that no version explains keeps its own days.
 */
export function keptDays(
  partition: StoredPartition,
  current: RetentionPolicy,
  history: readonly PastPolicy[],
): number {
  // Roll-ups of metrics have their labels there.
  if (partition.table === SERIES_TABLE) {
    return Math.max(current.metricRollupsDays, longest(current, 'metrics'));
  }
  const { classDays, table } = partition;
  const signal = retainedTable(table)?.signal ?? 'rollups';
  if (!RESOURCE_TABLES.has(table) && (classDays === undefined || !isRuled(signal))) {
    return current[`${signal}Days`];
  }
  const beganMs = partition.day * DAY_MS;
  const versions = [
    current,
    ...history.filter(({ untilMs }) => beganMs <= untilMs + STORED_AFTER_MS).map(retentionOf),
  ];
  const signals = RESOURCE_TABLES.has(table) ? RULED_SIGNALS : RULED_SIGNALS.filter(is(signal));
  const days = signals.flatMap((one) =>
    CATALOGUES.has(table)
      ? versions.filter((v) => longest(v, one) === classDays).map(() => longest(current, one))
      : givers(versions, one, classDays).map((name) => daysBy(current, one, name)),
  );
  return days.length === 0 ? (classDays ?? 0) : Math.max(...days);
}

function retentionOf({ retention }: PastPolicy): RetentionPolicy {
  return retention;
}

function is(signal: RetainedSignal): (other: RetainedSignal) => boolean {
  return (other) => other === signal;
}

function isRuled(signal: RetainedSignal): signal is RuledSignal {
  return RULED_SIGNALS.some(is(signal));
}

/** Catalogues stay as long as rows that may name them. */
function longest(policy: RetentionPolicy, signal: RuledSignal): number {
  return policy.rules
    .filter((rule) => rule.signal === signal)
    .reduce((most, { days }) => Math.max(most, days), policy[`${signal}Days`]);
}

/** The rules that gave rows this class in some version; undefined stands for the signal itself. */
function givers(
  versions: readonly RetentionPolicy[],
  signal: RuledSignal,
  classDays: number | undefined,
): readonly (string | undefined)[] {
  const names = versions.flatMap((version) => [
    ...(version[`${signal}Days`] === classDays ? [undefined] : []),
    ...version.rules
      .filter((rule) => rule.signal === signal && rule.days === classDays)
      .map(({ name }) => name),
  ]);
  return [...new Set(names)];
}

function daysBy(policy: RetentionPolicy, signal: RuledSignal, name: string | undefined): number {
  const rule = policy.rules.find((one) => one.signal === signal && one.name === name);
  return rule?.days ?? policy[`${signal}Days`];
}
