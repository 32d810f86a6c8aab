import { describe, expect, it } from 'vitest';
import type { Consumer } from '../src/component.ts';
import { GatedConsumer, staysPending } from '../src/contract-fixtures.ts';
import { SondeError } from '../src/errors.ts';
import { fanOut } from '../src/graph/fan-out.ts';
import { batchOf } from './fixture-components.ts';

function failing(error: unknown): Consumer {
  return { consume: () => Promise.reject(error) };
}

describe('the fan-out', () => {
  it('calls consumers one after the other', async () => {
    const [first, second] = [new GatedConsumer(), new GatedConsumer()];
    first.close();
    const done = fanOut([first, second]).consume(batchOf(1));
    await first.entered();
    expect(await staysPending(second.entered())).toBe(true);
    first.open();
    await done;
    expect(second.itemCount).toBe(1);
  });

  it('calls every consumer even if one before it failed', async () => {
    const last = new GatedConsumer();
    const all = fanOut([failing(new SondeError('UNAVAILABLE', 'away')), last]);
    await expect(all.consume(batchOf(2))).rejects.toThrow('away');
    expect(last.itemCount).toBe(2);
  });

  it('gives back what it was given where all do, and says so of nobody', () => {
    const giving = (givesBack?: boolean): Consumer => ({
      givesBack,
      consume: () => Promise.resolve(),
    });
    expect(fanOut([giving(true), giving(true)]).givesBack).toBe(true);
    expect(fanOut([giving(true)]).givesBack).toBe(true);
    expect(fanOut([giving(true), giving()]).givesBack).toBe(false);
    expect(fanOut([giving(true), giving(false)]).givesBack).toBe(false);
    expect(fanOut([]).givesBack).toBe(false);
  });

  it('joins errors; one that can be retried decides, and the longest delay is kept', async () => {
    const all = fanOut([
      failing(new SondeError('INVALID_DATA', 'bad')),
      failing(new SondeError('OVERLOADED', 'full', { retryAfterMs: 10 })),
      failing(new SondeError('UNAVAILABLE', 'away', { retryAfterMs: 500 })),
      new GatedConsumer(),
    ]);
    await expect(all.consume(batchOf(1))).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryable: true,
      retryAfterMs: 500,
      message: 'bad; full; away',
    });
  });

  it('takes anything else that is thrown for a bug', async () => {
    const all = fanOut([failing(new TypeError('x is not a function')), new GatedConsumer()]);
    await expect(all.consume(batchOf(1))).rejects.toMatchObject({
      code: 'INTERNAL',
      retryable: false,
    });
  });
});
