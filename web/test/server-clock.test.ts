import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerClock } from '../src/lib/api/server-clock.ts';

const HOUR_MS = 3_600_000;
const BROWSER_MS = Date.parse('2026-03-01T12:00:00.400Z');

/** As a server says the time: whole seconds. */
const header = (ms: number): string => new Date(ms).toUTCString();

describe("the server's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: BROWSER_MS });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('is taken over from an answer when the browser is hours off, and told once', () => {
    const clock = new ServerClock();
    const moved = vi.fn();
    clock.whenMoved(moved);
    for (let answer = 0; answer < 3; answer += 1) {
      clock.heard(header(BROWSER_MS - 5 * HOUR_MS), BROWSER_MS - 30);
      expect(Math.abs(clock.now() - (BROWSER_MS - 5 * HOUR_MS))).toBeLessThanOrEqual(1000);
    }
    expect(moved).toHaveBeenCalledTimes(1);
    // Somebody set the browser's clock right.
    clock.heard(header(BROWSER_MS), BROWSER_MS);
    expect(clock.now()).toBe(BROWSER_MS);
    expect(moved).toHaveBeenCalledTimes(2);
  });

  it('stays the own one where both agree, where an answer took long, and without a header', () => {
    const clock = new ServerClock();
    const moved = vi.fn();
    clock.whenMoved(moved);
    clock.heard(header(BROWSER_MS + 1500), BROWSER_MS);
    clock.heard(header(BROWSER_MS - 9000), BROWSER_MS - 10_000);
    clock.heard(null, BROWSER_MS);
    clock.heard('soon', BROWSER_MS);
    expect(clock.now()).toBe(BROWSER_MS);
    expect(moved).not.toHaveBeenCalled();
  });
});
