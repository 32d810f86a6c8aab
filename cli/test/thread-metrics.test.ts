import { emptyResource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ThreadMetricReader, ThreadMetrics } from '../src/own-telemetry/thread-metrics.ts';

/** A thread's meter provider, as `gateway-thread` makes it. */
function thread(metrics: ThreadMetrics, index: number): MeterProvider {
  const provider = new MeterProvider({
    resource: emptyResource(),
    readers: [new ThreadMetricReader(metrics.open(index))],
  });
  onTestFinished(() => provider.shutdown());
  return provider;
}

async function pointsOf(metrics: ThreadMetrics): Promise<readonly (readonly unknown[])[]> {
  const { resourceMetrics } = await metrics.collect();
  return resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) =>
    all.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [descriptor.name, attributes, value]),
    ),
  );
}

describe('metrics of other threads', () => {
  it('come with the number of their thread, gauges as they are now', async () => {
    const metrics = new ThreadMetrics();
    const [first, second] = [thread(metrics, 0), thread(metrics, 1)];
    first.getMeter('m').createCounter('taken').add(3, { topic: 'a' });
    second
      .getMeter('m')
      .createObservableGauge('lag')
      .addCallback((result) => result.observe(7));
    expect(await pointsOf(metrics)).toEqual([
      ['taken', { topic: 'a', thread: 0 }, 3],
      ['lag', { thread: 1 }, 7],
    ]);
    first.getMeter('m').createCounter('taken').add(2, { topic: 'a' });
    expect(await pointsOf(metrics)).toContainEqual(['taken', { topic: 'a', thread: 0 }, 5]);
  });

  it('go with their thread', async () => {
    const metrics = new ThreadMetrics();
    const ending = thread(metrics, 0);
    ending.getMeter('m').createCounter('taken').add(1);
    expect(await pointsOf(metrics)).toHaveLength(1);
    await ending.shutdown();
    expect(await pointsOf(metrics)).toEqual([]);
  });
});
