import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorCausesSchema } from '../src/api/traces/analysis-schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, type SpanSeed, spanRow } from './seed.ts';

const base = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 2 * 3_600_000;
const MS = 1_000_000;
const CLIENT = 3;
const TRACES = 4;

let sonde: Sonde;

const traceId = (trace: number): string => `c${String(trace).padStart(31, '0')}`;
const spanId = (trace: number, span: number): string =>
  `d${String(trace * 100_000 + span).padStart(15, '0')}`;

interface Called extends Pick<SpanSeed, 'service' | 'name' | 'kind' | 'error'> {
  readonly status?: number;
}

/** Each is the parent of the next. */
function chain(trace: number, spans: readonly Called[]) {
  return spans.map(({ status = 0, ...span }, i) =>
    spanRow({
      ...span,
      traceId: traceId(trace),
      spanId: spanId(trace, i),
      ...(i === 0 ? {} : { parentId: spanId(trace, i - 1) }),
      atMs: base + trace * 1000 + i,
      durationNs: 100 * MS - i * MS,
      more: { http_status_code: status },
    }),
  );
}

/** A card is refused: every caller fails, and no server has. */
function refusedPayment(trace: number) {
  return chain(trace, [
    { service: 'frontend', name: 'POST /buy', status: 402 },
    { service: 'frontend', name: 'POST checkout', kind: CLIENT, error: true, status: 402 },
    { service: 'checkout', name: 'POST /orders', status: 402 },
    { service: 'checkout', name: 'POST payment', kind: CLIENT, error: true, status: 402 },
    { service: 'payment', name: 'POST /charges', status: 402 },
  ]);
}

/** By which way traces are selected: all, or those that a filter finds. */
const WAYS = [
  ['of everything', ''],
  ['of a filter', '&where=service%3Dfrontend'],
] as const;

const errors = (query: string, set = 'roots') =>
  sonde.get(
    `/api/v1/traces/analysis/errors?from=${base}&to=${base + 3_600_000}&set=${set}${query}`,
    ErrorCausesSchema,
  );

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  const refused = Array.from({ length: TRACES }, (_, trace) => refusedPayment(trace)).flat();
  await sonde.run(insertSql('spans', refused));
  // A delivery that came twice.
  await sonde.run(insertSql('spans', refusedPayment(0)));
});
afterAll(() => sonde.close());

describe.each(WAYS)('the origin of an error, %s', (_, query) => {
  it('is behind servers that hand a refusal on, and have not failed', async () => {
    const { causes, failedTraces } = await errors(query);
    expect(causes).toMatchObject([
      { service: 'checkout', name: 'POST payment', traces: TRACES, tracesEndedWell: TRACES },
    ]);
    expect(causes[0]).toMatchObject({ spans: TRACES, message: 'HTTP 402' });
    expect(failedTraces).toBe(TRACES);
  });
});

describe('a trace of which very many spans failed', () => {
  const FAILED = 15_000;
  const trace = 77;

  it('has its origins in the memory that a page may take', async () => {
    const from = base + 1_800_000;
    await sonde.run(`
      INSERT INTO spans (tenant, timestamp, duration_ns, trace_id, span_id, parent_span_id, name, kind,
        status_code, weight, service, origin, retention_days)
      SELECT 'default', fromUnixTimestamp64Milli(${from} + number), 1000, unhex('${traceId(trace)}'),
        reinterpretAsFixedString(number + 1), reinterpretAsFixedString(number), 'deep', 1, 2, 1, 'deep',
        'sdk', 14
      FROM numbers(${FAILED})`);
    const { causes } = await errors('&where=service%3Ddeep', 'all');
    // The last one calls nobody.
    expect(causes).toMatchObject([{ service: 'deep', name: 'deep', traces: 1, spans: 1 }]);
  });
});
