import { LogColumns } from './columns/log-columns.ts';
import { MetricColumns } from './columns/metric-columns.ts';
import { ProfileColumns } from './columns/profile-columns.ts';
import { SpanColumns } from './columns/span-columns.ts';
import { LogEditor } from './edit/log-editor.ts';
import { MetricEditor, PointEditor } from './edit/metric-editor.ts';
import { RowSelection } from './edit/row-selection.ts';
import { SpanEditor } from './edit/span-editor.ts';
import { StringEditor } from './edit/string-editor.ts';
import { OpenGroups } from './encode/groups.ts';
import { MetricWriter } from './encode/metric.ts';
import { keepShape } from './keep-shape.ts';
import { ReverseWriter } from './protobuf/reverse-writer.ts';
import { PADDING_BYTES, Source } from './protobuf/source.ts';

/** One of each object that decoding, editing and encoding make for a batch: see `keepShape`. */
const spans = new SpanColumns(0);
const logs = new LogColumns(0);
const metrics = new MetricColumns(0, 0);

keepShape([spans, logs, metrics, new ProfileColumns()]);
keepShape(new Source(new Uint8Array(PADDING_BYTES), 0));
keepShape([new SpanEditor(spans), new LogEditor(logs), new MetricEditor(metrics)]);
keepShape([new PointEditor(metrics.numbers), new StringEditor(spans.traceState, 0)]);
keepShape(RowSelection.ofMask(new Uint8Array(0), 0));
keepShape([new OpenGroups(new ReverseWriter(0), spans), new MetricWriter(metrics, {})]);
