import { encodeRequest, type KeyValue, type LogRecord, type Span } from '@sonde/proto';
import {
  fleetResource,
  ITEMS_PER_REQUEST,
  int,
  pointsAt,
  Random,
  SERVICES,
  text,
} from '@sonde/proto/bench/load';

/**
 * A day of a fleet: 50 services with six operations each, traces of eight spans across eight of
 * them, 200,000 users, 80 words that one log record in 50,000 has one of; points of 8,192 series,
 * each once a slice, as a scrape has them. Requests of one minute's slices, oldest first. Seeded by
 * the slice: any part can be made again, and asked for by its ids.
 */
export type FleetSignal = 'traces' | 'logs' | 'metrics';

export const USERS = 200_000;
export const OPERATIONS_PER_SERVICE = 6;
export const DAY_MS = 86_400_000;
const SPANS_PER_TRACE = 8;
const GROUPS_PER_REQUEST = 4;
const GROUP_ROWS: number = ITEMS_PER_REQUEST / GROUPS_PER_REQUEST;
const REQUESTS_PER_SLICE = 16;
const GROUPS_PER_SLICE = REQUESTS_PER_SLICE * GROUPS_PER_REQUEST;
/** Groups of one depth of the call tree. */
const GROUPS_PER_DEPTH: number = GROUPS_PER_SLICE / SPANS_PER_TRACE;
export const ROWS_PER_SLICE: number = REQUESTS_PER_SLICE * ITEMS_PER_REQUEST;
const NANO_PER_MS = 1_000_000n;
const RARE_EVERY = 50_000;
const RARE_WORDS = 80;
const ERROR_EVERY = 50;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const ROUTES = [
  '/cart',
  '/cart/{id}',
  '/checkout',
  '/products/{id}',
  '/orders',
  '/health',
] as const;
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/132.0';

/** Where a fleet's day ends, and how many slices it has. */
export interface FleetDay {
  readonly endMs: number;
  readonly slices: number;
}

/** The id of a trace of a slice; as those of SDKs no part of it can be guessed from another. */
export function traceIdOf(slice: number, trace: number): string {
  return [1, 2, 3, 4].map((word) => hex8(mixed(word, slice, trace))).join('');
}

export function userOf(index: number): string {
  return `user-${index}`;
}

/** A word that five records of 20 million have. */
export function rareWordOf(index: number): string {
  return `zq${hex8(Math.imul(index + 1, 0x9e3779b1))}`;
}

/** The bodies of one slice. */
export function sliceRequests(
  signal: FleetSignal,
  slice: number,
  day: FleetDay,
): readonly Uint8Array[] {
  return Array.from({ length: REQUESTS_PER_SLICE }, (_, request) => {
    if (signal === 'traces') return spanRequest(slice, request, day);
    if (signal === 'logs') return logRequest(slice, request, day);
    const startMs = day.endMs - DAY_MS + slice * (DAY_MS / day.slices);
    return pointsAt(startMs, request + 1);
  });
}

interface Group {
  readonly random: Random;
  readonly service: number;
  /** Among the groups of its slice. */
  readonly index: number;
  readonly slice: number;
  readonly startMs: number;
  readonly durationMs: number;
}

function groupsOf(slice: number, request: number, day: FleetDay): readonly Group[] {
  const durationMs = DAY_MS / day.slices;
  return Array.from({ length: GROUPS_PER_REQUEST }, (_, at) => {
    const index = request * GROUPS_PER_REQUEST + at;
    const random = new Random(Math.imul(slice * GROUPS_PER_SLICE + index + 1, 2654435761));
    const startMs = day.endMs - DAY_MS + slice * durationMs;
    const service = random.below(SERVICES);
    return { random, service, index, slice, startMs, durationMs };
  });
}

const SCOPE = { name: 'io.opentelemetry.spring-webmvc-6.0', version: '2.10.0-alpha' };

function spanRequest(slice: number, request: number, day: FleetDay): Uint8Array {
  return encodeRequest('traces', {
    resourceSpans: groupsOf(slice, request, day).map((group) => ({
      resource: fleetResource(group.random, group.service),
      scopeSpans: [
        { scope: SCOPE, spans: Array.from({ length: GROUP_ROWS }, (_, row) => span(group, row)) },
      ],
    })),
  });
}

function span(group: Group, row: number): Span {
  const { random, service, index, slice } = group;
  const depth = Math.floor(index / GROUPS_PER_DEPTH);
  const trace = (index % GROUPS_PER_DEPTH) * GROUP_ROWS + row;
  const route = ROUTES[random.below(OPERATIONS_PER_SERVICE)] ?? ROUTES[0];
  const method = METHODS[service % METHODS.length] ?? METHODS[0];
  const startNano =
    nanoOf(group, trace / (GROUPS_PER_DEPTH * GROUP_ROWS)) + BigInt(depth) * 100_000n;
  const failed = random.below(ERROR_EVERY) === 0;
  const spread = random.below(1000);
  const durationNano = BigInt(Math.round(1e6 * (2 + service / 5) * (1 + (spread / 250) ** 3)));
  return {
    traceId: traceIdOf(slice, trace),
    spanId: spanIdOf(slice, trace, depth),
    parentSpanId: depth === 0 ? '' : spanIdOf(slice, trace, (depth - 1) >> 1),
    flags: 257,
    name: `${method} /svc-${service}${route}`,
    kind: depth % 2 === 0 ? 2 : 3,
    startTimeUnixNano: startNano,
    endTimeUnixNano: startNano + durationNano,
    attributes: spanAttributes(group, { method, route, failed }),
    ...(failed ? failure(startNano) : {}),
  };
}

interface Request {
  readonly method: string;
  readonly route: string;
  readonly failed: boolean;
}

function spanAttributes({ random, service }: Group, request: Request): KeyValue[] {
  const { method, route, failed } = request;
  return [
    text('http.request.method', method),
    text('http.route', `/svc-${service}${route}`),
    int('http.response.status_code', failed ? 503 : 200),
    text('url.scheme', 'https'),
    text('url.path', `/svc-${service}${route.replace('{id}', String(random.below(100_000)))}`),
    text('server.address', `service-${service}.internal`),
    int('server.port', 8443),
    text('client.address', `10.0.${random.below(256)}.${random.below(256)}`),
    text('user.id', userOf(random.below(USERS))),
    text('user_agent.original', AGENT),
    int('thread.id', random.below(200)),
    text('thread.name', `http-nio-8443-exec-${random.below(200)}`),
  ];
}

function failure(timeUnixNano: bigint): Partial<Span> {
  const attributes = [text('exception.type', 'java.io.IOException')];
  return {
    status: { code: 2, message: 'upstream unavailable' },
    events: [{ timeUnixNano, name: 'exception', attributes }],
  };
}

function logRequest(slice: number, request: number, day: FleetDay): Uint8Array {
  return encodeRequest('logs', {
    resourceLogs: groupsOf(slice, request, day).map((group) => ({
      resource: fleetResource(group.random, group.service),
      scopeLogs: [
        {
          scope: SCOPE,
          logRecords: Array.from({ length: GROUP_ROWS }, (_, row) => log(group, row)),
        },
      ],
    })),
  });
}

function log(group: Group, row: number): LogRecord {
  const { random, index, slice } = group;
  const timeUnixNano = nanoOf(group, row / GROUP_ROWS);
  const trace = (index % GROUPS_PER_DEPTH) * GROUP_ROWS + row;
  const failed = random.below(ERROR_EVERY) === 0;
  return {
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano + NANO_PER_MS,
    severityNumber: failed ? 17 : 9,
    severityText: failed ? 'ERROR' : 'INFO',
    body: { stringValue: body(group, failed) },
    attributes: [
      text('code.function.name', 'com.example.orders.OrderService.accept'),
      int('code.line.number', 100 + random.below(300)),
      text('thread.name', `worker-${random.below(32)}`),
      text('log.logger', 'com.example.orders.OrderService'),
      text('user.id', userOf(random.below(USERS))),
      text('app.tenant', `shop-${random.below(40)}`),
    ],
    traceId: traceIdOf(slice, trace),
    spanId: spanIdOf(slice, trace, Math.floor(index / GROUPS_PER_DEPTH)),
    flags: 1,
  };
}

/** Words of the templates: 40 of them, each with a shape of its own. */
const VERBS = ['accepted', 'rejected', 'queued', 'retried', 'stored', 'expired', 'merged', 'sent'];
const NOUNS = ['order', 'payment', 'session', 'message', 'invoice'] as const;

function body({ random }: Group, failed: boolean): string {
  const noun = random.pick(NOUNS);
  const verb = VERBS[random.below(VERBS.length)] ?? '';
  const rare = random.below(RARE_EVERY) === 0 ? ` ref ${rareWordOf(random.below(RARE_WORDS))}` : '';
  const id = random.hex(8);
  const cause = failed ? `, cause: connection to ${random.below(256)} refused` : '';
  return (
    `${noun} ${id} ${verb} by worker ${random.below(64)} in ${random.below(900)} ms, ` +
    `${random.below(9)} items, total ${random.below(10_000) / 100} EUR${rare}${cause}`
  );
}

/** `part` of the slice's time, in [0, 1). */
function nanoOf({ startMs, durationMs }: Group, part: number): bigint {
  return BigInt(Math.floor((startMs + part * durationMs) * 1000)) * 1000n;
}

function spanIdOf(slice: number, trace: number, depth: number): string {
  const span = trace * SPANS_PER_TRACE + depth;
  return hex8(mixed(5, slice, span)) + hex8(mixed(6, slice, span));
}

/** 32 bits of numbers that follow each other: the same for the same ones, and like chance. */
function mixed(...numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => {
    let bits = Math.imul((sum + number) ^ 0x9e3779b9, 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 15), 0xc2b2ae35);
    return (bits ^ (bits >>> 13)) >>> 0;
  }, 0);
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
