import { execFile } from 'node:child_process';
import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SondeError, type StorageClient, type StorageOwner } from '@sonde/pipeline';
import { contractHost, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { FileStorage, FileStorageConfigSchema } from '../src/index.ts';
import { StoreFile } from '../src/store-file.ts';

const OWNER: StorageOwner = { kind: 'receiver', id: 'filelog/app' };
const FILE = 'receiver_filelog_app';

let folder: string;
let logger: RecordingLogger;
let open: FileStorage[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-storage-'));
  logger = new RecordingLogger();
  open = [];
});

afterEach(async () => {
  for (const storage of open) await storage.shutdown();
  await rm(folder, { recursive: true });
});

async function started(more: Record<string, unknown> = {}): Promise<FileStorage> {
  const config = FileStorageConfigSchema.parse({ directory: folder, timeout: '0s', ...more });
  const storage = new FileStorage({ id: 'file_storage', config, logger });
  open.push(storage);
  await storage.start();
  return storage;
}

async function client(more: Record<string, unknown> = {}): Promise<StorageClient> {
  return (await started(more)).storageClient(OWNER);
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

async function text(store: StorageClient, key: string): Promise<string | undefined> {
  const found = await store.get(key);
  return found === undefined ? undefined : Buffer.from(found).toString();
}

describe('file_storage', () => {
  it.each([{ fsync: false }, { fsync: true }])('keeps values over a restart: %j', async (more) => {
    const first = await client(more);
    await first.set('a', bytes('1'));
    await first.set('b', bytes('2'));
    await first.set('a', bytes('3'));
    await first.delete('b');
    await first.set('empty', bytes(''));
    await first.close();
    const second = await client(more);
    expect(await text(second, 'a')).toBe('3');
    expect(await text(second, 'b')).toBeUndefined();
    expect(await text(second, 'empty')).toBe('');
    expect(await readdir(folder)).toEqual([FILE]);
  });

  it('does a batch in order, and its reads see what it has written', async () => {
    const store = await client();
    await store.set('a', bytes('1'));
    const found = await store.batch([
      { type: 'get', key: 'a' },
      { type: 'set', key: 'a', value: bytes('2') },
      { type: 'get', key: 'a' },
      { type: 'delete', key: 'a' },
      { type: 'get', key: 'a' },
      { type: 'get', key: 'none' },
    ]);
    expect(found.map((value) => value && Buffer.from(value).toString())).toEqual([
      '1',
      undefined,
      '2',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('puts what waits together into one order', async () => {
    const store = await client({ fsync: true });
    const sets = Array.from({ length: 200 }, (_, index) => store.set('k', bytes(`${index}`)));
    const read = text(store, 'k');
    await Promise.all(sets);
    expect(await read).toBe('199');
  });

  it('keeps components apart, also those whose names a file cannot have', async () => {
    const storage = await started();
    const first = await storage.storageClient({ kind: 'exporter', id: 'otlp/a:b', name: 'traces' });
    const second = await storage.storageClient({ kind: 'exporter', id: 'otlp/a:b', name: 'logs' });
    await first.set('k', bytes('first'));
    expect(await text(second, 'k')).toBeUndefined();
    expect(await readdir(folder)).toEqual([
      'exporter_otlp_a~003Ab_logs',
      'exporter_otlp_a~003Ab_traces',
    ]);
  });

  it('is opened once at a time, in this process and others', async () => {
    const storage = await started();
    const first = await storage.storageClient(OWNER);
    await expect(storage.storageClient(OWNER)).rejects.toThrow('is in use');
    const waiting = (await started({ timeout: '30s' })).storageClient(OWNER);
    await first.close();
    await (await waiting).close();
    await (await storage.storageClient(OWNER)).close();
  });

  it('cuts off a write that did not end', async () => {
    const store = await client();
    await store.set('a', bytes('1'));
    await store.set('b', bytes('2'));
    await store.close();
    const { size } = await stat(join(folder, FILE));
    await truncate(join(folder, FILE), size - 1);
    const again = await client();
    expect(await text(again, 'a')).toBe('1');
    expect(await text(again, 'b')).toBeUndefined();
    await again.set('b', bytes('3'));
    await again.close();
    expect(await text(await client(), 'b')).toBe('3');
    expect(logger.lines.map(({ message }) => message)).toContain(
      'Storage ended in the middle of a write, which was cut off',
    );
  });

  it('holds at every length that a crash can leave it with', async () => {
    const store = await client();
    for (const value of ['1', '22', '333']) await store.set('k', bytes(value));
    await store.close();
    const whole = await readFile(join(folder, FILE));
    for (let length = 0; length <= whole.length; length += 1) {
      await writeFile(join(folder, FILE), whole.subarray(0, length));
      const cut = await client();
      expect([undefined, '1', '22', '333']).toContain(await text(cut, 'k'));
      await cut.set('after', bytes('x'));
      await cut.close();
    }
  });

  it('refuses a file that is damaged before its end, unless it may begin anew', async () => {
    const store = await client();
    await store.set('a', bytes('1'));
    await store.set('b', bytes('2'));
    await store.close();
    const content = await readFile(join(folder, FILE));
    content[20] = (content[20] ?? 0) ^ 0xff;
    await writeFile(join(folder, FILE), content);
    await expect(client()).rejects.toThrow('is damaged at byte 8');
    const anew = await client({ recreate: true });
    expect(await text(anew, 'a')).toBeUndefined();
    expect(await readdir(folder)).toEqual([FILE, `${FILE}.backup`]);
  });

  it('refuses a file of something else', async () => {
    await appendFile(join(folder, FILE), 'not a store at all');
    await expect(client()).rejects.toThrow('is damaged at byte 0');
  });

  it('rewrites a file that is mostly dead', async () => {
    const store = await client();
    await store.set('kept', bytes('kept'));
    const big = new Uint8Array(4 * 1024 * 1024);
    for (let round = 0; round < 6; round += 1) await store.set('big', big);
    await store.delete('big');
    await store.set('last', bytes('last'));
    expect((await stat(join(folder, FILE))).size).toBeLessThan(4 * big.length);
    expect(await text(store, 'kept')).toBe('kept');
    await store.close();
    const again = await client({ compaction: { on_start: true } });
    expect(await text(again, 'last')).toBe('last');
  });

  it('refuses what is too large, and everything after it was closed', async () => {
    const store = await client();
    const refused = { code: 'TOO_LARGE' };
    await expect(store.set('k'.repeat(4097), bytes(''))).rejects.toMatchObject(refused);
    await expect(store.get('')).rejects.toMatchObject(refused);
    await store.close();
    await store.close();
    await expect(store.get('k')).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('gives what a full disk refuses back for a retry, and takes more when there is room', async () => {
    const script = join(import.meta.dirname, 'full-disk.ts');
    const tsx = join(import.meta.dirname, '../../../node_modules/tsx/dist/cli.mjs');
    // The shell's limit for the size of a file stands in for the end of a disk.
    const command = `trap '' XFSZ; ulimit -f 64; exec "$0" "$1" "$2" "$3"`;
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      command,
      process.execPath,
      tsx,
      script,
      folder,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      code: 'OVERLOADED',
      kept: 'small',
      again: 'again',
      beside: 'small',
    });
  });

  it('leaves room on the disk for deletions, and by those gets out of a full one', async () => {
    const diskBytes = 2 * 1024 * 1024;
    vi.spyOn(StoreFile.prototype, 'freeBytes').mockImplementation(async function (this: StoreFile) {
      return diskBytes - this.byteCount;
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const store = await client();
    const value = new Uint8Array(1000);
    let taken = 0;
    const full = async (): Promise<unknown> => {
      for (;;) {
        try {
          await store.set(`k${taken}`, value);
          taken += 1;
        } catch (error) {
          return error;
        }
      }
    };
    expect(await full()).toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringMatching(/^ENOSPC: /),
    });
    const first = taken;
    expect(first).toBeGreaterThan(1000);
    // What is known is overwritten all the same, and everything can be deleted.
    await store.set('k0', value);
    for (let key = 0; key < first; key += 1) await store.delete(`k${key}`);
    await full();
    expect(taken - first).toBeGreaterThan(1000);
  });

  it('says that its directory is missing, or makes it', async () => {
    const missing = join(folder, 'a', 'b');
    await expect(started({ directory: missing })).rejects.toThrow(
      `directory must exist: stat ${missing}: no such file or directory. ` +
        'You can enable the create_directory option to automatically create it',
    );
    await started({ directory: missing, create_directory: true });
    expect((await stat(missing)).mode & 0o777).toBe(0o750);
  });

  it('is found by its id', async () => {
    const { findStorage } = await import('@sonde/pipeline');
    const storage = await started();
    const host = contractHost({ file_storage: storage });
    expect(findStorage(host, 'file_storage')).toBe(storage);
    expect(() => findStorage(host, 'other')).toThrow(SondeError);
  });
});
