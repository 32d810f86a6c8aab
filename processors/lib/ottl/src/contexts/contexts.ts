import type { ContextDefinition, PathTable } from '../compile/context.ts';
import type { Cursor } from '../compile/getter.ts';
import { RowsValue } from '../value/value.ts';
import { clientPaths, type WithClient } from './client-paths.ts';
import type {
  EventCursor,
  GroupCursor,
  LogCursor,
  MetricCursor,
  PointCursor,
  SpanCursor,
} from './cursors.ts';
import { readOnly } from './entries.ts';
import { LOG_ENUMS, METRIC_ENUMS, NO_ENUMS, POINT_ENUMS, SPAN_ENUMS } from './enums.ts';
import { eventPaths } from './event-paths.ts';
import { resourcePaths, scopePaths, type WithGroup, withCache } from './group-paths.ts';
import { logPaths } from './log-paths.ts';
import { metricPaths } from './metric-paths.ts';
import { pointPaths } from './point-paths.ts';
import { spanPaths } from './span-paths.ts';

/** What every context has above it. */
function above<C extends Cursor & WithGroup & WithClient>(): ContextDefinition<C>['paths'] {
  const scope: PathTable<C> = scopePaths();
  return {
    resource: resourcePaths(),
    scope,
    instrumentation_scope: scope,
    otelcol: clientPaths(),
  };
}

export const RESOURCE_CONTEXT: ContextDefinition<GroupCursor> = {
  name: 'resource',
  paths: { resource: withCache(resourcePaths()), otelcol: clientPaths() },
  enums: NO_ENUMS,
};

const SCOPE: PathTable<GroupCursor> = withCache(scopePaths());

export const SCOPE_CONTEXT: ContextDefinition<GroupCursor> = {
  name: 'scope',
  paths: { ...above(), scope: SCOPE, instrumentation_scope: SCOPE },
  enums: NO_ENUMS,
};

export const SPAN_CONTEXT: ContextDefinition<SpanCursor> = {
  name: 'span',
  paths: { ...above(), span: withCache(spanPaths()) },
  enums: SPAN_ENUMS,
};

export const SPANEVENT_CONTEXT: ContextDefinition<EventCursor> = {
  name: 'spanevent',
  paths: { ...above(), span: spanPaths(), spanevent: withCache(eventPaths()) },
  enums: SPAN_ENUMS,
};

export const LOG_CONTEXT: ContextDefinition<LogCursor> = {
  name: 'log',
  paths: { ...above(), log: withCache(logPaths()) },
  enums: LOG_ENUMS,
};

export const METRIC_CONTEXT: ContextDefinition<MetricCursor> = {
  name: 'metric',
  paths: {
    ...above(),
    metric: withCache({
      ...metricPaths<MetricCursor>(),
      data_points: readOnly('data_points', ({ metric }) => {
        return new RowsValue(metric.pointsType, metric.pointCount);
      }),
    }),
  },
  enums: METRIC_ENUMS,
};

export const DATAPOINT_CONTEXT: ContextDefinition<PointCursor> = {
  name: 'datapoint',
  paths: { ...above(), metric: metricPaths(), datapoint: withCache(pointPaths()) },
  enums: POINT_ENUMS,
};
