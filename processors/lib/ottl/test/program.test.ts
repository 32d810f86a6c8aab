import { NESTED_VALUES_MAX } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { EvaluationError } from '../src/errors.ts';
import { type ErrorMode, ErrorPolicy } from '../src/program/error-policy.ts';
import { inferContext } from '../src/program/infer-context.ts';
import {
  DATAPOINTS,
  LOGS,
  METRICS,
  RESOURCES,
  rowTest,
  SCOPES,
  SPANEVENTS,
  SPANS,
} from '../src/program/ottl-context.ts';
import { apply, columnsOf, countHolding, jsonOf, LOG_RECORDS, PROPAGATE, TRACES } from './batch.ts';

const service = (name: string): object => ({
  attributes: [{ key: 'service.name', value: { stringValue: name } }],
});

/** Two resources, the first of which comes again behind the second. */
const GROUPS = {
  resourceSpans: ['a', 'b', 'a'].map((name) => ({
    resource: service(name),
    scopeSpans: [{ spans: [{ name: `${name}-1` }, { name: `${name}-2` }] }],
  })),
};

describe('statements on resources', () => {
  it('are for the group of rows, not for an equal resource elsewhere', () => {
    const columns = columnsOf('traces', GROUPS);
    const edited = apply(SPANS, columns, [
      'set(resource.attributes["n"], span.name) where resource.attributes["n"] == nil',
      'set(span.attributes["seen"], resource.attributes["n"])',
    ]);
    const json = JSON.stringify(jsonOf(edited));
    expect(json.match(/"key":"n","value":{"stringValue":"[^"]*"/g)).toEqual([
      '"key":"n","value":{"stringValue":"a-1"',
      '"key":"n","value":{"stringValue":"b-1"',
      '"key":"n","value":{"stringValue":"a-1"',
    ]);
    expect(json.match(/"seen","value":{"stringValue":"[^"]*"/g)?.join()).toContain('a-1');
  });

  it('are asked about again once a statement has changed them', () => {
    const columns = columnsOf('traces', GROUPS);
    const edited = apply(SPANS, columns, [
      'set(resource.attributes["hit"], true) where span.name == "b-2"',
      'set(span.attributes["late"], true) where resource.attributes["hit"] == true',
    ]);
    expect(countHolding(SPANS, edited, 'span.attributes["late"] == true')).toBe(1);
    expect(countHolding(SPANS, edited, 'span.name == "b-2" and span.attributes["late"]')).toBe(1);
  });

  it('run once a resource, and once a scope', () => {
    const columns = columnsOf('traces', GROUPS);
    let resources = 0;
    let scopes = 0;
    RESOURCES.pass(columns, undefined, () => resources++);
    SCOPES.pass(columns, undefined, () => scopes++);
    expect([resources, scopes]).toEqual([3, 3]);
    const edited = apply(SCOPES, columns, ['set(scope.name, resource.attributes["service.name"])']);
    expect(countHolding(SPANS, edited, 'scope.name == "b"')).toBe(2);
    expect(apply(RESOURCES, columns, ['delete_key(resource.attributes, "none")'])).toBe(columns);
  });

  it('reach their owners from events', () => {
    const edited = apply(SPANEVENTS, columnsOf('traces', TRACES), [
      'set(span.attributes["last"], spanevent.name)',
      'set(resource.attributes["from"], span.name)',
      'set(spanevent.attributes["i"], spanevent.event_index)',
    ]);
    expect(countHolding(SPANS, edited, 'span.attributes["last"] == "e2"')).toBe(1);
    expect(countHolding(SPANS, edited, 'resource.attributes["from"] == "GET /a"')).toBe(2);
    expect(countHolding(SPANEVENTS, edited, 'spanevent.attributes["i"] == 1')).toBe(1);
  });
});

describe('the time', () => {
  it('is that of receipt, whenever the statement runs', () => {
    const columns = columnsOf('traces', GROUPS);
    const edited = apply(SPANS, columns, ['set(span.start_time, Now())']);
    expect(countHolding(SPANS, edited, 'span.start_time_unix_nano == 1000000')).toBe(6);
  });
});

describe('rowTest', () => {
  it('answers for rows in ascending order, some left out', () => {
    const columns = columnsOf('traces', GROUPS);
    const test = rowTest(SPANS, ['span.name == "b-1"', 'span.name == "a-2"'], PROPAGATE);
    const rows = test(columns, undefined);
    expect([1, 2, 4, 5].map((row) => rows(row))).toEqual([true, true, false, true]);
    const ofResource = rowTest(
      RESOURCES,
      ['resource.attributes["service.name"] == "b"'],
      PROPAGATE,
    );
    const answers = ofResource(columns, undefined);
    expect([0, 1, 2, 3, 4, 5].map((row) => answers(row))).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('says no for rows of another signal', () => {
    const logs = columnsOf('logs', LOG_RECORDS);
    expect(rowTest(SPANS, ['true'], PROPAGATE)(logs, undefined)(0)).toBe(false);
    expect(rowTest(METRICS, ['true'], PROPAGATE)(logs, undefined)(0)).toBe(false);
    expect(rowTest(LOGS, ['true'], PROPAGATE)(logs, undefined)(0)).toBe(true);
  });
});

describe('inferContext', () => {
  const CANDIDATES = [RESOURCES, SCOPES, METRICS, DATAPOINTS];
  const infer = (...statements: string[]): string =>
    inferContext(CANDIDATES, { statements, conditions: [] }).name;

  it('takes the deepest context that is named', () => {
    expect(infer('set(resource.attributes["a"], 1)')).toBe('resource');
    expect(infer('set(instrumentation_scope.name, resource.attributes["a"])')).toBe('scope');
    expect(infer('set(metric.name, "x")', 'set(resource.attributes["a"], 1)')).toBe('metric');
    expect(infer('set(metric.name, "x") where datapoint.flags == 1')).toBe('datapoint');
    expect(infer('set(metric.name, metric.metadata[datapoint.attributes["k"]])')).toBe('datapoint');
  });

  it('takes the deepest one below where the named one lacks an enum', () => {
    expect(infer('set(resource.attributes["a"], METRIC_DATA_TYPE_SUM)')).toBe('datapoint');
    expect(infer('set(metric.name, "x") where FLAG_NONE == 0')).toBe('datapoint');
  });
});

describe('ErrorPolicy', () => {
  const policy = (mode: ErrorMode, counted: string[]): ErrorPolicy =>
    new ErrorPolicy({ mode, warn: () => {}, failed: (kind) => counted.push(kind) });

  it('counts failures in every mode', () => {
    const counted: string[] = [];
    policy('silent', counted).statementFailed('s', new EvaluationError('x'));
    policy('ignore', counted).conditionFailed('c', new EvaluationError('x'));
    expect(() =>
      policy('propagate', counted).statementFailed('s', new EvaluationError('x')),
    ).toThrow('failed to execute statement: s, x');
    expect(counted).toEqual(['statement', 'condition', 'statement']);
  });

  it('throws on what is no matter of data', () => {
    expect(() => policy('silent', []).statementFailed('s', new TypeError('bug'))).toThrow(
      TypeError,
    );
  });

  it('takes data that is nested without end for data', () => {
    const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const logs = (body: string): ReturnType<typeof columnsOf> =>
      columnsOf('logs', {
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: body } }] }] }],
      });
    const parse = 'set(log.body, ParseJSON(log.body))';
    expect(apply(LOGS, logs(deep(NESTED_VALUES_MAX)), [parse]).count).toBe(1);
    for (const depth of [NESTED_VALUES_MAX + 1, 100_000]) {
      const columns = logs(deep(depth));
      expect(() => apply(LOGS, columns, [parse])).toThrow(EvaluationError);
      const texts = { statements: [parse, 'set(log.cache["x"], ParseJSON(log.body))'] };
      expect(LOGS.program(texts, policy('silent', []))(columns, undefined)).toBe(columns);
    }
  });
});
