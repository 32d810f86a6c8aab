import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWaitMs } from '../src/kernel/ring-poller.ts';
import { POLL_BYTES, POLL_MS_MAX, POLL_MS_MIN } from '../src/limits.ts';

const MIB = 1024 * 1024;

/** How long is waited at last while as many bytes come in a second, from any wait on. */
function settled(bytesPerSecond: number, waitMs: number): number {
  let wait = waitMs;
  for (let i = 0; i < 20; i++) wait = nextWaitMs((bytesPerSecond * wait) / 1000, wait);
  return wait;
}

describe('how long the ring is left alone', () => {
  it('is as long as may be while little comes, as short as may be while much does', () => {
    expect(settled(0, POLL_MS_MIN)).toBe(POLL_MS_MAX);
    expect(settled(10_000, POLL_MS_MIN)).toBe(POLL_MS_MAX);
    expect(settled(100 * MIB, POLL_MS_MAX)).toBe(POLL_MS_MIN);
  });

  it('lets as much come between two looks as it should, whatever comes', () => {
    const rate = fc.integer({ min: 1, max: 200 * MIB });
    const wait = fc.integer({ min: POLL_MS_MIN, max: POLL_MS_MAX });
    fc.assert(
      fc.property(rate, wait, (bytesPerSecond, before) => {
        const after = settled(bytesPerSecond, before);
        expect(after).toBeGreaterThanOrEqual(POLL_MS_MIN);
        expect(after).toBeLessThanOrEqual(POLL_MS_MAX);
        const bytes = (bytesPerSecond * after) / 1000;
        expect(after === POLL_MS_MIN || bytes <= POLL_BYTES * 1.01).toBe(true);
        expect(after === POLL_MS_MAX || bytes >= POLL_BYTES * 0.99).toBe(true);
      }),
    );
  });
});
