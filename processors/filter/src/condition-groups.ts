import type { ErrorMode } from '@sonde/ottl';

/** Conditions of one context: rows for which one holds are dropped. */
export interface ConditionGroup {
  /** Where they are written. */
  readonly path: readonly (string | number)[];
  /** Empty: inferred from the paths. */
  readonly context: string;
  readonly conditions: readonly string[];
  /** Of the processor when there is none. */
  readonly error_mode?: ErrorMode | undefined;
}

/** Signals that have conditions. */
export type ConditionSignal = 'traces' | 'metrics' | 'logs';

export type ConditionGroups = Readonly<Record<ConditionSignal, readonly ConditionGroup[]>>;
