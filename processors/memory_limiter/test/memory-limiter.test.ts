import {
  contractSignalSettings,
  GatedConsumer,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { sampleTelemetry, TestGraph } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { memoryLimiterFactory as factory, memoryLimiterConfig } from '../src/index.ts';
import { MemoryLimiter } from '../src/memory-limiter.ts';
import { PROCESS_MEMORY } from '../src/process-memory.ts';

const MIB = 1024 * 1024;
const BATCH = sampleTelemetry('traces');

/** A limiter over memory that the test fills; `garbage` is what a collection frees. */
function limiter(config: object) {
  const memory = { usedMib: 0, garbageMib: 0, collections: 0 };
  const logger = new RecordingLogger();
  const next = new GatedConsumer();
  const subject = new MemoryLimiter(
    memoryLimiterConfig.parse({ check_interval: '1h', ...config }),
    contractSignalSettings('memory_limiter', 'traces', logger),
    {
      next,
      memory: {
        used: () => memory.usedMib * MIB,
        total: () => 1000 * MIB,
        collect: () => {
          memory.usedMib -= memory.garbageMib;
          memory.garbageMib = 0;
          memory.collections += 1;
        },
      },
    },
  );
  const lines = (): string[] =>
    logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  return { subject, memory, next, lines, logger };
}

describe('the processor memory_limiter', () => {
  it('refuses above the soft limit and resumes below it', async () => {
    const { subject, memory, next, lines } = limiter({ limit_mib: 100, spike_limit_mib: 20 });
    memory.usedMib = 79;
    subject.check();
    await subject.consume(BATCH);
    memory.usedMib = 80;
    subject.check();
    await expect(subject.consume(BATCH)).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryable: true,
      message: 'data refused due to high memory usage',
      retryAfterMs: 3_600_000,
    });
    memory.usedMib = 10;
    subject.check();
    await subject.consume(BATCH);
    expect(next.itemCount).toBe(2);
    expect(lines()).toEqual([
      'Memory limiter configured',
      'Memory usage is above soft limit. Forcing a GC.',
      'Memory usage after GC.',
      'Memory usage is above soft limit. Refusing data.',
      'Memory usage back within limits. Resuming normal operation.',
    ]);
  });

  it('does not refuse when a collection is enough', async () => {
    const { subject, memory, next } = limiter({ limit_mib: 100 });
    memory.usedMib = 90;
    memory.garbageMib = 50;
    subject.check();
    await subject.consume(BATCH);
    expect(next.itemCount).toBe(1);
  });

  it('collects at once above the hard limit, and not again within the soft interval', () => {
    const { subject, memory, lines } = limiter({ limit_mib: 100 });
    memory.usedMib = 120;
    subject.check();
    expect(memory.collections).toBe(1);
    expect(lines()).toContain('Memory usage is above hard limit. Forcing a GC.');
    memory.usedMib = 85;
    subject.check();
    expect(memory.collections).toBe(1);
  });

  it('takes a share of memory, with a fifth of it for spikes', () => {
    const { logger } = limiter({ limit_percentage: 50 });
    expect(logger.lines).toMatchObject([
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
