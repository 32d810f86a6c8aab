import type { Consumer } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { kafkaReceiverConfig } from '../src/index.ts';
import { TopicTargets } from '../src/topic-targets.ts';

const NEXT: Consumer = { consume: () => Promise.resolve() };

function targets(logs: object): TopicTargets {
  const config = kafkaReceiverConfig.parse({ logs });
  const all = new TopicTargets();
  for (const signal of ['traces', 'logs'] as const) {
    all.add(config.topicsOf[signal], { signal, next: NEXT });
  }
  return all;
}

describe('the pipeline of a topic', () => {
  it('is that of its name before that of a pattern', () => {
    const all = targets({ topics: ['^otlp_'] });
    expect(all.of('otlp_spans')?.signal).toBe('traces');
    expect(all.of('otlp_logs')?.signal).toBe('logs');
    expect(all.of('other')).toBeUndefined();
    expect(all.names).toEqual(['otlp_spans']);
  });

  it('is none of a pattern for dead letters and for what Kafka keeps for itself', () => {
    const all = targets({ topics: ['^.*'] });
    expect(all.of('__consumer_offsets')).toBeUndefined();
    expect(all.of('sonde.dead_letters')).toBeUndefined();
    expect(all.of('anything')?.signal).toBe('logs');
  });

  it('is none for what is excluded', () => {
    const all = targets({ topics: ['^a'], exclude_topics: ['ab', '^ac'] });
    expect(['a', 'ab', 'abc', 'ac', 'acd'].map((name) => all.of(name)?.signal)).toEqual([
      'logs',
      undefined,
      'logs',
      undefined,
      undefined,
    ]);
  });
});
