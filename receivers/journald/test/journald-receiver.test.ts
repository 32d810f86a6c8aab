import { execFileSync } from 'node:child_process';
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
import { journaldConfig, journaldReceiverFactory } from '../src/index.ts';
import { journalctlArguments } from '../src/journalctl-arguments.ts';
import { FakeJournal } from './fake-journal.ts';

const PATIENT = new AbortController().signal;

/** Operators that hold the last entry back until another begins. */
const HOLDING = [
  {
    type: 'recombine',
    combine_field: 'body.MESSAGE',
    is_first_entry: 'body.MESSAGE startsWith "#"',
    force_flush_period: '10m',
  },
];

let journal: FakeJournal;
let receiver: Component | undefined;
let logger: RecordingLogger;

beforeEach(() => {
  journal = new FakeJournal();
  logger = new RecordingLogger();
});

afterEach(async () => {
  await stop();
  journal.remove();
});

async function stop(): Promise<void> {
  await receiver?.shutdown(PATIENT);
  receiver = undefined;
}

async function start(
  config: object = {},
  { next = new GatedConsumer(), host = contractHost() }: { next?: GatedConsumer; host?: Host } = {},
): Promise<GatedConsumer> {
  receiver = journaldReceiverFactory.create(
    contractSettings('journald', logger),
    journaldConfig.parse({ journalctl_path: journal.path, start_at: 'beginning', ...config }),
    { logs: next },
  );
  await receiver.start(host);
  return next;
}

const request = z.object({
  resourceLogs: z.array(
    z.object({
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.looseObject({
              timeUnixNano: z.string(),
              body: z.object({
                kvlistValue: z.object({
                  values: z.array(z.object({ key: z.string(), value: z.looseObject({}) })),
                }),
              }),
            }),
          ),
        }),
      ),
    }),
  ),
});

interface TakenEntry {
  readonly time: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function entriesOf(next: GatedConsumer): readonly TakenEntry[] {
  return next.taken.flatMap(({ requests }) =>
    requests.flatMap(({ bytes }) =>
      request.parse(JSON.parse(protobufToJson('logs', bytes))).resourceLogs.flatMap((group) =>
        group.scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map(({ timeUnixNano, body }) => ({
            time: timeUnixNano,
            fields: Object.fromEntries(
              body.kvlistValue.values.map(({ key, value }) => [key, Object.values(value)[0]]),
            ),
          })),
        ),
      ),
    ),
  );
}

async function messages(next: GatedConsumer, count: number): Promise<readonly unknown[]> {
  while (next.itemCount < count) await next.entered();
  return entriesOf(next).map(({ fields }) => fields['MESSAGE']);
}

async function withStorage(): Promise<{ host: Host; close: () => Promise<void> }> {
  const storage = fileStorageFactory.create(
    contractSettings('file_storage'),
    fileStorageFactory.config.parse({
      directory: `${journal.folder}/storage`,
      create_directory: true,
    }),
  );
  const host = contractHost({ file_storage: storage });
  await storage.start(host);
  return { host, close: () => storage.shutdown(PATIENT) };
}

describe('the journal', () => {
  it('is followed, each entry with its fields and its time', async () => {
    journal.write('one');
    const next = await start();
    await messages(next, 1);
    journal.write('two');
    expect(await messages(next, 2)).toEqual(['one', 'two']);
    const [first] = entriesOf(next);
    expect(first?.fields).toMatchObject({
      MESSAGE: 'one',
      PRIORITY: '6',
      __CURSOR: expect.stringMatching(/^s=1;/),
    });
    expect(first?.fields['__REALTIME_TIMESTAMP']).toBeUndefined();
    expect(first?.time).toMatch(/^17673230450000\d{5}$/);
  });

  it('is read from where it ends', async () => {
    journal.write('old');
    const next = await start({ start_at: 'end' });
    while (journal.runs().length === 0) await new Promise(setImmediate);
    journal.write('new');
    expect(await messages(next, 1)).toEqual(['new']);
  });

  it('gives bytes as text when it shall', async () => {
    journal.write([104, 195, 164]);
    expect(await messages(await start({ convert_message_bytes: true }), 1)).toEqual(['hä']);
  });

  it('goes through operators', async () => {
    journal.write('drop me', 'keep me');
    const next = await start({
      operators: [{ type: 'filter', expr: 'body.MESSAGE startsWith "drop"' }],
    });
    expect(await messages(next, 1)).toEqual(['keep me']);
  });

  it('loses a line that is none and goes on', async () => {
    journal.writeRaw('no json', '{"__CURSOR":"x"}');
    journal.write('good');
    expect(await messages(await start(), 1)).toEqual(['good']);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ message: 'Failed to parse journal entry' }),
    );
  });

  it('is offered again when the pipeline gives it back, and not read on', async () => {
    const next = new GatedConsumer();
    next.failWith(new SondeError('UNAVAILABLE', 'away'));
    journal.write('one');
    await start({ retry_on_failure: { enabled: true, initial_interval: '1ms' } }, { next });
    await next.entered();
    journal.write('two');
    await next.entered();
    next.failWith(undefined);
    expect(await messages(next, 2)).toEqual(['one', 'two']);
  });
});

describe('journalctl', () => {
  it('that ends is started again behind the last entry that was taken', async () => {
    journal.write('one');
    journal.writeRaw('die');
    journal.write('two');
    expect(await messages(await start(), 2)).toEqual(['one', 'two']);
    expect(journal.runs()).toHaveLength(2);
    expect(journal.runs()[1]).toContain('--after-cursor');
    expect(logger.lines).toContainEqual(
      expect.objectContaining({
        message: 'journalctl command exited',
        fields: expect.objectContaining({
          error: 'journalctl ended with code 3: the journal broke',
        }),
      }),
    );
  });

  it('that is not there is said and looked for again', async () => {
    const said = new Promise<void>((resolve) => {
      const host = contractHost();
      void start(
        { journalctl_path: '/no/journalctl' },
        {
          host: { ...host, reportStatus: () => resolve() },
        },
      );
    });
    await said;
    expect(logger.lines[0]?.fields['error']).toContain('ENOENT');
  });

  it('goes on behind what was taken before a new start', async () => {
    const storage = await withStorage();
    const config = { storage: 'file_storage' };
    journal.write('one', 'two');
    await messages(await start(config, { host: storage.host }), 2);
    await stop();
    journal.write('three');
    const next = await start(config, { host: storage.host });
    expect(await messages(next, 1)).toEqual(['three']);
    await stop();
    await storage.close();
  });

  it('gives again what was not taken, or was held back, before a new start', async () => {
    const storage = await withStorage();
    const config = { storage: 'file_storage', operators: HOLDING };
    journal.write('#1', ' a', '#2');
    expect(await messages(await start(config, { host: storage.host }), 1)).toEqual(['#1\n a']);
    await stop();
    journal.write(' b', '#3');
    const next = await start(config, { host: storage.host });
    expect(await messages(next, 1)).toEqual(['#2\n b']);
    await stop();
    await storage.close();
  });

  it('gives what was held back at the stop, where nothing is kept', async () => {
    journal.write('#1', ' a', '#2', ' b');
    const next = await start({ operators: HOLDING });
    expect(await messages(next, 1)).toEqual(['#1\n a']);
    await stop();
    expect(await messages(next, 0)).toEqual(['#1\n a', '#2\n b']);
  });

  it('gets the arguments that upstream gives it', () => {
    const config = journaldConfig.parse({
      units: ['ssh', 'kubelet'],
      identifiers: ['systemd'],
      priority: 'emerg..err',
      grep: 'foo',
      dmesg: true,
      namespace: 'ns',
      directory: '/run/log/journal',
      matches: [{ _SYSTEMD_UNIT: 'ssh' }, { _UID: '1000', _SYSTEMD_UNIT: 'kubelet' }],
      all: true,
      merge: true,
    });
    expect(journalctlArguments(config, undefined).join(' ')).toBe(
      '--utc --output=json --follow --lines=0 --unit ssh --unit kubelet --identifier systemd ' +
        '--priority emerg..err --grep foo --dmesg --namespace ns --directory /run/log/journal ' +
        '_SYSTEMD_UNIT=ssh + _SYSTEMD_UNIT=kubelet _UID=1000 --all --merge',
    );
    const cursor = journalctlArguments(journaldConfig.parse({ files: ['a'] }), 's=1');
    expect(cursor.join(' ')).toBe(
      '--utc --output=json --follow --no-tail --priority info --file a --after-cursor s=1',
    );
  });

  it.skipIf(!hasJournalctl())('of this host is followed', async () => {
    await start({ journalctl_path: 'journalctl', start_at: 'end', priority: 'debug' });
    await stop();
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

function hasJournalctl(): boolean {
  try {
    execFileSync('journalctl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the configuration of journald', () => {
  const refusal = (config: object): string => {
    const { error } = journaldConfig.safeParse(config);
    return (error?.issues ?? [])
      .map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('\n');
  };

  it.each<readonly [object, string]>([
    [{ start_at: 'now' }, "invalid value 'now' for parameter 'start_at'"],
    [{ matches: [{ 'a b': '1' }] }, "'a b' is not a valid Systemd field name"],
    [{ priority: 'loud' }, "invalid value 'loud' for parameter 'priority'"],
    [{ directory: '/a', files: ['b'] }, "only one of 'directory' and 'files' can be set"],
    [{ root_path: '/host' }, 'root_path: is not supported'],
  ])('%o is refused', (config, text) => {
    expect(refusal(config)).toContain(text);
  });
});
