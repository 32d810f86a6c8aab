import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockInstance } from '../src/supervise/instance-lock.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sonde-lock-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the lock of a data directory', () => {
  it('is refused in words while its holder lives', () => {
    lockInstance(directory);
    expect(() => lockInstance(directory)).toThrow(`already runs on ${directory}`);
  });

  it('can be taken again after it was given back', () => {
    lockInstance(directory)();
    expect(lockInstance(directory)).toBeTypeOf('function');
  });

  it('is taken over from a process that is gone', () => {
    const gone = JSON.stringify({ pid: 2 ** 22 + 1, startTicks: '1' });
    writeFileSync(join(directory, 'lock'), gone);
    expect(lockInstance(directory)).toBeTypeOf('function');
  });

  it('is taken over when another process got the id of the holder', () => {
    const reused = JSON.stringify({ pid: process.pid, startTicks: '1' });
    writeFileSync(join(directory, 'lock'), reused);
    expect(lockInstance(directory)).toBeTypeOf('function');
  });

  it('is taken over when a crash tore it', () => {
    writeFileSync(join(directory, 'lock'), '{"pid":');
    expect(lockInstance(directory)).toBeTypeOf('function');
  });
});
