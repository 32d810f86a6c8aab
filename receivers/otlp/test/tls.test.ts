import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { telemetrygenPath } from '../../../scripts/lib/telemetrygen.mjs';
import { otlpConfig } from '../src/config.ts';
import { OtlpReceiver } from '../src/otlp-receiver.ts';
import { folder, makePair, type Pair } from './certificates.ts';
import { TRACE_SERVICE } from './grpc-client.ts';
import { PROTOBUF, quietLogger, type Started, start } from './harness.ts';
import { hostWith } from './host.ts';
import { traces } from './otlp-bytes.ts';

const run = promisify(execFile);

const identity = (bytes: Buffer): Buffer => bytes;

interface ClientTls {
  readonly server: Pair;
  readonly own?: Pair | undefined;
  readonly maxVersion?: 'TLSv1.2';
}

/** Over a connection of its own; resolves to the status, rejects when there is no answer. */
function sendHttps(address: string, { server, own, maxVersion }: ClientTls): Promise<number> {
  return new Promise((resolve, reject) => {
    const pair = own === undefined ? {} : { cert: own.cert, key: own.key };
    const version = maxVersion === undefined ? {} : { maxVersion };
    const options = { method: 'POST', headers: PROTOBUF, agent: false, ca: server.cert };
    const sent = request(
      `https://${address}/v1/traces`,
      { ...options, ...pair, ...version },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(traces());
  });
}

/** Over a channel of its own; resolves to the code. */
function sendGrpc(address: string, { server, own }: ClientTls): Promise<number> {
  const ssl = credentials.createSsl(server.cert, own?.key ?? null, own?.cert ?? null);
  const client = new Client(address, ssl, { 'grpc.use_local_subchannel_pool': 1 });
  const method = `/${TRACE_SERVICE}/Export`;
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + 10_000 };
    client.makeUnaryRequest(
      method,
      identity,
      identity,
      traces(),
      new Metadata(),
      options,
      (error) => {
        client.close();
        resolve(error?.code ?? 0);
      },
    );
  });
}

interface MeetingOptions {
  readonly ALPNProtocols?: readonly string[];
  readonly ciphers?: string;
  readonly minVersion?: 'TLSv1.3';
}

/** The certificate that a new connection meets. */
function metCertificate(address: string, options: MeetingOptions = {}): Promise<string> {
  const { port } = new URL(`https://${address}`);
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      {
        ...options,
        host: '127.0.0.1',
        port: Number(port),
        rejectUnauthorized: false,
        ALPNProtocols: [...(options.ALPNProtocols ?? [])],
      },
      () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

/** Resolves when a line with these words is logged. */
async function logged({ lines }: Started, words: string): Promise<void> {
  // Bounded by the test's own time.
  while (!lines.some((line) => line.includes(words))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function startTls(tls: Record<string, unknown>): Promise<Started> {
  return start({ http: { tls }, grpc: { tls } });
}

describe('TLS', () => {
  it('serves both protocols, and only clients with a certificate where that is asked', async () => {
    const directory = folder();
    const server = makePair(directory, 'server');
    const authority = makePair(directory, 'authority');
    const client = makePair(directory, 'client', authority);
    const stranger = makePair(directory, 'stranger', makePair(directory, 'other'));
    const files = { cert_file: server.certFile, key_file: server.keyFile };
    const open = await startTls(files);
    expect(await sendHttps(open.http, { server })).toBe(200);
    expect(await sendGrpc(open.grpc, { server })).toBe(0);
    const { http, grpc, pipeline } = await startTls({
      ...files,
      client_ca_file: authority.certFile,
    });
    expect(await sendHttps(http, { server, own: client })).toBe(200);
    expect(await sendGrpc(grpc, { server, own: client })).toBe(0);
    for (const own of [undefined, stranger]) {
      await expect(sendHttps(http, { server, own })).rejects.toThrow();
      expect(await sendGrpc(grpc, { server, own })).toBe(14);
    }
    expect(pipeline.taken).toHaveLength(2);
  });

  const generator = telemetrygenPath();
  const reason = existsSync(generator) ? '' : ' (telemetrygen is not built here)';
  it.skipIf(reason !== '')(`serves clients in Go with certificates${reason}`, async () => {
    const directory = folder();
    const server = makePair(directory, 'server');
    const authority = makePair(directory, 'authority');
    const client = makePair(directory, 'client', authority);
    const { http, grpc, pipeline } = await startTls({
      cert_file: server.certFile,
      key_file: server.keyFile,
      client_ca_file: authority.certFile,
    });
    const own = ['--mtls', '--client-cert', client.certFile, '--client-key', client.keyFile];
    const tls = ['--ca-cert', server.certFile, ...own];
    for (const how of [
      ['--otlp-endpoint', grpc],
      ['--otlp-endpoint', http, '--otlp-http'],
    ]) {
      await run(generator, ['traces', ...how, ...tls, '--traces', '5', '--rate', '0']);
    }
    const items = pipeline.taken.reduce((sum, { itemCount }) => sum + itemCount, 0);
    expect(items).toBe(20);
    expect(new Set(pipeline.taken.map(({ transport }) => transport))).toEqual(
      new Set(['grpc', 'http']),
    );
  });

  it('takes new certificates under traffic, and no request fails', async () => {
    const directory = folder();
    const first = makePair(directory, 'first');
    const second = makePair(directory, 'second', first);
    const live = {
      cert_file: path.join(directory, 'live.crt'),
      key_file: path.join(directory, 'live.key'),
    };
    const install = (pair: Pair): void => {
      copyFileSync(pair.certFile, live.cert_file);
      copyFileSync(pair.keyFile, live.key_file);
    };
    install(first);
    const started = await startTls({ ...live, reload_interval: '20ms' });
    const { http, grpc } = started;
    let isDone = false;
    const outcomes: number[] = [];
    const load = async (send: () => Promise<number>): Promise<void> => {
      // Bounded: the test ends it, or its own time does.
      while (!isDone) outcomes.push(await send());
    };
    const tls = { server: first };
    const senders = [
      load(() => sendHttps(http, tls)),
      load(async () => (await sendGrpc(grpc, tls)) + 200),
    ];
    expect(await metCertificate(http)).toBe('first');
    install(second);
    await logged(started, 'Certificates reloaded');
    // Both servers read on their own.
    for (const [address, ALPNProtocols] of [
      [http, ['http/1.1']],
      [grpc, ['h2']],
    ] as const) {
      let met = '';
      while (met !== 'second') met = await metCertificate(address, { ALPNProtocols });
    }
    isDone = true;
    await Promise.all(senders);
    expect(new Set(outcomes)).toEqual(new Set([200]));
  });

  it('goes on with the old certificates when the new ones are broken, and says so', async () => {
    const directory = folder();
    const pair = makePair(directory, 'server');
    const files = { cert_file: pair.certFile, key_file: pair.keyFile, reload_interval: '10ms' };
    const started = await startTls(files);
    writeFileSync(pair.certFile, 'no certificate');
    await logged(started, 'Cannot reload certificates');
    expect(await sendHttps(started.http, { server: pair })).toBe(200);
    expect(await sendGrpc(started.grpc, { server: pair })).toBe(0);
  });

  it('takes new authorities of clients, and lets those of before go', async () => {
    const directory = folder();
    const server = makePair(directory, 'server');
    const before = makePair(directory, 'before');
    const later = makePair(directory, 'later');
    const old = makePair(directory, 'old-client', before);
    const young = makePair(directory, 'young-client', later);
    const client_ca_file = path.join(directory, 'authorities.crt');
    copyFileSync(before.certFile, client_ca_file);
    const started = await start({
      http: {
        tls: {
          cert_file: server.certFile,
          key_file: server.keyFile,
          client_ca_file,
          client_ca_file_reload: true,
        },
      },
    });
    expect(await sendHttps(started.http, { server, own: old })).toBe(200);
    await expect(sendHttps(started.http, { server, own: young })).rejects.toThrow();
    copyFileSync(later.certFile, client_ca_file);
    await logged(started, 'Certificates reloaded');
    expect(await sendHttps(started.http, { server, own: young })).toBe(200);
    await expect(sendHttps(started.http, { server, own: old })).rejects.toThrow();
  });

  it('keeps the authorities of before when the new file is half written, and says so', async () => {
    const directory = folder();
    const server = makePair(directory, 'server');
    const authority = makePair(directory, 'authority');
    const client = makePair(directory, 'client', authority);
    const client_ca_file = path.join(directory, 'authorities.crt');
    copyFileSync(authority.certFile, client_ca_file);
    const files = { cert_file: server.certFile, key_file: server.keyFile };
    const started = await start({
      http: { tls: { ...files, client_ca_file, client_ca_file_reload: true } },
    });
    const pem = authority.cert.toString();
    const broken = [
      [pem.slice(0, 200), 'certificate 1 is cut'],
      [server.cert.toString() + pem.slice(0, -60), 'certificate 2 is cut'],
      [`${server.cert.toString().repeat(2)}-----BEGIN CERT`, 'certificate 3 is cut'],
      [`${pem.slice(0, 200)}\n-----END CERTIFICATE-----\n`, 'certificate 1 cannot be read'],
      ['garbage', 'there is no certificate'],
    ] as const;
    for (const [text, words] of broken) {
      started.lines.length = 0;
      writeFileSync(client_ca_file, text);
      await logged(started, `failed to parse CA ${client_ca_file}: ${words}`);
      expect(started.lines.join()).toContain('Cannot reload certificates');
      expect(await sendHttps(started.http, { server, own: client })).toBe(200);
    }
  }, 30_000);

  it('keeps to the versions and suites that are configured', async () => {
    const pair = makePair(folder(), 'server');
    const files = { cert_file: pair.certFile, key_file: pair.keyFile };
    const young = await startTls({ ...files, min_version: '1.3' });
    expect(await sendHttps(young.http, { server: pair })).toBe(200);
    await expect(sendHttps(young.http, { server: pair, maxVersion: 'TLSv1.2' })).rejects.toThrow();
    const cipher_suites = ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'];
    const chosen = await startTls({ ...files, max_version: '1.2', cipher_suites });
    expect(await sendHttps(chosen.http, { server: pair })).toBe(200);
    const ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256';
    await expect(metCertificate(chosen.http, { ciphers })).rejects.toThrow();
    // TLS 1.3 stays possible beside a list for 1.2, as Go has it.
    const both = await startTls({ ...files, cipher_suites, curve_preferences: ['P256'] });
    expect(await metCertificate(both.http, { minVersion: 'TLSv1.3' })).toBe('server');
  });

  it("does not start without its files, and says upstream's words", async () => {
    const directory = folder();
    const pair = makePair(directory, 'server');
    const half = path.join(directory, 'half.crt');
    writeFileSync(half, Buffer.concat([pair.cert, pair.cert.subarray(0, 200)]));
    const wrong = [
      [{ cert_file: '/nowhere', key_file: pair.keyFile }, 'failed to load TLS cert and key'],
      [{ cert_file: pair.keyFile, key_file: pair.keyFile }, 'failed to load TLS cert and key'],
      [
        { cert_file: pair.certFile, key_file: pair.keyFile, client_ca_file: pair.keyFile },
        `failed to parse CA ${pair.keyFile}: there is no certificate`,
      ],
      [
        { cert_file: pair.certFile, key_file: pair.keyFile, client_ca_file: half },
        `failed to parse CA ${half}: certificate 2 is cut`,
      ],
    ] as const;
    for (const [tls, words] of wrong) {
      for (const protocol of ['grpc', 'http']) {
        const protocols = { [protocol]: { endpoint: '127.0.0.1:0', tls } };
        const logger = quietLogger();
        const receiver = new OtlpReceiver(
          otlpConfig.parse({ protocols }),
          {},
          { id: 'otlp', logger },
        );
        onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
        await expect(receiver.start(hostWith())).rejects.toThrow(words);
      }
    }
  });

  it('is refused where its configuration makes no sense', () => {
    const files = { cert_file: 'a', key_file: 'b' };
    const refused = [
      [{}, 'must include both certificate and key for server connections'],
      [{ cert_file: 'a' }, 'must include both certificate and key (CertFile'],
      [{ ...files, cert_pem: 'c' }, 'provide either certificate file or PEM, but not both'],
      [{ ...files, min_version: '0.9' }, 'invalid TLS min_version: unsupported TLS version: "0.9"'],
      [{ ...files, min_version: '1.3', max_version: '1.2' }, 'min_version cannot be greater'],
      [{ ...files, cipher_suites: ['NULL'] }, 'invalid TLS cipher suite: "NULL"'],
      [{ ...files, curve_preferences: ['P1'] }, 'invalid curve type: P1'],
    ] as const;
    for (const [tls, words] of refused) {
      const { error } = otlpConfig.safeParse({ protocols: { http: { tls } } });
      expect(error?.issues.map(({ message }) => message).join()).toContain(words);
    }
  });
});
