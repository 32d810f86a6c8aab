import type { ErrorMode } from '@sonde/ottl';

/** Statements of one context, and when they run. */
export interface StatementGroupConfig {
  /** Empty: inferred from the paths. */
  readonly context: string;
  readonly conditions: readonly string[];
  readonly statements: readonly string[];
  /** Of the processor when there is none. */
  readonly error_mode?: ErrorMode | undefined;
  readonly shared_cache: boolean;
}
