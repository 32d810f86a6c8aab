import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import {
  type Consumer,
  createConsoleLogger,
  type Host,
  loadConfig,
  type OwnTelemetryConfig,
  parseFeatureGates,
  readSources,
  type Telemetry,
} from '@sonde/pipeline';
import { contractHost } from '@sonde/pipeline/contract-suite';
import { OtlpReceiver, otlpConfig } from '@sonde/receiver-otlp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadComponents } from '../src/components.ts';
import { startOwnTelemetry } from '../src/own-telemetry/own-telemetry.ts';

const COMPONENTS = await loadComponents();

const TLS_SUBJECT = ['-subj', '/CN=own', '-addext', 'subjectAltName=IP:127.0.0.1'];
const HOST: Host = contractHost();

function makeCertificate(): { readonly cert: string; readonly key: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'sonde-own-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [path.join(folder, 'own.crt'), path.join(folder, 'own.key')];
  const how = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', ...how, ...TLS_SUBJECT, ...files], { stdio: 'ignore' });
  return { cert, key };
}

/** A real receiver of gRPC on a free port, and what it took. */
async function startReceiver(
  tls?: Readonly<Record<string, string>>,
): Promise<{ readonly address: string; readonly taken: Telemetry[] }> {
  const taken: Telemetry[] = [];
  const next: Consumer = {
    consume: (telemetry) => {
      taken.push(telemetry);
      return Promise.resolve();
    },
  };
  const grpc = { endpoint: '127.0.0.1:0', include_metadata: true, tls: tls ?? null };
  const config = otlpConfig.parse({ protocols: { grpc } });
  const consumers = { traces: next, metrics: next, logs: next };
  const logger = createConsoleLogger({ write: () => undefined });
  const receiver = new OtlpReceiver(config, consumers, { id: 'otlp', logger });
  await receiver.start(HOST);
  onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
  return { address: receiver.addresses.grpc ?? '', taken };
}

/** `service.telemetry` that sends all three signals to one place. */
async function telemetryTo(otlp: Readonly<Record<string, unknown>>): Promise<OwnTelemetryConfig> {
  const exporter = { otlp: { protocol: 'grpc', ...otlp } };
  const telemetry = {
    logs: { processors: [{ batch: { exporter } }] },
    traces: { processors: [{ batch: { exporter } }] },
    metrics: { readers: [{ periodic: { interval: 60_000, exporter } }] },
  };
  const pipelines = { traces: { receivers: ['nop'], exporters: ['nop'] } };
  const parts = { receivers: { nop: null }, exporters: { nop: null } };
  const text = JSON.stringify({ ...parts, service: { telemetry, pipelines } });
  const logger = createConsoleLogger({ write: () => undefined });
  const gates = parseFeatureGates([]);
  const options = { configUris: [`yaml:${text}`], factories: COMPONENTS, gates, env: {}, logger };
  return loadConfig(await readSources(options), options).telemetry;
}

async function speak(config: OwnTelemetryConfig): Promise<void> {
  const running = await startOwnTelemetry(config, 'sonde-under-test');
  running.meterProvider.getMeter('m').createCounter('c').add(1);
  trace.getTracer('t').startSpan('s').end();
  logs.getLogger('l').emit({ body: 'line' });
  await running.end();
}

describe('own telemetry over gRPC', () => {
  it('brings spans, metrics and lines, with headers and packed', async () => {
    const { address, taken } = await startReceiver();
    const headers = [{ name: 'x-from', value: 'own' }];
    await speak(await telemetryTo({ endpoint: `http://${address}`, headers, compression: 'gzip' }));
    expect(taken.map(({ signal }) => signal).toSorted()).toEqual(['logs', 'metrics', 'traces']);
    for (const { itemCount, client } of taken) {
      expect(itemCount).toBe(1);
      expect(client?.metadata.get('x-from')).toEqual(['own']);
    }
  });

  it('goes by TLS to the server of a certificate, and to no other', async () => {
    const own = makeCertificate();
    const { address, taken } = await startReceiver({ cert_file: own.cert, key_file: own.key });
    await speak(await telemetryTo({ endpoint: `https://${address}`, certificate: own.cert }));
    expect(taken).toHaveLength(3);
    const other = makeCertificate();
    const endpoint = `https://${address}`;
    await speak(await telemetryTo({ endpoint, certificate: other.cert, timeout: 200 }));
    expect(taken).toHaveLength(3);
  });

  it('is plaintext without a scheme where that is said', async () => {
    const { address, taken } = await startReceiver();
    await speak(await telemetryTo({ endpoint: address, insecure: true }));
    expect(taken).toHaveLength(3);
  });

  it('does not start without its certificate', async () => {
    const config = await telemetryTo({ certificate: '/no/such.crt', endpoint: 'https://h:1' });
    await expect(startOwnTelemetry(config, 'x')).rejects.toThrow('/no/such.crt');
  });
});
