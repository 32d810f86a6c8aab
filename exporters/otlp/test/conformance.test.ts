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
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
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
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    const retryable: number[] = [];
    for (let code = 1; code <= 16; code += 1) {
      server.answer = () => ({ code, details: 'no' });
      const error = await exporter.consume(TRACES).catch((thrown: unknown) => thrown);
      expect(String(error)).toMatch(/rpc error: code = [A-Z][A-Za-z]+ desc = no/);
      if (Reflect.get(Object(error), 'retryable') === true) retryable.push(code);
    }
    expect(retryable).toEqual([
      RpcCode.cancelled,
      RpcCode.deadlineExceeded,
      RpcCode.aborted,
      RpcCode.outOfRange,
      RpcCode.unavailable,
      RpcCode.dataLoss,
    ]);
  });

  it('45, 48: tries again after RESOURCE_EXHAUSTED when it says when, and waits as long', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    server.answer = () => throttled(RpcCode.resourceExhausted, 1500);
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfterMs: 1500,
    });
    server.answer = () => throttled(RpcCode.unavailable, 250);
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: 250,
    });
    server.answer = () => ({ code: RpcCode.resourceExhausted });
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ retryable: false });
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

  it('52, 54: names itself; sends headers of the configuration and of its authenticator', async () => {
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
    expect(sent?.['user-agent']).toMatch(/^Sonde\/0\.1\.0 \(linux\/\w+\) grpc-node-js/);
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

  it('56: sends as many requests at once as it has consumers', async () => {
    const { backend: server, endpoint } = await backend();
    server.answer = () => 'hang';
    const { exporter } = await exporting({
      endpoint,
      ...DIRECT,
      sending_queue: { num_consumers: 3 },
    });
    for (let count = 0; count < 5; count += 1) await exporter.consume(TRACES);
    while (server.received.length < 3) await new Promise(setImmediate);
    expect(server.received).toHaveLength(3);
  });

  it('28, 57: logs a partial success and never sends it again', async () => {
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
