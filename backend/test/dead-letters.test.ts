import { describe, expect, it } from 'vitest';
import { readDeadLetters } from '../src/status/dead-letters.ts';

const OF_ALL = 'code="INVALID_DATA",signal="logs",tenant="acme"';

function sample(
  type: 'buffer' | 'kafka',
  { labels, count }: { readonly labels: string; readonly count: number },
): string {
  return `sonde_receiver_${type}_dead_letters_waiting{${OF_ALL},${labels}} ${count}\n`;
}

describe('dead letters of several pages', () => {
  it('are of one topic in Kafka, and of a log each where logs are embedded', () => {
    const no = { labels: 'receiver="r",reason="no"' };
    const twice = sample('buffer', { labels: 'receiver="other",reason="no"', count: 2 });
    const letters = readDeadLetters([
      sample('kafka', { ...no, count: 5 }) + sample('buffer', { ...no, count: 2 }) + twice,
      sample('kafka', { ...no, count: 4 }) + sample('buffer', { ...no, count: 3 }),
    ]);
    const kind = { code: 'INVALID_DATA', signal: 'logs', tenant: 'acme', reason: 'no' };
    expect(letters).toEqual([
      { ...kind, buffer: 'kafka', count: 5 },
      { ...kind, buffer: 'embedded', count: 5 },
    ]);
  });

  it('have reasons with quotes, and with what looks like a label', () => {
    const reason = 'field \\"a\\" has no value,tenant=\\"other\\"\\nand \\\\ at its end}';
    const page = `${sample('kafka', { labels: `reason="${reason}"`, count: 1 })}# end\n`;
    expect(readDeadLetters([page])).toMatchObject([
      { tenant: 'acme', reason: 'field "a" has no value,tenant="other"\nand \\ at its end}' },
    ]);
  });

  it('are no more where none is left', () => {
    expect(readDeadLetters([sample('kafka', { labels: 'reason="no"', count: 0 })])).toEqual([]);
  });
});
