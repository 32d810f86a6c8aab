import { keepShape, LogColumns, MetricColumns, SpanColumns } from '@sonde/proto';
import { EventCursor, LogCursor, MetricCursor, PointCursor, SpanCursor } from './cursors.ts';
import { groupCursor } from './group-cursor.ts';

/** One of each cursor that is made for a batch: see `keepShape`. */
const spans = new SpanColumns(0);
const metrics = new MetricColumns(0, 0);

keepShape([new SpanCursor(spans, undefined), new EventCursor(spans, undefined)]);
keepShape(new LogCursor(new LogColumns(0), undefined));
keepShape([new MetricCursor(metrics, undefined), new PointCursor(metrics, undefined)]);
keepShape(groupCursor(spans, undefined));
