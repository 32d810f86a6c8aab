import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { SondeError } from '@sonde/pipeline';
import {
  contractHost,
  contractSettings,
  GatedConsumer,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { protobufToJson } from '@sonde/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SyslogReceiver, syslogConfig } from '../src/index.ts';

const PATIENT = new AbortController().signal;
const request = z.object({
  resourceLogs: z.array(
    z.object({
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.looseObject({
              severityText: z.string().optional(),
              attributes: z
                .array(z.object({ key: z.string(), value: z.looseObject({}) }))
                .default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});

let receiver: SyslogReceiver | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await receiver?.shutdown(PATIENT);
  receiver = undefined;
});

const logger = new RecordingLogger();

async function start(
  config: object,
  next: GatedConsumer = new GatedConsumer(),
): Promise<GatedConsumer> {
  const parsed = syslogConfig.parse({ protocol: 'rfc5424', ...config });
  receiver = new SyslogReceiver({ ...contractSettings('syslog', logger), config: parsed, next });
  await receiver.start(contractHost());
  return next;
}

async function connected(): Promise<Socket> {
  const socket = connect(receiver?.ports.tcp ?? 0, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

type Attributes = Readonly<Record<string, unknown>>;

function attributesOf(next: GatedConsumer): readonly Attributes[] {
  return next.taken.flatMap(({ requests }) =>
    requests.flatMap(({ bytes }) =>
      request
        .parse(JSON.parse(protobufToJson('logs', bytes)))
        .resourceLogs.flatMap((group) =>
          group.scopeLogs.flatMap(({ logRecords }) =>
            logRecords.map(({ attributes }) =>
              Object.fromEntries(
                attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
              ),
            ),
          ),
        ),
    ),
  );
}

/** The attributes of the first `count` records. */
async function taken(next: GatedConsumer, count: number): Promise<readonly Attributes[]> {
  while (next.itemCount < count) await next.entered();
  return attributesOf(next);
}

const message = (text: string): string => `<34>1 2026-01-02T03:04:05Z host app 1 id - ${text}`;
const messages = (all: readonly Attributes[]): readonly unknown[] =>
  all.map((each) => each['message']);

const tcp = { tcp: { listen_address: '127.0.0.1:0' } };

describe('messages over TCP', () => {
  it('are records, a line each, whatever the packets', async () => {
    const next = await start({ ...tcp, attributes: { from: 'syslog' } });
    const socket = await connected();
    const text = `${message('one')}\n${message('two')}\n`;
    socket.write(text.slice(0, 20));
    socket.write(text.slice(20));
    expect(await taken(next, 2)).toEqual(
      ['one', 'two'].map((each) => ({
        from: 'syslog',
        priority: '34',
        facility: '4',
        facility_text: 'auth',
        version: '1',
        hostname: 'host',
        appname: 'app',
        proc_id: '1',
        msg_id: 'id',
        message: each,
      })),
    );
    expect(next.taken[0]?.transport).toBe('tcp');
  });

  it('end with their connection', async () => {
    const next = await start(tcp);
    (await connected()).end(message('last'));
    expect(messages(await taken(next, 1))).toEqual(['last']);
  });

  it('may have their length in front', async () => {
    const next = await start({ ...tcp, enable_octet_counting: true });
    const socket = await connected();
    const framed = (text: string): string => `${Buffer.byteLength(message(text))} ${message(text)}`;
    socket.write(framed('two\nlines'));
    socket.write(`${framed('ü')}${framed('cut').slice(0, 20)}`);
    socket.write(framed('cut').slice(20));
    expect(messages(await taken(next, 3))).toEqual(['two\nlines', 'ü', 'cut']);
  });

  it('may end with NUL', async () => {
    const next = await start({ ...tcp, non_transparent_framing_trailer: 'NUL' });
    (await connected()).write(`${message('a\nb')}\0${message('c')}\0`);
    expect(messages(await taken(next, 2))).toEqual(['a\nb', 'c']);
  });

  it('say where they come from when they shall', async () => {
    const next = await start({ tcp: { ...tcp.tcp, add_attributes: true } });
    const socket = await connected();
    socket.write(`${message('x')}\n`);
    expect((await taken(next, 1))[0]).toMatchObject({
      'net.transport': 'IP.TCP',
      'net.peer.ip': '127.0.0.1',
      'net.peer.port': String(socket.localPort),
      'net.host.ip': '127.0.0.1',
      'net.host.port': String(receiver?.ports.tcp),
    });
  });

  it('that are too long become several', async () => {
    const next = await start({ tcp: { ...tcp.tcp, max_log_size: 65_536 } });
    (await connected()).end(`${message('y'.repeat(100_000))}\n`);
    const all = await taken(next, 2);
    expect(String(all[0]?.['message']).length).toBe(65_536 - message('').length);
  });

  it('go through operators', async () => {
    const next = await start({
      ...tcp,
      operators: [{ type: 'filter', expr: 'attributes.message == "no"' }],
    });
    (await connected()).write(`${message('no')}\n${message('yes')}\n`);
    expect(messages(await taken(next, 1))).toEqual(['yes']);
  });

  it('wait with their sender while the pipeline takes none', async () => {
    const next = new GatedConsumer();
    next.close();
    await start(tcp, next);
    const socket = await connected();
    const line = `${message('z'.repeat(1000))}\n`;
    let sent = 0;
    // Until the kernel takes no more: nobody reads on the other side.
    const total = 60_000;
    const write = (): void => {
      for (let more = true; more && sent < total; sent++) more = socket.write(line);
    };
    socket.on('drain', write);
    write();
    await next.entered();
    expect(sent).toBeLessThan(total);
    next.open();
    while (next.itemCount < total) await next.entered();
    expect(next.itemCount).toBe(total);
  });

  it('are offered again when the pipeline gives them back', async () => {
    const next = new GatedConsumer();
    next.failWith(new SondeError('OVERLOADED', 'full'));
    await start({ ...tcp, retry_on_failure: { enabled: true, initial_interval: '1ms' } }, next);
    (await connected()).write(`${message('again')}\n`);
    await next.entered();
    await next.entered();
    next.failWith(undefined);
    expect(messages(await taken(next, 1))).toEqual(['again']);
  });

  it('are handed on before it is shut down', async () => {
    const next = new GatedConsumer();
    next.close();
    await start(tcp, next);
    (await connected()).write(`${message('first')}\n`);
    await next.entered();
    const stopped = receiver?.shutdown(PATIENT);
    next.open();
    await stopped;
    expect(next.itemCount).toBe(1);
  });

  it('may be encrypted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'syslog-'));
    try {
      const [cert_file, key_file] = [join(folder, 'c.crt'), join(folder, 'c.key')];
      const how = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
      ];
      const names = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'];
      execFileSync('openssl', [...how, ...names, '-keyout', key_file, '-out', cert_file], {
        stdio: 'ignore',
      });
      const next = await start({ tcp: { ...tcp.tcp, tls: { cert_file, key_file } } });
      const socket = connectTls({
        port: receiver?.ports.tcp ?? 0,
        host: '127.0.0.1',
        ca: readFileSync(cert_file),
      });
      sockets.push(socket);
      await once(socket, 'secureConnect');
      socket.write(`${message('secret')}\n`);
      expect(messages(await taken(next, 1))).toEqual(['secret']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('cannot come where the port is taken', async () => {
    await start(tcp);
    const taken = receiver?.ports.tcp ?? 0;
    const config = syslogConfig.parse({
      protocol: 'rfc5424',
      tcp: { listen_address: `127.0.0.1:${taken}` },
    });
    const next = new GatedConsumer();
    const other = new SyslogReceiver({ ...contractSettings('syslog'), config, next });
    await expect(other.start(contractHost())).rejects.toThrow(
      `failed to configure tcp listener: listen tcp 127.0.0.1:${taken}: bind: address already in use`,
    );
    await other.shutdown(PATIENT);
  });
});

describe('messages over UDP', () => {
  const udp = { udp: { listen_address: '127.0.0.1:0' } };

  async function send(...packets: readonly string[]): Promise<void> {
    const socket = createSocket('udp4');
    for (const packet of packets) {
      await new Promise<void>((resolve, reject) => {
        socket.send(packet, receiver?.ports.udp ?? 0, '127.0.0.1', (error) =>
          error === null ? resolve() : reject(error),
        );
      });
    }
    socket.close();
  }

  it('are records, a packet each', async () => {
    const next = await start({ ...udp, protocol: 'rfc3164' });
    await send(
      '<13>Jan  2 03:04:05 box cron[7]: one\ntwo\n',
      '<13>Jan  2 03:04:05 box cron: three',
    );
    expect(await taken(next, 2)).toEqual([
      {
        priority: '13',
        facility: '1',
        facility_text: 'user',
        hostname: 'box',
        appname: 'cron',
        proc_id: '7',
        message: 'one\ntwo',
      },
      {
        priority: '13',
        facility: '1',
        facility_text: 'user',
        hostname: 'box',
        appname: 'cron',
        message: 'three',
      },
    ]);
    expect(next.taken[0]?.transport).toBe('udp');
  });

  it('that are no syslog are handed on as they are', async () => {
    const next = await start({ ...udp, on_error: 'send_quiet' });
    await send('hello');
    expect(await taken(next, 1)).toEqual([{}]);
  });
});

describe('the configuration of syslog', () => {
  const refusal = (config: object): string => {
    const { error } = syslogConfig.safeParse(config);
    return (error?.issues ?? [])
      .map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('\n');
  };

  it.each<readonly [object, string]>([
    [{ protocol: 'rfc5424' }, 'need tcp config or udp config'],
    [{ ...tcp }, "missing field 'protocol'"],
    [{ ...tcp, protocol: 'rfc1' }, 'unsupported protocol version: rfc1'],
    [{ protocol: 'rfc5424', tcp: {} }, 'tcp.listen_address'],
    [{ protocol: 'rfc3164', ...tcp, location: 'Nowhere' }, 'unknown time zone Nowhere'],
    [
      { protocol: 'rfc5424', udp: { listen_address: 'a:1' }, enable_octet_counting: true },
      'octet_counting and non_transparent_framing is not compatible with UDP',
    ],
    [
      { protocol: 'rfc5424', tcp: { listen_address: 'a:1', max_log_size: 5 } },
      "invalid value for parameter 'max_log_size', must be equal to or greater than 65536 bytes",
    ],
    [
      { protocol: 'rfc5424', ...tcp, non_transparent_framing_trailer: 'CR' },
      "invalid non_transparent_framing_trailer 'CR'. Must be either 'LF' or 'NUL'",
    ],
    [
      { protocol: 'rfc5424', udp: { listen_address: 'a:1', async: {} } },
      'udp.async: is not supported',
    ],
    [{ protocol: 'rfc5424', ...tcp, on_error: 'explode' }, 'invalid `on_error` field'],
  ])('%o is refused', (config, text) => {
    expect(refusal(config)).toContain(text);
  });
});
