import { describe, expect, it } from 'vitest';
import { InsertTokens } from '../src/insert-token.ts';

const RANGE = { topic: 'otlp_logs', partition: 2, from: 0, to: 64 };

describe('the token of a block', () => {
  it('is of the range, the table and the block', () => {
    const tokens = new InsertTokens(RANGE);
    expect([tokens.next('logs'), tokens.next('logs'), tokens.next('spans')]).toEqual([
      'otlp_logs/2/0-64/logs',
      'otlp_logs/2/0-64/logs/1',
      'otlp_logs/2/0-64/spans',
    ]);
  });

  it('tells equal offsets of a topic from those of one of its name before it', () => {
    const [before, now] = ['a', 'b'].map((topicId) =>
      new InsertTokens({ ...RANGE, topicId }).next('logs'),
    );
    expect(before).toBe('otlp_logs:a/2/0-64/logs');
    expect(now).toBe('otlp_logs:b/2/0-64/logs');
  });
});
