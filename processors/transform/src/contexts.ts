import {
  DATAPOINTS,
  LOGS,
  RESOURCES,
  SCOPES,
  SPANEVENTS,
  SPANS,
  type StatementContext,
} from '@sonde/ottl';
import { METRIC_CONTEXT } from './metric-context.ts';

/** Lists of statements by the key that they stand under, and the contexts that each may use. */
export const SECTIONS = ['trace_statements', 'metric_statements', 'log_statements'] as const;

export type Section = (typeof SECTIONS)[number];

export const CONTEXTS: Readonly<Record<Section, readonly StatementContext[]>> = {
  trace_statements: [RESOURCES, SCOPES, SPANS, SPANEVENTS],
  metric_statements: [RESOURCES, SCOPES, METRIC_CONTEXT, DATAPOINTS],
  log_statements: [RESOURCES, SCOPES, LOGS],
};
