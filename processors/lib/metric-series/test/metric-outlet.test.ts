import { SondeError, type Telemetry } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { FlushLoop, MetricOutlet, metricRequests } from '../src/index.ts';

const HEAD = { scope: 'test', receivedUnixMs: 1 };

function requests(name: string): ReturnType<typeof metricRequests> {
  const sum = { dataPoints: [{ timeUnixNano: 1, asInt: 1 }], aggregationTemporality: 1 };
  return metricRequests([{ tenant: 'default', attributes: [], metrics: [{ name, sum }] }], HEAD);
}

class Pipeline {
  readonly taken: Telemetry[] = [];
  failure: SondeError | undefined;

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.taken.push(telemetry);
  }
}

describe('what a pipeline refuses', () => {
  it('is tried again with what follows, in order, where the reason passes', async () => {
    const next = new Pipeline();
    const outlet = new MetricOutlet({ id: 'c', logger: new RecordingLogger(), next });
    next.failure = new SondeError('OVERLOADED', 'full');
    await outlet.send(requests('first'));
    next.failure = undefined;
    await outlet.send(requests('second'));
    expect(next.taken).toHaveLength(2);
  });

  it('is given up where the reason is for good', async () => {
    const next = new Pipeline();
    const logger = new RecordingLogger();
    const outlet = new MetricOutlet({ id: 'c', logger, next });
    next.failure = new SondeError('INVALID_DATA', 'never');
    await outlet.send(requests('first'));
    next.failure = undefined;
    await outlet.send(requests('second'));
    expect(next.taken).toHaveLength(1);
    expect(logger.lines.map(({ message }) => message)).toEqual(['Failed ConsumeMetrics']);
  });

  it('waits for 16 flushes at most', async () => {
    const next = new Pipeline();
    const outlet = new MetricOutlet({ id: 'c', logger: new RecordingLogger(), next });
    next.failure = new SondeError('OVERLOADED', 'full');
    for (let flush = 0; flush < 20; flush++) await outlet.send(requests(`flush ${flush}`));
    next.failure = undefined;
    await outlet.send([]);
    expect(next.taken).toHaveLength(16);
  });
});

describe('a flush loop', () => {
  it('flushes at each interval and once more when it is stopped', async () => {
    let flushes = 0;
    let third = (): void => {};
    const seen = new Promise<void>((resolve) => {
      third = resolve;
    });
    const loop = new FlushLoop(1, async () => {
      flushes++;
      if (flushes === 3) third();
    });
    loop.start();
    await seen;
    const before = flushes;
    await loop.stop(new AbortController().signal);
    expect(flushes).toBe(before + 1);
  });

  it('does not wait for a flush beyond its deadline', async () => {
    const loop = new FlushLoop(0, () => new Promise<void>(() => {}));
    loop.start();
    await loop.stop(AbortSignal.abort());
  });
});
