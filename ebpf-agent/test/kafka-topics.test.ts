import { describe, expect, it } from 'vitest';
import { KAFKA_TOPICS_MAX } from '../src/limits.ts';
import { KafkaTopics } from '../src/requests/kafka-topics.ts';

describe('topics that are known by their id', () => {
  it('are a bounded number, the longest known forgotten first', () => {
    const topics = new KafkaTopics();
    for (let i = 0; i < KAFKA_TOPICS_MAX + 2; i++) topics.learn(`id-${i}`, `topic-${i}`);
    expect(topics.size).toBe(KAFKA_TOPICS_MAX);
    expect([topics.nameOf('id-1'), topics.nameOf('id-2')]).toEqual(['', 'topic-2']);
  });
});
