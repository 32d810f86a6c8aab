import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { encodeRequest } from '@sonde/proto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { clientInfo } from '../src/client-info.ts';
import {
  contractHost,
  contractSignalSettings,
  RecordingLogger,
  staysPending,
} from '../src/contract-fixtures.ts';
import { SondeError } from '../src/errors.ts';
import { OwnTelemetry } from '../src/events/own-telemetry.ts';
import {
  Backoff,
  QUEUE_BYTES_MAX,
  SendingExporter,
  sendingFields,
} from '../src/exporting/index.ts';
import { batchOf } from './fixture-components.ts';
import { ScriptedDestination } from './scripted-destination.ts';

const NO_DEADLINE = new AbortController().signal;
const AWAY = new SondeError('UNAVAILABLE', 'away');
const NEVER = new SondeError('INVALID_DATA', 'never');
const schema = z.strictObject(sendingFields({ timeout: '5s' }));
const NO_QUEUE = { sending_queue: { enabled: false } };
const QUICK = { initial_interval: '1ms', max_interval: '2ms' };

interface Running {
  readonly exporter: SendingExporter;
  readonly destination: ScriptedDestination;
  readonly logger: RecordingLogger;
  readonly counts: () => Promise<Readonly<Record<string, number>>>;
}

async function running(config: unknown): Promise<Running> {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: exported,
    exportIntervalMillis: 3_600_000,
  });
  const provider = new MeterProvider({ readers: [reader] });
  const logger = new RecordingLogger();
  const destination = new ScriptedDestination();
  const exporter = new SendingExporter(
    {
      ...contractSignalSettings('otlp', 'traces', logger),
      telemetry: new OwnTelemetry(provider),
    },
    schema.parse(config),
    destination,
  );
  await exporter.start(contractHost());
  onTestFinished(async () => {
    await exporter.shutdown(AbortSignal.abort());
    await provider.shutdown();
  });
  const counts = async (): Promise<Readonly<Record<string, number>>> => {
    await reader.forceFlush();
    const last = exported.getMetrics().at(-1)?.scopeMetrics ?? [];
    const entries = last
      .flatMap(({ metrics }) => metrics)
      .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]?.value] as const);
    return Object.fromEntries(
      entries.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
    );
  };
  return { exporter, destination, logger, counts };
}

function messages(logger: RecordingLogger): readonly string[] {
  return logger.lines.map(({ message }) => message);
}

describe('retries', () => {
  it('try again what is retryable until it is taken, and say so', async () => {
    const { exporter, destination, logger, counts } = await running({
      ...NO_QUEUE,
      retry_on_failure: QUICK,
    });
    const done = exporter.consume(batchOf(3));
    (await destination.nth(0)).fail(AWAY);
    (await destination.nth(1)).fail(AWAY);
    (await destination.nth(2)).succeed();
    await done;
    expect(messages(logger)).toEqual([
      'Exporting failed. Will retry the request after interval.',
      'Exporting failed. Will retry the request after interval.',
    ]);
    expect(logger.lines[0]?.fields['interval']).toMatch(/^0\.00[01]s$/);
    expect(await counts()).toEqual({
      otelcol_exporter_sent_spans: 3,
      otelcol_exporter_in_flight_requests: 0,
    });
  });

  it('never try again what is permanent', async () => {
    const { exporter, destination, counts } = await running({
      ...NO_QUEUE,
      retry_on_failure: QUICK,
    });
    const done = exporter.consume(batchOf(3));
    (await destination.nth(0)).fail(NEVER);
    await expect(done).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: 'not retryable error: Permanent error: never',
    });
    expect(destination.pushes).toHaveLength(1);
    expect(await counts()).toEqual({
      otelcol_exporter_sent_spans: 0,
      otelcol_exporter_send_failed_spans: 3,
      otelcol_exporter_in_flight_requests: 0,
    });
  });

  it('end when max_elapsed_time would be over', async () => {
    const { exporter, destination } = await running({
      ...NO_QUEUE,
      retry_on_failure: { initial_interval: '1h', max_interval: '1h', max_elapsed_time: '1h' },
    });
    const done = exporter.consume(batchOf(1));
    const asked = new SondeError('OVERLOADED', 'full', { retryAfterMs: 3_600_001 });
    (await destination.nth(0)).fail(asked);
    await expect(done).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'no more retries left: full',
      retryAfterMs: 3_600_001,
    });
  });

  it('wait as long as the destination asks for, and longer when the back-off is', () => {
    const { retry_on_failure: config } = schema.parse({
      retry_on_failure: { initial_interval: '1s', randomization_factor: 0, max_interval: '2s' },
    });
    if (config === undefined) throw new Error('off');
    const backoff = new Backoff(config);
    expect([backoff.next(), backoff.next(5000), backoff.next(500)]).toEqual([1000, 5000, 2000]);
  });

  it('spread their pauses by the randomization factor', () => {
    const { retry_on_failure: config } = schema.parse({});
    if (config === undefined) throw new Error('off');
    expect(new Backoff(config, () => 0).next()).toBe(2500);
    expect(new Backoff(config, () => 0.999_999_999).next()).toBeCloseTo(7500, 3);
  });
});

describe('the timeout', () => {
  it('ends an attempt, not the sending', async () => {
    const { exporter, destination } = await running({
      ...NO_QUEUE,
      timeout: '10ms',
      retry_on_failure: QUICK,
    });
    const done = exporter.consume(batchOf(1));
    const first = await destination.nth(0);
    (await destination.nth(1)).succeed();
    await done;
    expect(first.attempt.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(first.attempt.deadlineUnixMs).toBeLessThanOrEqual(Date.now() + 10);
  });

  it('is none when it is 0', async () => {
    const { exporter, destination } = await running({ ...NO_QUEUE, timeout: '0s' });
    const done = exporter.consume(batchOf(1));
    const push = await destination.nth(0);
    expect(push.attempt.deadlineUnixMs).toBeUndefined();
    push.succeed();
    await done;
  });
});

describe('the sending queue', () => {
  it('answers when it has the data, and counts it as sent when it was sent', async () => {
    const { exporter, destination, counts } = await running({});
    await exporter.consume(batchOf(3));
    expect(await counts()).toEqual({
      otelcol_exporter_queue_size: 1,
      otelcol_exporter_queue_capacity: 1000,
      otelcol_exporter_in_flight_requests: 1,
    });
    (await destination.nth(0)).succeed();
    await exporter.shutdown(NO_DEADLINE);
    expect(await counts()).toMatchObject({ otelcol_exporter_sent_spans: 3 });
  });

  it('refuses what does not fit, so that the sender keeps it', async () => {
    const { exporter, logger, counts } = await running({
      sending_queue: { num_consumers: 1, queue_size: 2 },
    });
    await exporter.consume(batchOf(1));
    await exporter.consume(batchOf(1));
    await expect(exporter.consume(batchOf(7))).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'sending queue is full',
      retryAfterMs: 1000,
    });
    expect(await counts()).toMatchObject({ otelcol_exporter_enqueue_failed_spans: 7 });
    expect(logger.lines[0]).toMatchObject({
      message: 'Exporting failed. Rejecting data.',
      fields: { error: 'sending queue is full', rejected_items: 7 },
    });
  });

  it('counts in items or bytes where it is told to', async () => {
    for (const sizer of ['items', 'bytes']) {
      const { exporter } = await running({ sending_queue: { sizer, queue_size: 10 } });
      await exporter.consume(batchOf(6));
      await expect(exporter.consume(batchOf(5))).rejects.toMatchObject({ code: 'OVERLOADED' });
      await exporter.consume(batchOf(4));
      await expect(exporter.consume(batchOf(11))).rejects.toMatchObject({ code: 'TOO_LARGE' });
    }
  });

  it('holds no more bytes than its limit, whatever it counts in', async () => {
    const { exporter } = await running({});
    const half = batchOf(1);
    const large = new Proxy(half, {
      get: (target, key) =>
        key === 'byteCount' ? QUEUE_BYTES_MAX / 2 : Reflect.get(target, key, target),
    });
    await exporter.consume(large);
    await exporter.consume(large);
    await expect(exporter.consume(batchOf(1))).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('lets senders wait for room where it is told to', async () => {
    const { exporter, destination } = await running({
      sending_queue: { queue_size: 1, block_on_overflow: true },
    });
    await exporter.consume(batchOf(1));
    const second = exporter.consume(batchOf(2));
    const third = exporter.consume(batchOf(3));
    expect(await staysPending(second)).toBe(true);
    (await destination.nth(0)).succeed();
    await second;
    expect(await staysPending(third)).toBe(true);
    (await destination.nth(1)).succeed();
    await third;
    expect((await destination.nth(2)).telemetry.itemCount).toBe(3);
  });

  it('tells the result where it is told to', async () => {
    const { exporter, destination } = await running({
      sending_queue: { wait_for_result: true },
      retry_on_failure: { enabled: false },
    });
    const good = exporter.consume(batchOf(1));
    expect(await staysPending(good)).toBe(true);
    (await destination.nth(0)).succeed();
    await good;
    const bad = exporter.consume(batchOf(1));
    (await destination.nth(1)).fail(AWAY);
    await expect(bad).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('sends as many at once as it has consumers', async () => {
    const { exporter, destination } = await running({ sending_queue: { num_consumers: 2 } });
    for (let count = 0; count < 3; count += 1) await exporter.consume(batchOf(1));
    expect(destination.pushes).toHaveLength(2);
    (await destination.nth(1)).succeed();
    await destination.nth(2);
  });

  it('has more requests under way than Node expects listeners, and no warning of it', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => {
      warnings.push(warning);
    };
    process.on('warning', onWarning);
    onTestFinished(() => {
      process.off('warning', onWarning);
    });
    const { exporter, destination } = await running({ sending_queue: { num_consumers: 30 } });
    for (let count = 0; count < 30; count += 1) await exporter.consume(batchOf(1));
    for (let index = 0; index < 30; index += 1) (await destination.nth(index)).succeed();
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });

  it('says what it drops', async () => {
    const { exporter, destination, logger, counts } = await running({});
    await exporter.consume(batchOf(5));
    (await destination.nth(0)).fail(NEVER);
    await exporter.shutdown(NO_DEADLINE);
    expect(logger.lines).toMatchObject([
      {
        level: 'error',
        message: 'Exporting failed. Dropping data.',
        fields: { error: 'not retryable error: Permanent error: never', dropped_items: 5 },
      },
    ]);
    expect(await counts()).toMatchObject({ otelcol_exporter_send_failed_spans: 5 });
  });

  it('never sends an empty batch', async () => {
    const { exporter, destination } = await running({});
    await exporter.consume(batchOf(0));
    await exporter.shutdown(NO_DEADLINE);
    expect(destination.pushes).toHaveLength(0);
  });

  it('counts apart what the destination refused of a request that it took', async () => {
    const { exporter, destination, counts } = await running(NO_QUEUE);
    const done = exporter.consume(batchOf(5));
    (await destination.nth(0)).succeed({ rejectedItems: 2 });
    await done;
    expect(await counts()).toEqual({
      otelcol_exporter_sent_spans: 3,
      otelcol_exporter_send_failed_spans: 2,
      otelcol_exporter_in_flight_requests: 0,
    });
  });
});

describe('batches', () => {
  it('join requests until there are min_size items', async () => {
    const { exporter, destination } = await running({
      sending_queue: { batch: { min_size: 6, flush_timeout: '1h' } },
    });
    await exporter.consume(batchOf(2));
    await exporter.consume(batchOf(3));
    expect(destination.pushes).toHaveLength(0);
    await exporter.consume(batchOf(4));
    const { telemetry } = await destination.nth(0);
    expect(telemetry.requests.map(({ itemCount }) => itemCount)).toEqual([2, 3, 4]);
  });

  it('are made of requests whose named headers are equal, and keep those', async () => {
    const { exporter, destination } = await running({
      sending_queue: {
        batch: { min_size: 4, flush_timeout: '1h', partition: { metadata_keys: ['X-Org'] } },
      },
    });
    const from = (org: string): ReturnType<typeof batchOf> => {
      const metadata = new Map([
        ['x-org', [org]],
        ['x-other', ['1']],
      ]);
      return batchOf(2).withClient(clientInfo({ address: '10.0.0.1', metadata }));
    };
    for (const org of ['a', 'b', 'b', 'a']) await exporter.consume(from(org));
    const orgs = [(await destination.nth(0)).telemetry, (await destination.nth(1)).telemetry];
    expect(orgs.map(({ itemCount }) => itemCount)).toEqual([4, 4]);
    expect(orgs.map(({ client }) => client)).toEqual([
      clientInfo({ metadata: new Map([['x-org', ['b']]]) }),
      clientInfo({ metadata: new Map([['x-org', ['a']]]) }),
    ]);
  });

  it('go when the oldest has waited for flush_timeout', async () => {
    const { exporter, destination } = await running({
      sending_queue: { batch: { min_size: 100, flush_timeout: '20ms' } },
    });
    await exporter.consume(batchOf(2));
    expect((await destination.nth(0)).telemetry.itemCount).toBe(2);
  });

  it('never exceed max_size, also where one request does', async () => {
    const { exporter, destination, counts } = await running({
      sending_queue: {
        num_consumers: 1,
        wait_for_result: true,
        batch: { min_size: 2, max_size: 2, flush_timeout: '1ms' },
      },
    });
    const spans = Array.from({ length: 5 }, (_, index) => ({
      traceId: '01'.repeat(16),
      spanId: '02'.repeat(8),
      name: `span ${index}`,
      startTimeUnixNano: 1,
      endTimeUnixNano: 2,
    }));
    const bytes = encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
    const template = batchOf(5);
    const [request] = template.requests;
    if (request === undefined) throw new Error('none');
    const done = exporter.consume(template.withRequests([{ ...request, bytes }]));
    const sizes: number[] = [];
    for (const index of [0, 1, 2]) {
      const { telemetry, succeed } = await destination.nth(index);
      sizes.push(telemetry.itemCount);
      expect(await staysPending(done)).toBe(true);
      succeed();
    }
    await done;
    expect(sizes).toEqual([2, 2, 1]);
    expect(await counts()).toMatchObject({
      otelcol_exporter_sent_spans: 5,
      otelcol_exporter_queue_size: 0,
    });
  });

  it('fail for all who wait for them', async () => {
    const { exporter, destination } = await running({
      sending_queue: { wait_for_result: true, batch: { min_size: 2, flush_timeout: '1h' } },
      retry_on_failure: { enabled: false },
    });
    const sends = [exporter.consume(batchOf(1)), exporter.consume(batchOf(1))];
    (await destination.nth(0)).fail(AWAY);
    for (const send of sends) await expect(send).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('are sent on shutdown, whatever their size', async () => {
    const { exporter, destination, counts } = await running({
      sending_queue: { batch: { min_size: 100, flush_timeout: '1h' } },
    });
    await exporter.consume(batchOf(2));
    const stopped = exporter.shutdown(NO_DEADLINE);
    (await destination.nth(0)).succeed();
    await stopped;
    expect(await counts()).toMatchObject({ otelcol_exporter_sent_spans: 2 });
  });
});

describe('the shutdown', () => {
  it('ends the pauses, then sends what is queued, once each', async () => {
    const { exporter, destination, logger, counts } = await running({
      sending_queue: { num_consumers: 1 },
      retry_on_failure: { initial_interval: '1h', max_interval: '1h', max_elapsed_time: 0 },
    });
    for (const items of [1, 2, 4]) await exporter.consume(batchOf(items));
    (await destination.nth(0)).fail(AWAY);
    // In its pause: the line is written when it begins.
    while (logger.lines.length === 0) await new Promise(setImmediate);
    const stopped = exporter.shutdown(NO_DEADLINE);
    (await destination.nth(1)).succeed();
    (await destination.nth(2)).fail(AWAY);
    await stopped;
    expect(logger.lines.slice(1)).toMatchObject([
      { fields: { error: 'interrupted due to shutdown: away', dropped_items: 1 } },
      { fields: { error: 'interrupted due to shutdown: away', dropped_items: 4 } },
    ]);
    expect(await counts()).toMatchObject({
      otelcol_exporter_sent_spans: 2,
      otelcol_exporter_send_failed_spans: 5,
    });
    expect(destination.closed).toBe(1);
  });

  it('gives up at its deadline, and counts what is lost', async () => {
    const { exporter, destination, counts } = await running({
      sending_queue: { num_consumers: 1 },
    });
    for (const items of [1, 2, 4]) await exporter.consume(batchOf(items));
    const { attempt } = await destination.nth(0);
    const deadline = new AbortController();
    const stopped = exporter.shutdown(deadline.signal);
    expect(await staysPending(stopped)).toBe(true);
    deadline.abort();
    await stopped;
    expect(attempt.signal.aborted).toBe(true);
    expect(await counts()).toMatchObject({ otelcol_exporter_send_failed_spans: 7 });
  });

  it('refuses what comes later, and who waits for room', async () => {
    const { exporter, destination } = await running({
      sending_queue: { queue_size: 1, block_on_overflow: true },
    });
    await exporter.consume(batchOf(1));
    const blocked = exporter.consume(batchOf(1));
    const refused = expect(blocked).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    const stopped = exporter.shutdown(NO_DEADLINE);
    (await destination.nth(0)).succeed();
    await stopped;
    await refused;
    await expect(exporter.consume(batchOf(1))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});

describe('the configuration of the queue', () => {
  it('refuses in words what it cannot do', () => {
    const refusals = schema
      .safeParse({
        sending_queue: { storage: 'file_storage', wait_for_result: true },
        timeout: '-1s',
      })
      .error?.issues.map(({ message }) => message);
    expect(refusals).toEqual([
      '`wait_for_result` is not supported with a persistent queue configured with `storage`',
      "'timeout' must be non-negative",
    ]);
  });
});
