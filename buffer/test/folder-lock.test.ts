import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FolderLock } from '../src/embedded/folder-lock.ts';
import { EmbeddedLog } from '../src/index.ts';
import { bundleChild } from './bundle-child.ts';
import { makeFolder, TOPIC } from './log-folder.ts';

const CHILD = await bundleChild('append-forever', import.meta.url);

function ignore(): void {}

/** A process that has a view of processes of its own, as in a container. */
const IN_NAMESPACE: readonly string[] = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const NAMESPACES_MISSING: boolean = spawnSync('unshare', [...IN_NAMESPACE, 'true']).status !== 0;

describe('the lock on the folder', () => {
  it('refuses a second process in words, and is taken over when the first is killed', async () => {
    const directory = await makeFolder();
    const arguments_ = [CHILD, directory, TOPIC, '0'];
    const child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(createInterface({ input: child.stdout }), 'line');
    const second = EmbeddedLog.open(directory);
    await expect(second).rejects.toMatchObject({ code: 'BUFFER_LOCKED', retryable: false });
    await expect(second).rejects.toThrow(`in use by process ${child.pid}`);

    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const events: unknown[] = [];
    const log = await EmbeddedLog.open(directory, { onEvent: (event) => events.push(event) });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'lock_taken_over', pid: child.pid }),
    );
    await log.close();
    expect(await readdir(directory)).not.toContain('.lock');
  });

  it.skipIf(NAMESPACES_MISSING)('refuses a process that cannot see the holder', async () => {
    const directory = await makeFolder();
    const arguments_ = [...IN_NAMESPACE, process.execPath, CHILD, directory, TOPIC, '0'];
    const child = spawn('unshare', arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(createInterface({ input: child.stdout }), 'line');
    await expect(EmbeddedLog.open(directory)).rejects.toMatchObject({ code: 'BUFFER_LOCKED' });

    // The holder ends with its namespace, which says so by the end of its output.
    const ended = once(child.stdout, 'close');
    child.kill('SIGKILL');
    await ended;
    await (await EmbeddedLog.open(directory)).close();
  });

  it('is not held by a zombie, which a parent that does not look leaves behind', async () => {
    const directory = await makeFolder();
    const lock = await FolderLock.acquire(directory, ignore);
    const own: unknown = JSON.parse(await readFile(join(directory, '.lock'), 'utf8'));
    await lock.release();
    // The shell becomes `sleep`, which never asks for the child that ends when its input does.
    const script = 'exec 3<&0; (read line <&3) & echo $!; exec sleep 60';
    const parent = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [pid] = (await once(createInterface({ input: parent.stdout }), 'line')).map(Number);
    const turnUntil = async (holds: () => Promise<boolean>): Promise<void> => {
      while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
    };
    const stat = async (): Promise<string[]> =>
      (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
    await turnUntil(async () => {
      return (await readFile(`/proc/${parent.pid}/comm`, 'utf8')) === 'sleep\n';
    });
    parent.stdin.end();
    await turnUntil(async () => (await stat())[0] === 'Z');
    const startTicks = (await stat())[19];
    await writeFile(join(directory, '.lock'), JSON.stringify({ ...Object(own), pid, startTicks }));
    await (await FolderLock.acquire(directory, ignore)).release();
  });

  it('refuses a second log in the same process', async () => {
    const directory = await makeFolder();
    const log = await EmbeddedLog.open(directory);
    await expect(EmbeddedLog.open(directory)).rejects.toThrow('in use by this process already');
    await log.close();
    await (await EmbeddedLog.open(directory)).close();
  });

  it('knows a reused pid by the start time of the process', async () => {
    const directory = await makeFolder();
    const path = join(directory, '.lock');
    const lock = await FolderLock.acquire(directory, ignore);
    const holder: unknown = JSON.parse(await readFile(path, 'utf8'));
    await lock.release();
    await writeFile(path, JSON.stringify({ ...Object(holder), startTicks: '1' }));
    await (await FolderLock.acquire(directory, ignore)).release();
    await writeFile(path, JSON.stringify({ ...Object(holder), bootId: 'an earlier boot' }));
    await (await FolderLock.acquire(directory, ignore)).release();
    await writeFile(path, JSON.stringify(holder));
    await expect(FolderLock.acquire(directory, ignore)).rejects.toThrow('in use');
  });

  it('goes to one of many that find the same dead process', async () => {
    const directory = await makeFolder();
    for (const stale of ['', 'half a lo', '{"pid":999999999}', '[]']) {
      await writeFile(join(directory, '.lock'), stale);
      const takers = Array.from({ length: 12 }, () => FolderLock.acquire(directory, ignore));
      const outcomes = await Promise.allSettled(takers);
      const held = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(held.length).toBe(1);
      for (const outcome of held) await outcome.value.release();
      expect(await readdir(directory)).toEqual(['.lock-held']);
    }
  });
});
