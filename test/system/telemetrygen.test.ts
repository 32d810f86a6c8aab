import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telemetrygenPath } from '../../scripts/lib/telemetrygen.mjs';
import { runPeer } from './peers.ts';
import { Sonde } from './sonde.ts';

const COUNT = 300;

const binary = telemetrygenPath();
const isThere = existsSync(binary);
const title = isThere ? 'telemetrygen' : 'telemetrygen (not built: no Go here, or no module proxy)';

const sonde = new Sonde();

describe.skipIf(!isThere)(title, () => {
  beforeAll(async () => {
    await sonde.up();
  });

  afterAll(async () => {
    await sonde.remove();
  });

  /** Sends so many items of a signal as a service of its own; returns its name. */
  async function generate(
    signal: 'traces' | 'metrics' | 'logs',
    transport: 'grpc' | 'http',
  ): Promise<string> {
    const service = `telemetrygen-${signal}-${transport}`;
    const { otlpGrpc, otlpHttp } = sonde.addresses;
    const endpoint = transport === 'grpc' ? otlpGrpc : new URL(otlpHttp).host;
    await runPeer(
      binary,
      [
        signal,
        '--otlp-insecure',
        '--otlp-endpoint',
        endpoint,
        ...(transport === 'http' ? ['--otlp-http'] : []),
        '--service',
        service,
        `--${signal}`,
        String(COUNT),
        '--rate',
        '0',
      ],
      {},
    );
    return service;
  }

  it.each(['grpc', 'http'] as const)(
    'sends traces over %s, all of them once',
    async (transport) => {
      const service = await generate('traces', transport);
      const where = `FROM spans WHERE service = '${service}'`;
      // A root and a child each.
      await sonde.untilSelect(`SELECT count() ${where}`, String(2 * COUNT));
      await sonde.untilSelect(`SELECT uniqExact(span_id) ${where}`, String(2 * COUNT));
      await sonde.untilSelect(`SELECT uniqExact(trace_id) ${where}`, String(COUNT));
    },
  );

  it.each(['grpc', 'http'] as const)('sends logs over %s, all of them once', async (transport) => {
    const service = await generate('logs', transport);
    const where = `FROM logs WHERE service = '${service}'`;
    await sonde.untilSelect(`SELECT count() ${where}`, String(COUNT));
    const [row] = await sonde.select(`SELECT any(body) AS body ${where}`);
    expect(row?.['body']).toBe('the message');
  });

  it.each(['grpc', 'http'] as const)(
    'sends metrics over %s, all of them once',
    async (transport) => {
      const service = await generate('metrics', transport);
      const series = `SELECT series FROM metric_series WHERE service = '${service}'`;
      const where = `FROM metric_samples WHERE series IN (${series})`;
      await sonde.untilSelect(`SELECT count() ${where}`, String(COUNT));
      const [row] = await sonde.select(`SELECT any(metric) AS metric ${where}`);
      expect(row?.['metric']).toBe('gen');
    },
  );
});
