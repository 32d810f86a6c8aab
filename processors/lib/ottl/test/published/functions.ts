import { SOURCES } from './sources.ts';
import type { PlainMap, PublishedStatement } from './statements.ts';

const { functions: source } = SOURCES;

function ofLog(statement: string, given: PlainMap, want: PlainMap): PublishedStatement {
  const [before, after] = [{ attributes: given }, { attributes: want }];
  return { source, context: 'log', statements: [statement], given: before, want: after };
}

function ofResource(statement: string, given: PlainMap, want: PlainMap): PublishedStatement {
  const [before, after] = [{ resource: given }, { resource: want }];
  return { source, context: 'log', statements: [statement], given: before, want: after };
}

const SECRETS = { 'db.PASSWORD': 'a', password_hint: 'b', user: 'c' };
const VERSIONS = { 'k8s.version': 'a', Version: 'b', user: 'c' };
const HTTP = { 'http.method': 'GET', 'http.route': '/r', 'http.url': '/u', other: 'x' };
const ROUTES = { a: '/user/1/list/2', b: '/user/1' };
const ACCOUNTS = { a: '/account/1234/x', '/account/1234': 'y' };

/** The examples beside each editor and converter in the documentation of OTTL's functions. */
export const FUNCTION_EXAMPLES: readonly PublishedStatement[] = [
  ofLog('append(log.attributes["tags"], "prod")', { tags: ['a'] }, { tags: ['a', 'prod'] }),
  ofLog('append(log.attributes["tags"], "prod")', { tags: 'a' }, { tags: ['a', 'prod'] }),
  ofLog(
    'append(log.attributes["tags"], values = ["staging", "staging:east"])',
    {},
    { tags: ['staging', 'staging:east'] },
  ),
  ofLog('clear(attributes["http.method"])', { 'http.method': 'GET' }, { 'http.method': '' }),
  ofResource(
    'clear(resource.attributes["host.name"])',
    { 'host.name': 'h', a: 'b' },
    { 'host.name': '', a: 'b' },
  ),
  ofLog('delete_index(attributes["tags"], 0)', { tags: ['a', 'b'] }, { tags: ['b'] }),
  ofLog(
    'delete_index(attributes["tags"], Len(attributes["tags"]) - 1)',
    { tags: ['a', 'b', 'c'] },
    { tags: ['a', 'b'] },
  ),
  ofLog('delete_index(attributes["tags"], 0, 3)', { tags: ['a', 'b', 'c', 'd'] }, { tags: ['d'] }),
  ofLog(
    'delete_index(attributes["tags"], Index(attributes["tags"], "unparsed"))',
    { tags: ['a', 'unparsed', 'b', 'unparsed'] },
    { tags: ['a', 'b', 'unparsed'] },
  ),
  ofLog(
    'delete_key(log.attributes, "http.request.header.authorization")',
    { 'http.request.header.authorization': 'x', a: 'b' },
    { a: 'b' },
  ),
  ofResource(
    'delete_key(resource.attributes, "http.request.header.authorization")',
    { 'http.request.header.authorization': 'x', a: 'b' },
    { a: 'b' },
  ),
  ofLog('delete_matching_keys(log.attributes, "(?i).*password.*")', SECRETS, { user: 'c' }),
  ofResource('delete_matching_keys(resource.attributes, "(?i).*password.*")', SECRETS, {
    user: 'c',
  }),
  ofLog('keep_matching_keys(log.attributes, "(?i).*version.*")', VERSIONS, {
    'k8s.version': 'a',
    Version: 'b',
  }),
  ofResource('keep_matching_keys(resource.attributes, "(?i).*version.*")', VERSIONS, {
    'k8s.version': 'a',
    Version: 'b',
  }),
  ofResource(
    'flatten(resource.attributes)',
    { address: { street: 'x', house: 1n }, occupants: ['a', 'b'] },
    { 'address.street': 'x', 'address.house': 1n, 'occupants.0': 'a', 'occupants.1': 'b' },
  ),
  {
    source,
    context: 'log',
    statements: ['flatten(log.body, depth=2)'],
    given: { body: { a: { b: { c: { d: 'e' } } } } },
    want: { body: { 'a.b.c': { d: 'e' } } },
  },
  {
    source,
    context: 'log',
    statements: ['flatten(body, resolveConflicts=true)'],
    given: { body: { a: { b: 'x' }, 'a.b': 'y' } },
    want: { body: { 'a.b': 'x', 'a.b.0': 'y' } },
  },
  ofLog('keep_keys(log.attributes, ["http.method"])', HTTP, { 'http.method': 'GET' }),
  ofResource('keep_keys(resource.attributes, ["http.method", "http.route", "http.url"])', HTTP, {
    'http.method': 'GET',
    'http.route': '/r',
    'http.url': '/u',
  }),
  ofLog('limit(log.attributes, 100, [])', HTTP, HTTP),
  ofResource('limit(resource.attributes, 50, ["http.host", "http.method"])', HTTP, HTTP),
  {
    source,
    context: 'log',
    statements: ['merge_maps(log.attributes, ParseJSON(log.body), "upsert")'],
    given: { body: '{"a":"new","b":"c"}', attributes: { a: 'old' } },
    want: { attributes: { a: 'new', b: 'c' } },
  },
  ofLog(
    'merge_maps(log.attributes, ParseJSON(log.attributes["kubernetes"]), "update")',
    { kubernetes: '{"pod":"p","node":"n"}', pod: '' },
    { kubernetes: '{"pod":"p","node":"n"}', pod: 'p' },
  ),
  {
    source,
    context: 'log',
    statements: ['merge_maps(log.attributes, resource.attributes, "insert")'],
    given: { resource: { a: 'r', b: 'r' }, attributes: { a: 'own' } },
    want: { attributes: { a: 'own', b: 'r' } },
  },
  ofResource(
    'replace_all_matches(resource.attributes, "/user/*/list/*", "/user/{userId}/list/{listId}")',
    ROUTES,
    { a: '/user/{userId}/list/{listId}', b: '/user/1' },
  ),
  ofResource(
    'replace_all_patterns(resource.attributes, "value", "/account/\\\\d{4}", "/account/{accountId}")',
    ACCOUNTS,
    { a: '/account/{accountId}/x', '/account/1234': 'y' },
  ),
  ofResource(
    'replace_all_patterns(resource.attributes, "key", "/account/\\\\d{4}", "/account/{accountId}")',
    ACCOUNTS,
    { a: '/account/1234/x', '/account/{accountId}': 'y' },
  ),
  // In a file the dollar is written twice.
  ofResource(
    'replace_all_patterns(resource.attributes, "key", "^kube_([0-9A-Za-z]+_)", "k8s.$1.")',
    { kube_pod_name: 'p', other: 'x' },
    { 'k8s.pod_.name': 'p', other: 'x' },
  ),
  ofResource(
    'replace_all_patterns(resource.attributes, "key", "^kube_([0-9A-Za-z]+_)", "$1.")',
    { kube_pod_name: 'p' },
    { 'pod_.name': 'p' },
  ),
  {
    source,
    context: 'span',
    statements: [
      'replace_match(span.attributes["http.target"], "/user/*/list/*", "/user/{userId}/list/{listId}")',
    ],
    given: { attributes: { 'http.target': '/user/1/list/2' } },
    want: { attributes: { 'http.target': '/user/{userId}/list/{listId}' } },
  },
  ofResource(
    'replace_pattern(resource.attributes["process.command_line"], "password\\\\=[^\\\\s]*(\\\\s?)", "password=***")',
    { 'process.command_line': 'run password=abc' },
    { 'process.command_line': 'run password=***' },
  ),
  ofResource(
    'set(resource.attributes["http.path"], "/foo")',
    { 'http.path': '/x' },
    { 'http.path': '/foo' },
  ),
  ofLog('stringify_all(log.attributes)', { a: 1n, b: true, c: 'd' }, { a: '1', b: 'true', c: 'd' }),
  ofResource(
    'stringify_all(resource.attributes)',
    { a: 1.5, b: ['x', 2n] },
    {
      a: '1.5',
      b: '["x",2]',
    },
  ),
  ofLog(
    'truncate_all(log.attributes, 100)',
    { a: 'x'.repeat(101), b: 1n },
    {
      a: 'x'.repeat(100),
      b: 1n,
    },
  ),
  ofResource(
    'truncate_all(resource.attributes, 50, false)',
    { a: 'x'.repeat(51) },
    {
      a: 'x'.repeat(50),
    },
  ),
  ofResource(
    'truncate_all(resource.attributes, 50, false, "(...)")',
    { a: 'x'.repeat(51) },
    {
      a: `${'x'.repeat(45)}(...)`,
    },
  ),
  ofLog(
    'truncate_all(log.attributes, 100, truncation_marker = "(truncated)")',
    { a: 'x'.repeat(101) },
    { a: `${'x'.repeat(89)}(truncated)` },
  ),
  ofLog(
    'set(log.attributes["all_prod"], true) where All(log.attributes["tags"], (_, v) => v == "prod")',
    { tags: ['prod', 'prod'] },
    { tags: ['prod', 'prod'], all_prod: true },
  ),
  ofLog(
    'set(log.attributes["has_prod"], true) where Any(log.attributes["tags"], (_, v) => v == "prod")',
    { tags: ['a', 'prod'] },
    { tags: ['a', 'prod'], has_prod: true },
  ),
  ofLog(
    'set(log.attributes["prod_tags"], Filter(log.attributes["tags"], (_, v) => v == "prod"))',
    { tags: ['a', 'prod'] },
    { tags: ['a', 'prod'], prod_tags: ['prod'] },
  ),
  ofLog(
    'set(log.attributes["first_prod"], Find(log.attributes["tags"], (_, v) => v == "prod"))',
    { tags: ['a', 'prod'] },
    { tags: ['a', 'prod'], first_prod: 'prod' },
  ),
  {
    source,
    context: 'span',
    statements: ['set(span.attributes["isRoot"], "true") where IsRootSpan()'],
    given: {},
    want: { attributes: { isRoot: 'true' } },
  },
  ofLog(
    'set(log.attributes["doubled"], MapEach(log.attributes["counts"], (_, v) => Int(v)))',
    { counts: ['1', '2'] },
    { counts: ['1', '2'], doubled: [1n, 2n] },
  ),
  ofLog(
    'set(log.attributes["prefixed"], MapKeys(log.attributes, (k, _) => Concat(["http.", k], "")))',
    { method: 'GET' },
    { method: 'GET', prefixed: { 'http.method': 'GET' } },
  ),
  ofLog(
    'set(log.attributes["total"], Reduce(log.attributes["counts"], 0, (acc, _, v) => acc + Int(v)))',
    { counts: [1n, 2n] },
    { counts: [1n, 2n], total: 3n },
  ),
  ofResource(
    'set(resource.attributes["thingsMap"], SliceToMap(resource.attributes["things"], ["name"]))',
    { things: [{ name: 'foo', value: 2n }] },
    { things: [{ name: 'foo', value: 2n }], thingsMap: { foo: { name: 'foo', value: 2n } } },
  ),
  ofResource(
    'set(resource.attributes["service.name"], TrimPrefix(resource.attributes["service.name"], "ingest_"))',
    { 'service.name': 'ingest_shop' },
    { 'service.name': 'shop' },
  ),
  ofResource(
    'set(resource.attributes["service.name"], TrimSuffix(resource.attributes["service.name"], "_service"))',
    { 'service.name': 'shop_service' },
    { 'service.name': 'shop' },
  ),
  ofLog(
    'set(log.attributes["result"], When(() => IsMap(log.attributes), "yes", "no"))',
    {},
    { result: 'yes' },
  ),
];
