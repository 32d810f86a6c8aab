import { SOURCES } from './sources.ts';

type Plain = string | number | bigint | boolean | readonly Plain[] | PlainMap;

export interface PlainMap {
  readonly [key: string]: Plain;
}

/** A row, as far as a statement looks at it. */
export interface PlainRow {
  readonly resource?: PlainMap;
  readonly scope?: PlainMap;
  readonly attributes?: PlainMap;
  readonly name?: string;
  readonly body?: Plain;
  readonly severityText?: string;
  readonly severityNumber?: number;
  readonly kind?: number;
  readonly spanId?: string;
  readonly status?: { readonly code: number };
}

export interface PublishedStatement {
  readonly source: string;
  readonly context: 'span' | 'log';
  readonly statements: readonly string[];
  readonly given: PlainRow;
  /** What the row is then, in what is named here. */
  readonly want: PlainRow;
}

const {
  transform: TRANSFORM,
  transformTests: TESTS,
  language: LANGUAGE,
  signoz: SIGNOZ,
  alloy: ALLOY,
  dash0: DASH0,
  waymark: WAYMARK,
  pull: PULL,
} = SOURCES;

const JSON_BODY = '{"name":"log","attr1":"foo","attr2":"bar","nested":{"attr3":"example"}}';

/** Statements as they were published, and what their text says that they do. */
export const PUBLISHED: readonly PublishedStatement[] = [
  {
    source: TRANSFORM,
    context: 'span',
    statements: [
      'keep_keys(span.attributes, ["service.name", "service.namespace", "cloud.region", "process.command_line"])',
      'replace_pattern(span.attributes["process.command_line"], "password\\\\=[^\\\\s]*(\\\\s?)", "password=***")',
      'limit(span.attributes, 100, [])',
      'truncate_all(span.attributes, 4096)',
    ],
    given: { attributes: { x: 1n, 'process.command_line': 'run password=abc now' } },
    want: { attributes: { 'process.command_line': 'run password=***now' } },
  },
  {
    source: TRANSFORM,
    context: 'log',
    statements: [
      'set(log.severity_text, "FAIL") where log.body == "request failed"',
      'replace_all_matches(log.attributes, "/user/*/list/*", "/user/{userId}/list/{listId}")',
      'replace_all_patterns(log.attributes, "value", "/account/\\\\d{4}", "/account/{accountId}")',
      'set(log.body, log.attributes["http.route"])',
    ],
    given: {
      body: 'request failed',
      attributes: { a: '/user/1/list/2', b: '/account/1234/x', 'http.route': '/r' },
    },
    want: {
      severityText: 'FAIL',
      body: '/r',
      attributes: {
        a: '/user/{userId}/list/{listId}',
        b: '/account/{accountId}/x',
        'http.route': '/r',
      },
    },
  },
  {
    source: TRANSFORM,
    context: 'span',
    statements: ['set(span.attributes["test"], "pass") where span.attributes["test"] == nil'],
    given: {},
    want: { attributes: { test: 'pass' } },
  },
  {
    source: TRANSFORM,
    context: 'span',
    statements: [
      'set(resource.attributes["namespace"], resource.attributes["k8s.namespace.name"])',
      'delete_key(resource.attributes, "k8s.namespace.name") ',
    ],
    given: { resource: { 'k8s.namespace.name': 'shop' } },
    want: { resource: { namespace: 'shop' } },
  },
  {
    source: TRANSFORM,
    context: 'span',
    statements: [
      'replace_all_patterns(resource.attributes, "key", "k8s\\\\.namespace\\\\.name", "namespace")',
    ],
    given: { resource: { 'k8s.namespace.name': 'shop', k8sxnamespace: 'x' } },
    want: { resource: { namespace: 'shop', k8sxnamespace: 'x' } },
  },
  {
    source: TRANSFORM,
    context: 'log',
    statements: ['set(log.attributes["body"], log.body)'],
    given: { body: { a: 1n } },
    want: { attributes: { body: { a: 1n } } },
  },
  {
    source: TRANSFORM,
    context: 'span',
    statements: [
      'set(resource.attributes["test"], Concat([resource.attributes["foo"], resource.attributes["bar"]], " "))',
    ],
    given: { resource: { foo: 'a', bar: 'b' } },
    want: { resource: { foo: 'a', bar: 'b', test: 'a b' } },
  },
  {
    source: TRANSFORM,
    context: 'log',
    statements: [
      'merge_maps(log.cache, ParseJSON(log.body), "upsert") where IsMatch(log.body, "^\\\\{") ',
      'set(log.attributes["attr1"], log.cache["attr1"])',
      'set(log.attributes["attr2"], log.cache["attr2"])',
      'set(log.attributes["nested.attr3"], log.cache["nested"]["attr3"])',
    ],
    given: { body: JSON_BODY },
    want: { attributes: { attr1: 'foo', attr2: 'bar', 'nested.attr3': 'example' } },
  },
  {
    source: TRANSFORM,
    context: 'log',
    statements: [
      'merge_maps(log.cache, ParseJSON(log.body), "upsert") where IsMatch(log.body, "^\\\\{")',
      'set(log.attributes["n"], Len(log.cache))',
    ],
    given: { body: 'no json', attributes: { a: 'b' } },
    want: { attributes: { a: 'b', n: 0n } },
  },
  {
    source: TRANSFORM,
    context: 'log',
    statements: [
      'set(log.severity_number, SEVERITY_NUMBER_INFO) where IsString(log.body) and IsMatch(log.body, "\\\\sINFO\\\\s")',
      'set(log.severity_number, SEVERITY_NUMBER_WARN) where IsString(log.body) and IsMatch(log.body, "\\\\sWARN\\\\s")',
      'set(log.severity_number, SEVERITY_NUMBER_ERROR) where IsString(log.body) and IsMatch(log.body, "\\\\sERROR\\\\s")',
    ],
    given: { body: '[2023-09-22 07:38:22,570] INFO [Something]: some interesting log' },
    want: { severityNumber: 9 },
  },
  {
    source: TRANSFORM,
    context: 'log',
    statements: [
      'set(resource.attributes["test"], "pass")',
      'set(scope.attributes["test"], ["pass"])',
      'set(log.attributes["test"], true)',
    ],
    given: {},
    want: { resource: { test: 'pass' }, scope: { test: ['pass'] }, attributes: { test: true } },
  },
  {
    source: TRANSFORM,
    context: 'log',
    statements: ['set(log.attributes["namespace"], log.attributes["k8s.namespace.name"])'],
    given: { attributes: { 'k8s.namespace.name': 'shop' } },
    want: { attributes: { 'k8s.namespace.name': 'shop', namespace: 'shop' } },
  },
  {
    source: LANGUAGE,
    context: 'span',
    statements: ['keep_keys(attributes, ["http.method", "http.status_code"])'],
    given: { attributes: { a: 1n, 'http.status_code': 200n } },
    want: { attributes: { 'http.status_code': 200n } },
  },
  {
    source: LANGUAGE,
    context: 'span',
    statements: [
      'replace_match(attributes["http.target"], "/user/*/list/*", "/user/{userId}/list/{listId}")',
      'replace_match(name, "GET /user/*/list/*", "GET /user/{userId}/list/{listId}")',
    ],
    given: { name: 'GET /user/1/list/2', attributes: { 'http.target': '/user/3/list/4' } },
    want: {
      name: 'GET /user/{userId}/list/{listId}',
      attributes: { 'http.target': '/user/{userId}/list/{listId}' },
    },
  },
  {
    source: LANGUAGE,
    context: 'span',
    statements: ['set(attributes["k8s_pod"], resource.attributes["k8s.pod.name"])'],
    given: { resource: { 'k8s.pod.name': 'p' } },
    want: { attributes: { k8s_pod: 'p' } },
  },
  {
    source: ALLOY,
    context: 'span',
    statements: [
      'set(attributes["whose_fault"], "ours") where attributes["http.status"] == 500',
      'set(attributes["whose_fault"], "theirs") where attributes["http.status"] == 400 or attributes["http.status"] == 404',
    ],
    given: { attributes: { 'http.status': 404n } },
    want: { attributes: { 'http.status': 404n, whose_fault: 'theirs' } },
  },
  {
    source: LANGUAGE,
    context: 'log',
    statements: ['set(span_id, SpanID(0x0000000000000000))'],
    given: { spanId: '0102030405060708', body: 'x' },
    want: { body: 'x', spanId: '' },
  },
  {
    source: LANGUAGE,
    context: 'span',
    statements: [
      'set(attributes["test-passed"], true) where attributes["target-attribute"] != nil',
    ],
    given: { attributes: { 'target-attribute': 'x' } },
    want: { attributes: { 'target-attribute': 'x', 'test-passed': true } },
  },
  {
    source: TESTS,
    context: 'span',
    statements: [
      'set(name, "bear") where attributes["http.path"] == "/animal"',
      'keep_keys(attributes, ["http.method", "http.path"])',
    ],
    given: { name: 'x', attributes: { 'http.path': '/animal', y: 1n } },
    want: { name: 'bear', attributes: { 'http.path': '/animal' } },
  },
  {
    source: TESTS,
    context: 'log',
    statements: [
      'set(body, "bear") where attributes["http.path"] == "/animal"',
      'keep_keys(attributes, ["http.method", "http.path"])',
    ],
    given: { body: 'x', attributes: { 'http.path': '/other', y: 1n } },
    want: { body: 'x', attributes: { 'http.path': '/other' } },
  },
  {
    source: SIGNOZ,
    context: 'span',
    statements: [
      'set(status.code, STATUS_CODE_ERROR) where attributes["http.response.status_code"] == 500',
    ],
    given: { attributes: { 'http.response.status_code': 500n } },
    want: { status: { code: 2 } },
  },
  {
    source: DASH0,
    context: 'span',
    statements: [
      'set(attributes["http.request.method"], "GET")',
      'delete_key(attributes, "http.request.header.authorization")',
      'truncate_all(attributes, 100)',
    ],
    given: { attributes: { 'http.request.header.authorization': 's', l: 'x'.repeat(101) } },
    want: { attributes: { l: 'x'.repeat(100), 'http.request.method': 'GET' } },
  },
  {
    source: WAYMARK,
    context: 'log',
    statements: [
      'set(attributes["env"], "production") where resource.attributes["cloud.region"] == "us-east-1"',
    ],
    given: { resource: { 'cloud.region': 'us-east-1' } },
    want: { attributes: { env: 'production' } },
  },
  {
    source: PULL,
    context: 'span',
    statements: ['keep_matching_keys(attributes, "foo.*")'],
    given: { attributes: { foo: 1n, bar: 2n, xfoo: 3n } },
    want: { attributes: { foo: 1n, xfoo: 3n } },
  },
];
