import type { ContextDefinition, PathTable } from '../compile/context.ts';
import { Level } from '../compile/getter.ts';
import { clientPaths } from '../contexts/client-paths.ts';
import { attributes, leaf, nested } from '../contexts/entries.ts';
import { LOG_ENUMS, NO_ENUMS, POINT_ENUMS, SPAN_ENUMS } from '../contexts/enums.ts';
import { expectInt, expectString } from '../contexts/expect-type.ts';
import { withCache } from '../contexts/group-paths.ts';
import { indexedBody } from '../contexts/log-paths.ts';
import { fromColumns, toColumns } from '../contexts/row-value.ts';
import { byteOf, KINDS } from '../contexts/span-paths.ts';
import { pdataText } from '../value/value-text.ts';
import { refuseWriting, type WireCursor } from './wire-cursor.ts';

/**
 * The paths that are read and written in the bytes of a request: what most statements name. A text
 * with another path is for columns. Numbers are those of fields in OTLP's messages.
 */
type Paths = PathTable<WireCursor>;

const SCOPE_NAME = 1;
const SCOPE_VERSION = 2;
const METRIC_NAME = 1;
const METRIC_UNIT = 3;
const SPAN_NAME = 5;
const SPAN_KIND = 6;
const SEVERITY_NUMBER = 2;
const SEVERITY_TEXT = 3;
const BODY = 5;

const RESOURCE: Paths = { attributes: attributes(({ resource }) => resource, Level.resource) };

const SCOPE: Paths = {
  attributes: attributes(({ scope }) => scope),
  name: leaf(({ place }) => place.scope.text(SCOPE_NAME), refuseWriting),
  version: leaf(({ place }) => place.scope.text(SCOPE_VERSION), refuseWriting),
};

const ABOVE: ContextDefinition<WireCursor>['paths'] = {
  resource: RESOURCE,
  scope: SCOPE,
  instrumentation_scope: SCOPE,
  otelcol: clientPaths(),
};

const ROW: Paths = withCache({ attributes: attributes(({ attributes: map }) => map) });

const SPAN: Paths = {
  ...ROW,
  name: textPath(SPAN_NAME),
  kind: integerPath(SPAN_KIND),
  'kind.string': leaf(
    ({ place }) => KINDS[byteOf(BigInt(place.row.integer(SPAN_KIND)))] ?? '',
    refuseWriting,
  ),
};

const LOG: Paths = {
  ...ROW,
  severity_number: integerPath(SEVERITY_NUMBER),
  severity_text: textPath(SEVERITY_TEXT),
  body: nested(
    ({ place }) => fromColumns(place.row.value(BODY)),
    ({ place }, value) => place.row.setValue(BODY, toColumns(value)),
    indexedBody,
  ),
  'body.string': leaf(
    ({ place }) => pdataText(fromColumns(place.row.value(BODY))),
    ({ place }, value) => place.row.setValue(BODY, expectString(value)),
  ),
};

const METRIC: Paths = {
  name: leaf(({ place }) => place.metric.text(METRIC_NAME), refuseWriting),
  unit: leaf(({ place }) => place.metric.text(METRIC_UNIT), refuseWriting),
};

function textPath(field: number): Paths[string] {
  return leaf(
    ({ place }) => place.row.text(field),
    ({ place }, value) => place.row.setText(field, expectString(value)),
  );
}

/** An enum: one byte, as columns hold it. */
function integerPath(field: number): Paths[string] {
  return leaf(
    ({ place }) => BigInt(byteOf(BigInt(place.row.integer(field)))),
    ({ place }, value) => place.row.setInteger(field, byteOf(expectInt(value))),
  );
}

const CONTEXTS: readonly ContextDefinition<WireCursor>[] = [
  {
    name: 'resource',
    paths: { resource: withCache(RESOURCE), otelcol: clientPaths() },
    enums: NO_ENUMS,
  },
  {
    name: 'scope',
    paths: { ...ABOVE, scope: withCache(SCOPE), instrumentation_scope: withCache(SCOPE) },
    enums: NO_ENUMS,
  },
  { name: 'span', paths: { ...ABOVE, span: SPAN }, enums: SPAN_ENUMS },
  { name: 'log', paths: { ...ABOVE, log: LOG }, enums: LOG_ENUMS },
  { name: 'datapoint', paths: { ...ABOVE, metric: METRIC, datapoint: ROW }, enums: POINT_ENUMS },
];

/** By the name of the context in which rows are visited. */
export const WIRE_CONTEXTS: ReadonlyMap<string, ContextDefinition<WireCursor>> = new Map(
  CONTEXTS.map((context) => [context.name, context]),
);
