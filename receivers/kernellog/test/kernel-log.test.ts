import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorageFactory } from '@sonde/extension-file-storage';
import { type Component, type Host, SondeError } from '@sonde/pipeline';
import {
  contractHost,
  contractSettings,
  GatedConsumer,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { protobufToJson } from '@sonde/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { kernelLogConfig, kernelLogReceiverFactory } from '../src/index.ts';

const KMSG = '/dev/kmsg';
const PATIENT = new AbortController().signal;

function mayWrite(): boolean {
  try {
    accessSync(KMSG, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    // Not root, or a container without the device: counted as skipped.
    return false;
  }
}

const REQUEST = z.object({
  resourceLogs: z.array(
    z.object({
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.looseObject({
              body: z.object({ stringValue: z.string().default('') }),
              severityNumber: z.number(),
            }),
          ),
        }),
      ),
    }),
  ),
});

let folder: string;
let receiver: Component | undefined;
let logger: RecordingLogger;
/** No other test, and no other run, says the same. */
let word: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonde-kernellog-'));
  logger = new RecordingLogger();
  word = `sonde-test-${Math.random().toString(36).slice(2)}`;
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  await receiver?.shutdown(PATIENT);
  receiver = undefined;
}

async function start(config: object, next: GatedConsumer, host: Host): Promise<void> {
  receiver = kernelLogReceiverFactory.create(
    contractSettings('kernel_log', logger),
    kernelLogConfig.parse({ poll_interval: '100ms', ...config }),
    { logs: next },
  );
  await receiver.start(host);
}

async function storageHost(): Promise<Host> {
  const storage = fileStorageFactory.create(
    contractSettings('file_storage'),
    fileStorageFactory.config.parse({ directory: join(folder, 's'), create_directory: true }),
  );
  const host = contractHost({ file_storage: storage });
  await storage.start(host);
  return host;
}

/** Writes a record into the log; without its line's end it would be open for more. */
function say(priority: number, text: string): void {
  writeFileSync(KMSG, `<${priority}>${word} ${text}\n`);
}

function said(next: GatedConsumer): readonly string[] {
  return next.taken.flatMap(({ requests }) =>
    requests
      .flatMap(({ bytes }) => REQUEST.parse(JSON.parse(protobufToJson('logs', bytes))).resourceLogs)
      .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
      .filter(({ body }) => body.stringValue.startsWith(word))
      .map(({ body, severityNumber }) => {
        return `${severityNumber} ${body.stringValue.slice(word.length + 1)}`;
      }),
  );
}

async function untilSaid(next: GatedConsumer, count: number): Promise<readonly string[]> {
  while (said(next).length < count) await next.entered();
  return said(next);
}

describe.runIf(mayWrite())('the kernel log', { timeout: 30_000 }, () => {
  it('is followed from its end, with severities', async () => {
    say(3, 'before');
    const next = new GatedConsumer();
    await start({}, next, contractHost());
    say(3, 'between');
    // The first look passes over what there was, and may be before or behind this one.
    await new Promise((resolve) => setTimeout(resolve, 500));
    say(3, 'an error');
    say(4, 'a warning');
    const records = await untilSaid(next, 2);
    expect(records).not.toContain('17 before');
    expect(records.slice(-2)).toEqual(['17 an error', '13 a warning']);
  });

  it('goes on where it was, and loses nothing while it was away', async () => {
    const host = await storageHost();
    const storage = { storage: 'file_storage' };
    const first = new GatedConsumer();
    await start(storage, first, host);
    await new Promise((resolve) => setTimeout(resolve, 500));
    say(6, 'one');
    expect(await untilSaid(first, 1)).toEqual(['9 one']);
    await stop();
    say(2, 'two');
    say(6, 'three');
    const second = new GatedConsumer();
    await start(storage, second, host);
    expect(await untilSaid(second, 2)).toEqual(['18 two', '9 three']);
  });

  const operators = [
    {
      type: 'recombine',
      combine_field: 'body',
      is_first_entry: 'body matches "first"',
      force_flush_period: '10m',
    },
  ];

  it('is handed on at the stop with what operators hold back, where nothing is kept', async () => {
    const next = new GatedConsumer();
    await start({ operators }, next, contractHost());
    await new Promise((resolve) => setTimeout(resolve, 500));
    say(6, 'the first');
    say(6, 'the first again');
    expect(await untilSaid(next, 1)).toEqual(['9 the first']);
    await stop();
    expect(said(next)).toEqual(['9 the first', '9 the first again']);
  });

  it('is read again from what operators held back at the stop, where it is kept', async () => {
    const host = await storageHost();
    const config = { operators, storage: 'file_storage' };
    const before = new GatedConsumer();
    await start(config, before, host);
    await new Promise((resolve) => setTimeout(resolve, 500));
    say(6, 'the first');
    say(6, 'the first again');
    expect(await untilSaid(before, 1)).toEqual(['9 the first']);
    await stop();
    expect(said(before)).toEqual(['9 the first']);
    const next = new GatedConsumer();
    await start(config, next, host);
    say(6, 'the first at last');
    expect(await untilSaid(next, 1)).toEqual(['9 the first again']);
  });

  it('is read again from what the pipeline did not take', async () => {
    const host = await storageHost();
    const storage = { storage: 'file_storage' };
    const refusing = new GatedConsumer();
    await start(storage, refusing, host);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const full = new SondeError('UNAVAILABLE', 'full');
    refusing.failWith(full);
    say(6, 'nobody takes this');
    await refusing.entered();
    await stop();
    const next = new GatedConsumer();
    await start(storage, next, host);
    expect(await untilSaid(next, 1)).toEqual(['9 nobody takes this']);
  });
});

describe('a kernel log that may not be read', () => {
  it('is said, and hinders nobody', async () => {
    await start({ path: join(folder, 'nowhere') }, new GatedConsumer(), contractHost());
    while (logger.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(JSON.stringify(logger.lines)).toContain('The kernel log cannot be read');
  });

  it('has a configuration that is checked', () => {
    expect(() => kernelLogConfig.parse({ start_at: 'middle' })).toThrow('start_at');
    expect(() => kernelLogConfig.parse({ poll_interval: '1ms' })).toThrow('poll_interval');
    expect(kernelLogConfig.parse({})).toMatchObject({ path: KMSG, poll_interval: 1_000 });
  });
});
