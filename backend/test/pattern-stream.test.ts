import { describe, expect, it } from 'vitest';
import { PatternStream } from '../src/patterns/pattern-stream.ts';
import { type StreamMessage, toStreamRecord } from '../src/streams/stream-message.ts';

const entry = (leafId: string, patternId: string, template: string) => ({
  ...{ leafId, patternId, template },
  ...{ sample: `sample of ${template}`, slots: [] },
});
const source = () => ({ tenant: 'acme', service: 'shop', told: new Map<string, string>() });
const never = new AbortController().signal;

describe('the stream of patterns', () => {
  it('tells of a pattern once, and again when its template or its ids change', async () => {
    const told: StreamMessage[] = [];
    const stream = new PatternStream(async (messages) => void told.push(...messages));
    const shop = source();
    const first = [
      entry('0b', '0a', 'job <*>'),
      entry('0a', '0a', 'job <*>'),
      entry('0c', '0c', 'x'),
    ];
    stream.take(shop, first, 7);
    expect(await stream.flush(never)).toBe(2);
    stream.take(shop, first.toReversed(), 8);
    expect(await stream.flush(never)).toBe(0);
    stream.take(shop, [...first, entry('0d', '0a', 'job <*>')], 9);
    expect(await stream.flush(never)).toBe(1);
    expect(told.map(({ id, time }) => [id, time])).toEqual([
      ['shop/0a', 7],
      ['shop/0c', 7],
      ['shop/0a', 9],
    ]);
    expect(told[2]?.payload).toEqual({
      ...{ service: 'shop', patternId: '0a', template: 'job <*>', sample: 'sample of job <*>' },
      ...{ lineIds: ['0a', '0b', '0d'], lineIdCount: 3 },
    });
  });

  it('keeps what was not taken, the newest of each pattern, until it is', async () => {
    let isUp = false;
    const told: StreamMessage[] = [];
    const stream = new PatternStream(async (messages) => {
      if (!isUp) throw new Error('away');
      told.push(...messages);
    });
    const shop = source();
    stream.take(shop, [entry('0a', '0a', 'one')], 1);
    await expect(stream.flush(never)).rejects.toThrow('away');
    stream.take(shop, [entry('0a', '0a', 'one <*>')], 2);
    expect(stream.waiting).toBe(1);
    isUp = true;
    expect(await stream.flush(never)).toBe(1);
    expect(told.map(({ payload }) => payload['template'])).toEqual(['one <*>']);
  });

  it('keys messages by tenant, service and pattern', () => {
    const stream = new PatternStream(async (messages) => {
      const [first] = messages;
      if (first === undefined) throw new Error('nothing was told');
      const { attributes } = toStreamRecord(first);
      expect(attributes.map(({ value }) => value.stringValue)).toEqual([
        'acme\u0000shop\u00000a',
        'acme',
        'sonde.log_patterns/1',
      ]);
    });
    stream.take(source(), [entry('0a', '0a', 'one')], 1);
    return expect(stream.flush(never)).resolves.toBe(1);
  });
});
