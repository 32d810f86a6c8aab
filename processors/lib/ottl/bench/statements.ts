/**
 * What statements cost a row: `npx tsx bench/statements.ts`. Microseconds of CPU a span, median of
 * rounds, beside the same batch decoded and written again.
 */
import {
  type Columns,
  decodeRequests,
  encodeSegments,
  jsonToProtobuf,
  scanRequest,
} from '@sonde/proto';
import { ErrorPolicy } from '../src/program/error-policy.ts';
import { rowTest, SPANS } from '../src/program/ottl-context.ts';

const ROWS = 20_000;
const ROUNDS = 7;
const RESOURCES = 20;

const STATEMENTS: readonly (readonly [name: string, statements: readonly string[]])[] = [
  [
    'set, where of the resource',
    [
      'set(span.attributes["env"], "prod") where resource.attributes["service.name"] == "service-3"',
    ],
  ],
  [
    'set, where of an attribute',
    ['set(span.attributes["slow"], true) where span.attributes["http.status_code"] >= 500'],
  ],
  ['replace_pattern of the name', ['replace_pattern(span.name, "/user/\\\\d+", "/user/{id}")']],
  [
    'delete_key and keep_keys',
    [
      'delete_key(span.attributes, "user.id")',
      'delete_matching_keys(span.attributes, "^internal\\\\.")',
    ],
  ],
  [
    'truncate_all and limit',
    ['truncate_all(span.attributes, 64)', 'limit(span.attributes, 32, ["http.method"])'],
  ],
];

const CONDITIONS: readonly string[] = [
  'span.name == "GET /user/7/orders"',
  'IsMatch(span.name, "^GET") and span.kind == SPAN_KIND_SERVER',
  'resource.attributes["service.name"] == "service-3"',
];

function batch(): { readonly bytes: Uint8Array; decode(): Columns } {
  const attribute = (key: string, value: object): object => ({ key, value });
  const span = (i: number): object => ({
    traceId: i.toString(16).padStart(32, '0'),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    name: `GET /user/${i % 100}/orders`,
    kind: 1 + (i % 5),
    startTimeUnixNano: '1764000000000000000',
    endTimeUnixNano: '1764000000100000000',
    attributes: [
      attribute('http.method', { stringValue: 'GET' }),
      attribute('http.status_code', { intValue: String(200 + (i % 4) * 100) }),
      attribute('http.route', { stringValue: '/user/{id}/orders' }),
      attribute('user.id', { stringValue: String(i) }),
      attribute('internal.queue', { stringValue: 'orders' }),
      attribute('db.statement', { stringValue: `SELECT * FROM orders WHERE user = ${i}` }),
      attribute('net.peer.ip', { stringValue: '10.0.0.7' }),
      attribute('ok', { boolValue: true }),
    ],
  });
  const resourceSpans = Array.from({ length: RESOURCES }, (_, group) => ({
    resource: { attributes: [attribute('service.name', { stringValue: `service-${group}` })] },
    scopeSpans: [
      { spans: Array.from({ length: ROWS / RESOURCES }, (_, i) => span(group * 1000 + i)) },
    ],
  }));
  const bytes = jsonToProtobuf('traces', JSON.stringify({ resourceSpans }));
  const itemCount = scanRequest('traces', bytes);
  const request = { signal: 'traces', bytes, itemCount, tenant: '', receivedUnixMs: 0 } as const;
  return { bytes, decode: () => decodeRequests('traces', [request]) };
}

/** Median of the rounds, in microseconds a row. */
function measure(run: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / ROWS);
  }
  times.sort((a, b) => a - b);
  return times[ROUNDS >>> 1] ?? 0;
}

function report(name: string, microseconds: number): void {
  process.stdout.write(`${microseconds.toFixed(3).padStart(8)} us/row  ${name}\n`);
}

const errors = new ErrorPolicy({ mode: 'propagate', warn: () => {} });
const { decode } = batch();
const columns = decode();
report('decode', measure(decode));
report(
  'encode',
  measure(() => encodeSegments(columns)),
);
for (const [name, statements] of STATEMENTS) {
  const program = SPANS.program({ statements }, errors);
  report(
    name,
    measure(() => program(columns, undefined)),
  );
}
for (const condition of CONDITIONS) {
  const open = rowTest(SPANS, [condition], errors);
  report(
    `condition ${condition}`,
    measure(() => {
      const test = open(columns, undefined);
      for (let row = 0; row < columns.count; row++) test(row);
    }),
  );
}
