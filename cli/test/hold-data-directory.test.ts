import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { holdDataDirectory } from '../src/supervise/hold-data-directory.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sonde-hold-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Another process that holds the directory, by the kernel's own tool. */
async function holder(): Promise<{ kill: () => Promise<void> }> {
  const file = join(directory, 'lock');
  const child = spawn('flock', ['-xn', '--no-fork', file, 'sh', '-c', 'echo held; exec sleep 60']);
  const ended = once(child, 'close');
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { kill };
}

function startTicks(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21] ?? '';
}

describe('the data directory', () => {
  it('is refused in words while another process holds it, and its lock file stays', async () => {
    await holder();
    writeFileSync(join(directory, 'lock'), '4711\n');
    const words = `Sonde already runs on ${directory} (process 4711)`;
    expect(() => holdDataDirectory(directory)).toThrow(words);
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe('4711\n');
  });

  it('is refused too when the holder is nobody this process can see', async () => {
    await holder();
    // As from another PID namespace: the number means nothing here.
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, startTicks: '1' }));
    const words = `Sonde already runs on ${directory} (another process)`;
    expect(() => holdDataDirectory(directory)).toThrow(words);
    expect(existsSync(join(directory, 'lock'))).toBe(true);
  });

  it('is free once its holder was killed', async () => {
    const { kill } = await holder();
    await kill();
    holdDataDirectory(directory);
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  });

  it('is free when its file names a process that exists and does not hold it, as a zombie', () => {
    const pid = process.ppid;
    const named = JSON.stringify({ pid, startTicks: startTicks(pid) });
    writeFileSync(join(directory, 'lock'), named);
    expect(() => holdDataDirectory(directory)).not.toThrow();
  });
});
