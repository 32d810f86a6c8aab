import type { Columns, LogColumns, Signal, SpanColumns } from '@sonde/proto';
import { readValue } from '@sonde/proto';
import { attributeMatches } from './attribute-match.ts';
import { checkProperties } from './check-properties.ts';
import type { MatchProperties } from './config.ts';
import { compileTexts, idTest, type TextTest } from './text-match.ts';

/** Asked with the row of a span, a log record or a metric. */
export type RowTest = (row: number) => boolean;

type BatchTest = (columns: Columns) => RowTest;

/** The name that upstream gives a resource without `service.name`. */
const NO_SERVICE = '<nil-service-name>';
/** By number, as OTLP names them. */
const KIND_NAMES: readonly string[] = [
  'UNSPECIFIED',
  'INTERNAL',
  'SERVER',
  'CLIENT',
  'PRODUCER',
  'CONSUMER',
].map((name) => `SPAN_KIND_${name}`);

/** Rows that `include` names, if there is one, and `exclude` does not. */
export class RowFilter {
  readonly #include: BatchTest | undefined;
  readonly #exclude: BatchTest | undefined;

  /** Throws `Error` with upstream's text when the properties make no sense for the signal. */
  constructor(
    config: {
      readonly include?: MatchProperties | undefined;
      readonly exclude?: MatchProperties | undefined;
    },
    signal: Signal,
  ) {
    this.#include = config.include && compileProperties(config.include, signal);
    this.#exclude = config.exclude && compileProperties(config.exclude, signal);
  }

  /** The question for one batch; undefined when every row passes. */
  open(columns: Columns): RowTest | undefined {
    const include = this.#include?.(columns);
    const exclude = this.#exclude?.(columns);
    if (include === undefined && exclude === undefined) return undefined;
    return (row) => (include?.(row) ?? true) && !(exclude?.(row) ?? false);
  }
}

function compileProperties(properties: MatchProperties, signal: Signal): BatchTest {
  const problem = checkProperties(properties, signal);
  if (problem !== undefined) throw new Error(problem);
  const tests = [
    ...groupTests(properties),
    ...(signal === 'traces' ? spanTests(properties) : []),
    ...(signal === 'logs' ? logTests(properties) : []),
    ...(signal === 'metrics' ? metricTests(properties) : []),
  ];
  return (columns) => {
    const opened = tests.map((test) => test(columns));
    return (row) => opened.every((test) => test(row));
  };
}

/** What every signal has: resources and scopes, each asked about once a batch. */
function groupTests(properties: MatchProperties): BatchTest[] {
  const { match_type: type, services, resources, libraries } = properties;
  const tests: BatchTest[] = [];
  if (services.length > 0) {
    const texts = compileTexts(type, services, 'service name');
    tests.push((columns) => {
      const table = columns.resources;
      const test = idTest(table.serviceNames, (name) => texts(name === '' ? NO_SERVICE : name));
      return byGroup(columns.resource, (row) => test(table.serviceName[row] ?? 0));
    });
  }
  if (resources.length > 0) {
    const match = attributeMatches(type, resources);
    tests.push((columns) => byGroup(columns.resource, match(columns.resources)));
  }
  for (const { name, version } of libraries) {
    const names = compileTexts(type, [name]);
    const versions = version === undefined ? () => true : compileTexts(type, [version]);
    tests.push((columns) => scopeTest(columns, names, versions));
  }
  return tests;
}

function scopeTest(columns: Columns, names: TextTest, versions: TextTest): RowTest {
  const { scopes } = columns;
  const testName = idTest(scopes.names, names);
  const testVersion = idTest(scopes.versions, versions);
  return byGroup(
    columns.scope,
    (row) => testName(scopes.name[row] ?? 0) && testVersion(scopes.version[row] ?? 0),
  );
}

/** Asks once for each row of a table that rows name. */
function byGroup(groups: Uint32Array, test: RowTest): RowTest {
  const answers: boolean[] = [];
  return (row) => {
    const group = groups[row] ?? 0;
    answers[group] ??= test(group);
    return answers[group];
  };
}

function spanTests(properties: MatchProperties): BatchTest[] {
  const { match_type: type, span_names: names, span_kinds: kinds, attributes } = properties;
  const tests: BatchTest[] = [];
  if (names.length > 0) {
    const texts = compileTexts(type, names, 'span name');
    tests.push(
      ofSpans(({ names: dictionary, name }) => {
        const test = idTest(dictionary, texts);
        return (row) => test(name[row] ?? 0);
      }),
    );
  }
  if (kinds.length > 0) {
    const texts = compileTexts(type, kinds, 'span kind');
    const passes = KIND_NAMES.map((name) => texts(name));
    tests.push(
      ofSpans(
        ({ kind }) =>
          (row) =>
            passes[kind[row] ?? 0] ?? false,
      ),
    );
  }
  if (attributes.length > 0) tests.push(ofSpans(attributeMatches(type, attributes)));
  return tests;
}

function ofSpans(test: (columns: SpanColumns) => RowTest): BatchTest {
  return (columns) => (columns.signal === 'traces' ? test(columns) : () => false);
}

function logTests(properties: MatchProperties): BatchTest[] {
  const { match_type: type, log_bodies: bodies, log_severity_texts: severities } = properties;
  const tests: BatchTest[] = [];
  if (bodies.length > 0) {
    const texts = compileTexts(type, bodies, 'log record body');
    tests.push(
      ofLogs(
        ({ body, bodyType }) =>
          (row) =>
            texts(readValue(body, row, bodyType[row] ?? 0)),
      ),
    );
  }
  if (severities.length > 0) {
    const texts = compileTexts(type, severities, 'log record severity text');
    tests.push(
      ofLogs(({ severityTexts, severityText }) => {
        const test = idTest(severityTexts, texts);
        return (row) => test(severityText[row] ?? 0);
      }),
    );
  }
  const severity = properties.log_severity_number;
  if (severity !== undefined) {
    tests.push(
      ofLogs(({ severityNumber }) => (row) => {
        const number = severityNumber[row] ?? 0;
        return number === 0 ? severity.match_undefined : number >= severity.min;
      }),
    );
  }
  if (properties.attributes.length > 0) {
    tests.push(ofLogs(attributeMatches(type, properties.attributes)));
  }
  return tests;
}

function ofLogs(test: (columns: LogColumns) => RowTest): BatchTest {
  return (columns) => (columns.signal === 'logs' ? test(columns) : () => false);
}

/** Upstream matches metrics by name and resource alone. */
function metricTests(properties: MatchProperties): BatchTest[] {
  const { match_type: type, metric_names: names } = properties;
  if (names.length === 0) return [];
  const texts = compileTexts(type, names);
  return [
    (columns) => {
      if (columns.signal !== 'metrics') return () => false;
      const test = idTest(columns.names, texts);
      return (row) => test(columns.name[row] ?? 0);
    },
  ];
}
