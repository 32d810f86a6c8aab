import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { kafkaClientFields } from '../src/index.ts';
import { toKafkaOptions } from '../src/to-kafka-options.ts';

describe('brokers', () => {
  it.each([
    ['kafka-1:9093', 'kafka-1:9093'],
    ['kafka-1', 'kafka-1:9092'],
    ['[::1]', '[::1]:9092'],
    ['[::1]:19092', '[::1]:19092'],
  ])('%s is %s', async (text, broker) => {
    const config = z.strictObject(kafkaClientFields()).parse({ brokers: [text] });
    expect((await toKafkaOptions(config)).brokers).toEqual([broker]);
  });
});
