import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RotatingLog } from '../src/supervise/rotating-log.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sonde-log-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

describe('the log of a process', () => {
  it('appends, and keeps the tail for the screen', () => {
    const log = new RotatingLog(join(directory, 'a.log'));
    log.write(Buffer.from('one\n'));
    log.write(Buffer.from('two\n'));
    log.close();
    expect(readFileSync(log.path, 'utf8')).toBe('one\ntwo\n');
    expect(log.tail()).toBe('one\ntwo\n');
  });

  it('goes on when the file cannot be written, and says later what is missing', () => {
    vi.useFakeTimers();
    const folder = join(directory, 'missing');
    const log = new RotatingLog(join(folder, 'a.log'));
    log.write(Buffer.from('lost\n'));
    expect(log.tail()).toBe('lost\n');
    mkdirSync(folder);
    vi.advanceTimersByTime(6000);
    log.write(Buffer.from('kept\n'));
    log.close();
    expect(readFileSync(log.path, 'utf8')).toBe('... 5 bytes could not be written here\nkept\n');
  });

  it('keeps one older file beyond its size', () => {
    const log = new RotatingLog(join(directory, 'a.log'));
    const chunk = Buffer.alloc(6 * 1024 * 1024, 'x');
    for (let i = 0; i < 3; i++) log.write(chunk);
    log.close();
    expect(readFileSync(log.path).length).toBe(chunk.length);
    expect(readFileSync(`${log.path}.1`).length).toBe(2 * chunk.length);
  });
});
