import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Metadata, ServerCredentials } from '@grpc/grpc-js';
import { clientInfo, metadataValues, SondeError } from '@sonde/pipeline';
import type { ClientRequest } from '@sonde/pipeline/clients';
import { requestBytes, telemetryOf } from '@sonde/pipeline/contract-suite';
import { pack, unpack } from '@sonde/pipeline/packing';
import { encodeExportResponse, encodeStatus, RpcCode, SIGNALS } from '@sonde/proto';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Backend } from './backend.ts';
import { DIRECT, exporting, NO_DEADLINE, QUICK_RETRY } from './exporting.ts';

const BYTES = requestBytes('traces');
const TRACES = telemetryOf('traces', BYTES);
const CLIENT = clientInfo({ metadata: new Map([['x-org', ['acme']]]) });
const UNPACKING = {
  bytesMax: 1024 * 1024,
  account: { take: (): void => undefined, giveBack: (): void => undefined },
  tooLarge: (): SondeError => new SondeError('TOO_LARGE', 'too large'),
};
const folder = mkdtempSync(join(tmpdir(), 'sonde-otlp-exporter-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function backend(): Promise<{ backend: Backend; endpoint: string }> {
  const made = new Backend();
  return { backend: made, endpoint: await made.listen() };
}

interface Frame {
  readonly headers: IncomingHttpHeaders;
  /** With the flag and the length in front of the message. */
  readonly body: Buffer;
}

interface Wire {
  readonly frames: Frame[];
  readonly endpoint: string;
  /** Packed by the encoding. */
  answer: Uint8Array;
}

/** A gRPC server as it is on the wire: HTTP/2 frames. It answers in `encoding`. */
async function frames(encoding?: string): Promise<Wire> {
  const seen: Frame[] = [];
  const wire: Wire = { frames: seen, endpoint: '', answer: new Uint8Array(0) };
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      seen.push({ headers, body: Buffer.concat(chunks) });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      const packed = encoding === undefined ? {} : { 'grpc-encoding': encoding };
      const head = { ':status': 200, 'content-type': 'application/grpc', ...packed };
      stream.respond(head, { waitForTrailers: true });
      const frame = Buffer.alloc(5);
      frame.writeUInt8(encoding === undefined ? 0 : 1, 0);
      frame.writeUInt32BE(wire.answer.length, 1);
      stream.end(Buffer.concat([frame, wire.answer]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(wire, { endpoint: `127.0.0.1:${port}` });
}

/** A status with `RetryInfo`, as servers attach it. */
function throttled(code: RpcCode, retryAfterMs: number): { code: RpcCode; metadata: Metadata } {
  const metadata = new Metadata();
  const status = encodeStatus({ code, message: 'later', retryAfterMs }, 'protobuf');
  metadata.set('grpc-status-details-bin', Buffer.from(status));
  return { code, metadata };
}

describe('an OTLP/gRPC client', () => {
  it('45: tries again after the codes of the specification only', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT, retry_on_failure: QUICK_RETRY });
    const attempts: (readonly [number, number])[] = [];
    const codes = Array.from({ length: 16 }, (_, index) => index + 1);
    for (const code of codes) {
      server.received.length = 0;
      // Twice the failure, then success: who tries again gets there.
      server.answer = (_request, index) =>
        index < 2 ? { code, details: 'no' } : new Uint8Array(0);
      const error = await exporter.consume(TRACES).catch((thrown: unknown) => thrown);
      attempts.push([code, server.received.length]);
      if (error === undefined) continue;
      expect(error).toMatchObject({ retryable: false });
      expect(String(error)).toMatch(/Permanent error: rpc error: code = [A-Z][A-Za-z]+ desc = no$/);
    }
    const again = new Set<number>([
      RpcCode.cancelled,
      RpcCode.deadlineExceeded,
      RpcCode.aborted,
      RpcCode.outOfRange,
      RpcCode.unavailable,
      RpcCode.dataLoss,
    ]);
    expect(attempts).toEqual(codes.map((code) => [code, again.has(code) ? 3 : 1]));
  });

  it('45: tries again after RESOURCE_EXHAUSTED where it says when', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT, retry_on_failure: QUICK_RETRY });
    server.answer = (_request, index) =>
      index < 2 ? throttled(RpcCode.resourceExhausted, 1) : new Uint8Array(0);
    await exporter.consume(TRACES);
    expect(server.received).toHaveLength(3);
  });

  it.each([
    ['as long as RetryInfo says', RpcCode.unavailable, 7000, '1s', 7000],
    ['as long after RESOURCE_EXHAUSTED', RpcCode.resourceExhausted, 7500, '1s', 7500],
    ['as long as its back-off where that is longer', RpcCode.unavailable, 7000, '10s', 10_000],
  ])('48: waits %s', async (_what, code, retryAfterMs, initialInterval, waitMs) => {
    const { backend: server, endpoint } = await backend();
    server.answer = (_request, index) =>
      index === 0 ? throttled(code, retryAfterMs) : new Uint8Array(0);
    const { exporter, logger } = await exporting({
      endpoint,
      ...DIRECT,
      retry_on_failure: { initial_interval: initialInterval, randomization_factor: 0 },
    });
    const { exporter: other } = await exporting({ endpoint, ...DIRECT }, { signal: 'logs' });
    const logs = telemetryOf('logs', requestBytes('logs'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const done = exporter.consume(TRACES);
    while (logger.lines.length === 0) await new Promise(setImmediate);
    vi.advanceTimersByTime(waitMs - 1);
    // The server's own order: another request before the time is over, the second attempt after it.
    await other.consume(logs);
    vi.advanceTimersByTime(1);
    await done;
    expect(server.received.map(({ signal }) => signal)).toEqual(['traces', 'logs', 'traces']);
  });

  it('47: tries again when nobody listens, until somebody does', async () => {
    const { backend: gone, endpoint } = await backend();
    gone.close();
    const { exporter, logger } = await exporting({
      endpoint,
      ...DIRECT,
      retry_on_failure: QUICK_RETRY,
    });
    const done = exporter.consume(TRACES);
    while (logger.lines.length === 0) await new Promise(setImmediate);
    const back = new Backend();
    await back.listen(endpoint);
    await done;
    expect(back.received).toHaveLength(1);
  });

  it('51: ends an attempt after the timeout', async () => {
    const { backend: server, endpoint } = await backend();
    server.answer = () => 'hang';
    const { exporter } = await exporting({ endpoint, ...DIRECT, timeout: '50ms' });
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('52: names itself', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    await exporter.consume(TRACES);
    const agent = server.received[0]?.metadata.get('user-agent');
    expect(String(agent)).toMatch(/^Sonde\/0\.1\.0 \(linux\/\w+\) grpc-node-js/);
  });

  it('54: sends headers of the configuration and of its authenticator', async () => {
    const { backend: server, endpoint } = await backend();
    const authenticator = {
      start: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      requestHeaders: ({ client }: ClientRequest) =>
        Promise.resolve({
          authorization: 'Bearer token',
          'x-org': metadataValues(client, 'x-org').join(),
        }),
    };
    const { exporter } = await exporting(
      { endpoint, headers: { 'X-Team': 'a' }, auth: { authenticator: 'mine' }, ...DIRECT },
      { extensions: { mine: authenticator } },
    );
    await exporter.consume(TRACES.withClient(CLIENT));
    const sent = server.received[0]?.metadata.getMap();
    expect(sent).toMatchObject({ 'x-team': 'a', 'x-org': 'acme', authorization: 'Bearer token' });
  });

  it('53: packs with gzip unless it is told otherwise', async () => {
    for (const [config, encoding, flag] of [
      [{}, 'gzip', 1],
      [{ compression: 'none' }, undefined, 0],
    ] as const) {
      const wire = await frames();
      const { exporter } = await exporting({ endpoint: wire.endpoint, ...DIRECT, ...config });
      await exporter.consume(TRACES);
      const [frame] = wire.frames;
      const packed = frame?.body.subarray(5) ?? Buffer.alloc(0);
      expect(frame?.headers['grpc-encoding']).toBe(encoding);
      expect(frame?.body[0]).toBe(flag);
      expect(flag === 1 ? gunzipSync(packed) : packed).toEqual(Buffer.from(BYTES));
    }
  });

  it('53: packs with snappy and zstd, which grpc-js has not, and says so', async () => {
    for (const [compression, packing] of [
      ['snappy', 'x-snappy-framed'],
      ['zstd', 'zstd'],
    ] as const) {
      const wire = await frames();
      const { exporter } = await exporting({ endpoint: wire.endpoint, ...DIRECT, compression });
      await exporter.consume(TRACES);
      const [frame] = wire.frames;
      expect(frame?.headers['grpc-encoding']).toBe(compression);
      expect(frame?.headers['grpc-accept-encoding']).toContain(compression);
      expect(frame?.body[0]).toBe(1);
      const packed = frame?.body.subarray(5) ?? Buffer.alloc(0);
      expect(frame?.body.readUInt32BE(1)).toBe(packed.length);
      const bytes = await unpack(packed, packing, UNPACKING);
      expect(bytes).toEqual(Buffer.from(BYTES));
    }
  });

  it('53: reads an answer in the packing that it asked in, up to gRPC’s 4 MiB', async () => {
    const answer = encodeExportResponse('traces', 'protobuf', {
      rejectedItems: 1,
      errorMessage: 'one',
    });
    for (const [compression, packing] of [
      ['snappy', 'x-snappy-framed'],
      ['zstd', 'zstd'],
    ] as const) {
      const wire = await frames(compression);
      const { exporter, logger } = await exporting({
        endpoint: wire.endpoint,
        ...DIRECT,
        compression,
      });
      wire.answer = await pack(answer, packing);
      await exporter.consume(TRACES);
      expect(JSON.stringify(logger.lines)).toContain('Partial success response');
      wire.answer = await pack(Buffer.alloc(5 * 1024 * 1024), packing);
      await expect(exporter.consume(TRACES)).rejects.toThrow(
        'Received message that decompresses to a size larger than 4194304',
      );
      wire.answer = Buffer.from('no such bytes');
      await expect(exporter.consume(TRACES)).rejects.toThrow(/code = Internal desc = \S+: /);
    }
  });

  it('55: takes security from the scheme, else from insecure', async () => {
    const { backend: server, endpoint } = await backend();
    const off = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } };
    for (const config of [
      { endpoint: `http://${endpoint}` },
      { endpoint: `http://${endpoint}`, tls: { insecure: false } },
      { endpoint, tls: { insecure: true } },
      { endpoint: endpoint.replace('127.0.0.1', 'localhost'), tls: { insecure: true } },
      { endpoint: `dns:///${endpoint}`, tls: { insecure: true } },
      { endpoint: `passthrough:///${endpoint}`, tls: { insecure: true } },
    ]) {
      const { exporter } = await exporting({ ...config, ...off });
      await exporter.consume(TRACES);
    }
    expect(server.received).toHaveLength(6);
    for (const config of [{ endpoint }, { endpoint: `https://${endpoint}`, ...DIRECT }]) {
      const { exporter } = await exporting({ ...config, ...off });
      await expect(exporter.consume(TRACES)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(server.received).toHaveLength(6);
  });

  it('55: speaks TLS with the authority and the name that it is given', async () => {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const how = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const subject = ['-subj', '/CN=b', '-addext', 'subjectAltName=DNS:backend.test'];
    const files = ['-keyout', keyFile, '-out', certFile, '-days', '2'];
    execFileSync('openssl', ['req', ...how, ...subject, ...files], { stdio: 'ignore' });
    const server = new Backend();
    const pair = { private_key: readFileSync(keyFile), cert_chain: readFileSync(certFile) };
    const address = await server.listen('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]));
    for (const [endpoint, tls] of [
      [address, { ca_file: certFile, server_name_override: 'backend.test' }],
      [`https://${address}`, { insecure: true, insecure_skip_verify: true }],
    ] as const) {
      const { exporter } = await exporting({ endpoint, ...DIRECT, tls });
      await exporter.consume(TRACES);
    }
    expect(server.received).toHaveLength(2);
    const { exporter } = await exporting({
      endpoint: address,
      ...DIRECT,
      tls: { ca_file: certFile },
    });
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('55: reaches a Unix socket', async () => {
    const server = new Backend();
    const path = join(folder, 'otlp.sock');
    await server.listen(`unix:${path}`);
    const { exporter } = await exporting({ endpoint: `unix://${path}`, ...DIRECT });
    await exporter.consume(TRACES);
    expect(server.received).toHaveLength(1);
  });

  it('56: sends as many requests at once as it has consumers, and no more', async () => {
    const { backend: server, endpoint } = await backend();
    const held: (() => void)[] = [];
    server.answer = ({ signal }) => {
      if (signal === 'logs') return new Uint8Array(0);
      return new Promise((resolve) => held.push(() => resolve(new Uint8Array(0))));
    };
    const { exporter } = await exporting({
      endpoint,
      tls: { insecure: true },
      sending_queue: { num_consumers: 3 },
    });
    const { exporter: other } = await exporting({ endpoint, ...DIRECT }, { signal: 'logs' });
    for (let count = 0; count < 7; count += 1) await exporter.consume(TRACES);
    for (let done = 0; done < 7; done += 1) {
      const atOnce = Math.min(3, 7 - done);
      while (held.length < done + atOnce) await new Promise(setImmediate);
      // A request of another exporter comes and goes: a fourth would have come by then.
      await other.consume(telemetryOf('logs', requestBytes('logs')));
      expect(held).toHaveLength(done + atOnce);
      held[done]?.();
    }
    await exporter.shutdown(NO_DEADLINE);
  });

  it('28: logs a partial success and never sends it again', async () => {
    const { backend: server, endpoint } = await backend();
    const partial = { rejectedItems: 3, errorMessage: 'too old' };
    server.answer = () => encodeExportResponse('traces', 'protobuf', partial);
    const { exporter, logger } = await exporting({ endpoint, tls: { insecure: true } });
    await exporter.consume(TRACES);
    await exporter.shutdown(NO_DEADLINE);
    expect(server.received).toHaveLength(1);
    expect(logger.lines).toMatchObject([
      { message: 'Partial success response', fields: { message: 'too old', dropped_spans: 3 } },
    ]);
  });

  it('57: drops and counts what was refused for good', async () => {
    const { backend: server, endpoint } = await backend();
    server.answer = () => ({ code: RpcCode.invalidArgument, details: 'no spans' });
    const { exporter, logger } = await exporting({ endpoint, tls: { insecure: true } });
    await exporter.consume(TRACES);
    await exporter.shutdown(NO_DEADLINE);
    expect(server.received).toHaveLength(1);
    expect(logger.lines).toMatchObject([
      { message: 'Exporting failed. Dropping data.', fields: { code: 'INVALID_DATA' } },
    ]);
  });

  it('58: sends no request for an empty batch, and one for several', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    await exporter.consume(telemetryOf('traces'));
    expect(server.received).toHaveLength(0);
    await exporter.consume(telemetryOf('traces', BYTES, BYTES));
    expect(server.received[0]?.body).toEqual(Buffer.concat([BYTES, BYTES]));
  });

  it('calls the service of each signal', async () => {
    const { backend: server, endpoint } = await backend();
    for (const signal of SIGNALS) {
      const { exporter } = await exporting({ endpoint, ...DIRECT }, { signal });
      await exporter.consume(telemetryOf(signal, requestBytes(signal)));
    }
    expect(server.received.map(({ signal }) => signal)).toEqual(SIGNALS);
  });
});
