import { encodeRequest } from '@sonde/proto';
import { logsBody, shopRequests, tracesBody, wideTrace } from '../../system/shop-traffic.ts';
import type { Sonde } from '../../system/sonde.ts';

const MINUTE_MS = 60_000;
const SPANS_A_REQUEST = 10_000;
const RECORDS_A_REQUEST = 5000;
const SHOP_MINUTES = 55;
const STORED_WITHIN_MS = 300_000;

/** What the benchmark looks at. */
export interface BenchTelemetry {
  readonly range: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Ids of traces by their number of spans. */
  readonly traces: Readonly<Record<number, string>>;
}

/** Sends an hour of a shop and traces of so many spans each; resolves when all are stored. */
export async function sendBenchTelemetry(
  sonde: Sonde,
  traceSpans: readonly number[],
): Promise<BenchTelemetry> {
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
  const fromMs = toMs - SHOP_MINUTES * MINUTE_MS;
  const bad = { badFromMs: toMs - 30 * MINUTE_MS, badToMs: toMs - 15 * MINUTE_MS };
  const requests = [...shopRequests({ fromMs, toMs, requestsPerMinute: 60, ...bad })];
  const send = (signal: 'traces' | 'logs', body: Uint8Array) => post(sonde, signal, body);
  await send('traces', tracesBody(requests.flatMap(({ spans }) => spans)));
  await send('logs', logsBody(requests.flatMap(({ logs }) => logs)));
  const traces: Record<number, string> = {};
  for (const count of traceSpans) {
    const id = `bbbb${count.toString(16).padStart(28, '0')}`;
    traces[count] = id;
    const spans = wideTrace(count, toMs - MINUTE_MS, id);
    for (let at = 0; at < count; at += SPANS_A_REQUEST) {
      await send('traces', tracesBody(spans.slice(at, at + SPANS_A_REQUEST)));
    }
    const stored = `SELECT count() FROM spans WHERE trace_id = unhex('${id}')`;
    await sonde.untilSelect(stored, String(count), STORED_WITHIN_MS);
  }
  return { range: `from=${fromMs}&to=${toMs}`, fromMs, toMs, traces };
}

/** Sends that many records of a service, spread over the time of the rest; resolves when stored. */
export async function sendLogs(
  sonde: Sonde,
  { fromMs, toMs }: BenchTelemetry,
  of: { readonly service: string; readonly records: number },
): Promise<void> {
  const { service, records } = of;
  for (let at = 0; at < records; at += RECORDS_A_REQUEST) {
    await post(sonde, 'logs', warehouseLogs(service, { at, of: records, fromMs, toMs }));
  }
  const stored = `SELECT count() FROM logs WHERE service = '${service}'`;
  await sonde.untilSelect(stored, String(records), STORED_WITHIN_MS);
}

interface Slice {
  readonly at: number;
  readonly of: number;
  readonly fromMs: number;
  readonly toMs: number;
}

function warehouseLogs(service: string, slice: Slice): Uint8Array {
  const { at, of, fromMs, toMs } = slice;
  const count = Math.min(RECORDS_A_REQUEST, of - at);
  const logRecords = Array.from({ length: count }, (_, i) => {
    const number = at + i;
    const ms = fromMs + ((toMs - fromMs) * number) / of;
    return {
      timeUnixNano: String(BigInt(Math.round(ms * 1000)) * 1000n),
      severityNumber: number % 50 === 0 ? 17 : 9,
      severityText: number % 50 === 0 ? 'ERROR' : 'INFO',
      body: { stringValue: `shelf ${number % 97} took item ${number} in ${number % 13} ms` },
      attributes: [
        { key: 'item.id', value: { stringValue: String(number) } },
        { key: 'http.route', value: { stringValue: '/shelves/{shelf}/items' } },
      ],
    };
  });
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  return encodeRequest('logs', {
    resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
  });
}

async function post(sonde: Sonde, signal: 'traces' | 'logs', body: Uint8Array): Promise<void> {
  const response = await fetch(`${sonde.addresses.otlpHttp}/v1/${signal}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' } },
    body: Buffer.from(body),
  });
  if (!response.ok) throw new Error(`${signal}: ${response.status} ${await response.text()}`);
}
