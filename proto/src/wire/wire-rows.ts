import type { Signal } from '../signal.ts';

/** How the rows of a signal lie in its requests: field numbers, all below 16. */
export interface WireRows {
  /** Of a row in its scope's message, or of a metric there. */
  readonly inScope: number;
  /** Of attributes in a row; unused for metrics. */
  readonly attributes: number;
  /**
   * For metrics, whose rows are data points: by the number of each kind's message in the metric, that
   * of attributes in its points.
   */
  readonly kinds: Readonly<Record<number, number>> | undefined;
}

/** Of the groups in a request, of the resource in a group and of scopes in it. */
export const GROUPS = 1;
export const RESOURCE = 1;
export const SCOPES = 2;
/** Of the scope in its message. */
export const SCOPE = 1;
/** Of points in the message of their kind. */
export const POINTS = 1;
export const RESOURCE_ATTRIBUTES = 1;
export const SCOPE_ATTRIBUTES = 3;

const ROWS: Readonly<Partial<Record<Signal, WireRows>>> = {
  traces: { inScope: 2, attributes: 9, kinds: undefined },
  logs: { inScope: 2, attributes: 6, kinds: undefined },
  metrics: { inScope: 2, attributes: 0, kinds: { 5: 7, 7: 7, 9: 9, 10: 1, 11: 7 } },
};

/** Undefined for profiles, whose rows refer to a dictionary. */
export function wireRowsOf(signal: Signal): WireRows | undefined {
  return ROWS[signal];
}
