import { clientInfo, SondeError } from '@sonde/pipeline';
import { GatedConsumer, staysPending } from '@sonde/pipeline/contract-suite';
import { requestOf, SOURCE, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { BatchEvents } from '../src/batch-events.ts';
import { BatchProcessor } from '../src/batch-processor.ts';
import { batchConfig, batchProcessorFactory as factory } from '../src/index.ts';

const NOW = new AbortController().signal;

function logs(count: number, tenant = 'default') {
  const logRecords = Array.from({ length: count }, (_, i) => ({ body: { stringValue: `${i}` } }));
  const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  return telemetryOf([requestOf('logs', json, { tenant })]);
}

function logsOf(org: string) {
  const metadata = new Map([
    ['x-org', [org]],
    ['x-other', ['1']],
  ]);
  return logs(1).withClient(clientInfo({ address: '10.0.0.1', metadata }));
}

function processor(config: object): { batch: BatchProcessor; next: GatedConsumer } {
  const next = new GatedConsumer();
  const batch = new BatchProcessor(batchConfig.parse(config), next, new BatchEvents('batch'));
  return { batch, next };
}

describe('the processor batch', () => {
  it('merges requests without touching their bytes, and answers all senders', async () => {
    const graph = await TestGraph.start({
      factory,
      signal: 'logs',
      config: '{send_batch_size: 3, timeout: 1h}',
    });
    const sent = [logs(1, 'a'), logs(1, 'b'), logs(1, 'a')];
    await Promise.all(sent.map((telemetry) => graph.send(telemetry)));
    expect(graph.arrived).toHaveLength(1);
    const [batch] = graph.arrived;
    expect(batch?.requests).toEqual(sent.flatMap(({ requests }) => requests));
    batch?.requests.forEach((request, i) => {
      expect(request.bytes).toBe(sent[i]?.requests[0]?.bytes);
    });
    await graph.stop();
  });

  it('answers nobody before the batch went through', async () => {
    const { batch, next } = processor({ send_batch_size: 2, timeout: '1h' });
    next.close();
    const answers = [batch.consume(logs(1)), batch.consume(logs(1))];
    await next.entered();
    expect(await staysPending(Promise.race(answers))).toBe(true);
    next.open();
    await Promise.all(answers);
  });

  it('sends what it has after the timeout', async () => {
    const { batch, next } = processor({ timeout: '5ms' });
    await batch.consume(logs(1));
    expect(next.itemCount).toBe(1);
  });

  it('tells everybody in a batch that failed why', async () => {
    const { batch, next } = processor({ send_batch_size: 2, timeout: '1h' });
    next.failWith(new SondeError('UNAVAILABLE', 'away'));
    const answers = await Promise.allSettled([batch.consume(logs(1)), batch.consume(logs(1))]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    }
    next.failWith(undefined);
    await Promise.all([batch.consume(logs(1)), batch.consume(logs(1))]);
    expect(next.itemCount).toBe(2);
  });

  it('cuts batches and requests to their largest size, in order', async () => {
    const { batch, next } = processor({
      send_batch_size: 10,
      send_batch_max_size: 10,
      timeout: '1h',
    });
    await Promise.all([batch.consume(logs(4)), batch.consume(logs(25))]);
    expect(next.taken.map(({ itemCount }) => itemCount)).toEqual([4, 10, 10, 5]);
  });

  it('hands on ranges of a buffer as they are', async () => {
    const { batch, next } = processor({ timeout: '1h' });
    const { requests } = logs(1);
    const [request] = requests;
    if (request === undefined) throw new Error('no request');
    const range = telemetryOf([request], { source: SOURCE });
    await batch.consume(range);
    expect(next.taken[0]).toBe(range);
  });

  it('lets a batch grow while four are on their way', async () => {
    const { batch, next } = processor({ send_batch_size: 1, timeout: '1h' });
    next.close();
    const answers = Array.from({ length: 10 }, () => batch.consume(logs(1)));
    for (let i = 0; i < 4; i += 1) await next.entered();
    next.open();
    await Promise.all(answers);
    expect(next.taken.map(({ itemCount }) => itemCount)).toEqual([1, 1, 1, 1, 6]);
  });

  it('keeps clients apart by the headers it names, and keeps these alone, up to a limit', async () => {
    const { batch, next } = processor({
      metadata_keys: ['X-Org'],
      metadata_cardinality_limit: 2,
      send_batch_size: 2,
      timeout: '1h',
    });
    await Promise.all(['a', 'b', 'a', 'b'].map((org) => batch.consume(logsOf(org))));
    expect(next.taken.map(({ itemCount }) => itemCount)).toEqual([2, 2]);
    expect(next.taken.map(({ client }) => client)).toEqual(
      ['a', 'b'].map((org) => clientInfo({ metadata: new Map([['x-org', [org]]]) })),
    );
    const waiting = [batch.consume(logsOf('c')), batch.consume(logsOf('d'))];
    await expect(batch.consume(logsOf('e'))).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'too many batcher metadata-value combinations',
    });
    await batch.shutdown(NOW);
    await Promise.all(waiting);
  });

  it('has no client where it names no headers', async () => {
    const { batch, next } = processor({ send_batch_size: 1 });
    await batch.consume(logsOf('a'));
    expect(next.taken[0]?.client).toBeUndefined();
  });

  it('sends what waits when it is shut down, and takes nothing after', async () => {
    const { batch, next } = processor({ timeout: '1h' });
    await batch.start();
    const answer = batch.consume(logs(3));
    await batch.shutdown(NOW);
    await answer;
    expect(next.itemCount).toBe(3);
    await expect(batch.consume(logs(1))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('gives back what it cannot send before the deadline', async () => {
    const { batch, next } = processor({ send_batch_size: 1, timeout: '1h' });
    next.close();
    const sent = Array.from({ length: 4 }, () => batch.consume(logs(1)));
    const late = batch.consume(logs(1));
    const settled = Promise.allSettled([late]);
    await batch.shutdown(AbortSignal.abort());
    expect(await settled).toMatchObject([
      { status: 'rejected', reason: { code: 'SHUTTING_DOWN' } },
    ]);
    next.open();
    await Promise.all(sent);
  });
});

describe('configuration', () => {
  it.each([
    [
      '{send_batch_max_size: 10}',
      'send_batch_max_size must be greater or equal to send_batch_size',
    ],
    ['{metadata_keys: [a, A]}', 'duplicate entry in metadata_keys: "a" (case-insensitive)'],
    ['{timeout: -1s}', 'timeout must be greater or equal to 0'],
  ])('%s is refused', async (config, words) => {
    await expect(TestGraph.start({ factory, signal: 'logs', config })).rejects.toThrow(words);
  });
});
