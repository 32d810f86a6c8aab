import { MemoryBudget } from '@sonde/pipeline';
import {
  contractHost,
  contractSignalSettings,
  GatedConsumer,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { sampleTelemetry, TestGraph } from '@sonde/processor-test-graph';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { memoryLimiterFactory as factory, memoryLimiterConfig } from '../src/index.ts';
import { MemoryChecker } from '../src/memory-checker.ts';
import { MemoryLimiter } from '../src/memory-limiter.ts';
import { PROCESS_MEMORY } from '../src/process-memory.ts';

const MIB = 1024 * 1024;
const BATCH = sampleTelemetry('traces');

/** A limiter over memory that the test fills; `garbage` is what a collection frees. */
function limiter(config: object) {
  const memory = { usedMib: 0, garbageMib: 0, collections: 0 };
  const logger = new RecordingLogger();
  const next = new GatedConsumer();
  const parsed = memoryLimiterConfig.parse({ check_interval: '1h', ...config });
  const checker = new MemoryChecker(parsed, logger, {
    used: () => memory.usedMib * MIB,
    total: () => 1000 * MIB,
    collectYoung: () => undefined,
    collect: () => {
      memory.usedMib -= memory.garbageMib;
      memory.garbageMib = 0;
      memory.collections += 1;
    },
  });
  const limiterOf = (consumer: GatedConsumer): MemoryLimiter =>
    new MemoryLimiter(contractSignalSettings('memory_limiter', 'traces', logger), {
      next: consumer,
      checker,
      retryAfterMs: parsed.check_interval,
    });
  const subject = limiterOf(next);
  const lines = (): string[] =>
    logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  return { subject, checker, memory, next, lines, logger, limiterOf };
}

describe('the processor memory_limiter', () => {
  it('refuses above the soft limit and resumes below it', async () => {
    const { subject, checker, memory, next, lines } = limiter({
      limit_mib: 100,
      spike_limit_mib: 20,
    });
    memory.usedMib = 79;
    checker.check();
    await subject.consume(BATCH);
    memory.usedMib = 80;
    checker.check();
    await expect(subject.consume(BATCH)).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryable: true,
      message: 'data refused due to high memory usage',
      retryAfterMs: 3_600_000,
    });
    memory.usedMib = 10;
    checker.check();
    await subject.consume(BATCH);
    expect(next.itemCount).toBe(2);
    expect(lines()).toEqual([
      'Memory usage is above soft limit. Forcing a GC.',
      'Memory usage after GC.',
      'Memory usage is above soft limit. Refusing data.',
      'Memory usage back within limits. Resuming normal operation.',
    ]);
  });

  it('refuses at once when a look between two checks finds no room, and collects at the next', async () => {
    const { subject, checker, memory, lines } = limiter({ limit_mib: 100, spike_limit_mib: 20 });
    await subject.start();
    memory.usedMib = 85;
    memory.garbageMib = 10;
    await subject.consume(BATCH);
    checker.look();
    await expect(subject.consume(BATCH)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(memory.collections).toBe(0);
    checker.look();
    checker.check();
    await subject.consume(BATCH);
    await subject.shutdown();
    expect(lines().slice(1)).toEqual([
      'Memory usage is above soft limit. Refusing data.',
      'Memory usage is above soft limit. Forcing a GC.',
      'Memory usage after GC.',
      'Memory usage back within limits. Resuming normal operation.',
    ]);
  });

  it('looks at memory once for the pipelines of an id, until the last has ended', async () => {
    vi.useFakeTimers();
    try {
      const { subject, memory, limiterOf, lines } = limiter({ limit_mib: 100 });
      const other = limiterOf(new GatedConsumer());
      await subject.start();
      await other.start();
      memory.usedMib = 90;
      vi.advanceTimersByTime(3_600_000);
      await expect(subject.consume(BATCH)).rejects.toMatchObject({ code: 'OVERLOADED' });
      await expect(other.consume(BATCH)).rejects.toMatchObject({ code: 'OVERLOADED' });
      expect(lines().filter((line) => line.endsWith('Refusing data.'))).toHaveLength(1);
      await subject.shutdown();
      memory.usedMib = 10;
      vi.advanceTimersByTime(3_600_000);
      await other.consume(BATCH);
      await other.shutdown();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('shares between limiters of one configuration', async () => {
    const parsed = memoryLimiterConfig.parse({ check_interval: '1h', limit_mib: 100 });
    const logger = new RecordingLogger();
    const host = contractHost();
    for (const signal of ['traces', 'logs'] as const) {
      const settings = contractSignalSettings('memory_limiter', signal, logger);
      const made = factory.create(settings, parsed, new GatedConsumer());
      onTestFinished(() => made.shutdown(AbortSignal.timeout(1000)));
      await made.start(host);
    }
    const said = logger.lines.filter(({ message }) => message === 'Memory limiter configured');
    expect(said).toHaveLength(1);
  });

  it('collects while it refuses, for then nobody else does', async () => {
    const { subject, checker, memory, next } = limiter({
      limit_mib: 100,
      min_gc_interval_when_soft_limited: '0s',
    });
    memory.usedMib = 90;
    checker.check();
    await expect(subject.consume(BATCH)).rejects.toMatchObject({ code: 'OVERLOADED' });
    // What was in work is garbage now.
    memory.garbageMib = 60;
    checker.check();
    await subject.consume(BATCH);
    expect(next.itemCount).toBe(1);
  });

  it('tells the receivers before it what there is', () => {
    const memory = new MemoryBudget();
    const settings = contractSignalSettings('memory_limiter', 'traces', new RecordingLogger());
    const parsed = memoryLimiterConfig.parse({ check_interval: '1h', limit_mib: 100 });
    factory.create({ ...settings, memory }, parsed, new GatedConsumer());
    expect(memory.bytes).toBe(80 * MIB);
  });

  it('does not refuse when a collection is enough', async () => {
    const { subject, checker, memory, next } = limiter({ limit_mib: 100 });
    memory.usedMib = 90;
    memory.garbageMib = 50;
    checker.check();
    await subject.consume(BATCH);
    expect(next.itemCount).toBe(1);
  });

  it('collects at once above the hard limit, and not again within the soft interval', () => {
    const { checker, memory, lines } = limiter({ limit_mib: 100 });
    memory.usedMib = 120;
    checker.check();
    expect(memory.collections).toBe(1);
    expect(lines()).toContain('Memory usage is above hard limit. Forcing a GC.');
    memory.usedMib = 85;
    checker.check();
    expect(memory.collections).toBe(1);
  });

  it('takes a share of memory, with a fifth of it for spikes', async () => {
    const { subject, logger } = limiter({ limit_percentage: 50 });
    expect(logger.lines).toEqual([]);
    await subject.start();
    await subject.shutdown();
    expect(logger.lines.filter(({ level }) => level !== 'debug')).toMatchObject([
      {
        message: 'Using percentage memory limiter',
        fields: { total_memory_mib: 1000, limit_percentage: 50, spike_limit_percentage: 0 },
      },
      {
        message: 'Memory limiter configured',
        fields: { limit_mib: 500, spike_limit_mib: 100, check_interval: 3600 },
      },
    ]);
  });

  it('refuses in a real process that uses more than its limit', async () => {
    const config = '{check_interval: 1h, limit_mib: 2, spike_limit_mib: 1}';
    const graph = await TestGraph.start({ factory, signal: 'traces', config });
    await expect(graph.send(BATCH)).rejects.toMatchObject({ code: 'OVERLOADED' });
    await graph.stop();
  });
});

describe('the memory of the process', () => {
  it('counts buffers outside the heap, and frees them', () => {
    PROCESS_MEMORY.collect();
    const before = PROCESS_MEMORY.used();
    let buffer: Uint8Array | undefined = new Uint8Array(256 * MIB).fill(1);
    expect(PROCESS_MEMORY.used() - before).toBeGreaterThan(200 * MIB);
    expect(buffer.length).toBe(256 * MIB);
    buffer = undefined;
    PROCESS_MEMORY.collect();
    expect(PROCESS_MEMORY.used() - before).toBeLessThan(100 * MIB);
  });

  it('gets back what was made lately and let go, without a whole collection', () => {
    PROCESS_MEMORY.collect();
    const before = PROCESS_MEMORY.used();
    const sizes = Array.from({ length: 16 }, () => new Uint8Array(2 * MIB).fill(1).length);
    expect(sizes).toHaveLength(16);
    // Where collections have helper threads, the second waits for what they free after the first.
    PROCESS_MEMORY.collectYoung();
    PROCESS_MEMORY.collectYoung();
    expect(PROCESS_MEMORY.used() - before).toBeLessThan(16 * MIB);
  });

  it('is no more than the machine has', () => {
    expect(PROCESS_MEMORY.total()).toBeGreaterThan(PROCESS_MEMORY.used());
  });
});

describe('configuration', () => {
  it.each([
    ['{limit_mib: 1}', "'check_interval' must be greater than zero"],
    ['{check_interval: 1s}', "'limit_mib' or 'limit_percentage' must be greater than zero"],
    [
      '{check_interval: 1s, limit_mib: 5, spike_limit_mib: 5}',
      "'spike_limit_mib' must be smaller than 'limit_mib'",
    ],
    [
      '{check_interval: 1s, limit_percentage: 101}',
      "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred",
    ],
    [
      '{check_interval: 1s, limit_percentage: 10, spike_limit_percentage: 20}',
      "'spike_limit_percentage' must be smaller than 'limit_percentage'",
    ],
    [
      '{check_interval: 1s, limit_mib: 5, min_gc_interval_when_hard_limited: 1m}',
      "'min_gc_interval_when_soft_limited' should be larger than 'min_gc_interval_when_hard_limited'",
    ],
  ])('%s is refused', async (config, words) => {
    await expect(TestGraph.start({ factory, signal: 'traces', config })).rejects.toThrow(words);
  });
});
