import {
  type ConsumingComponent,
  type ExporterFactory,
  type Host,
  nullMeansDefaults,
  type ReceiverFactory,
  runService,
  type Service,
} from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HealthCheck, healthCheckFactory } from '../src/index.ts';

const EMPTY = nullMeansDefaults(z.strictObject({}));

const CONFIG = `yaml:
extensions: {health_check: {endpoint: "127.0.0.1:0"}}
receivers: {quiet: }
exporters: {failing: }
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [quiet], exporters: [failing]}}
`;

const quiet: ReceiverFactory = {
  kind: 'receiver',
  type: 'quiet',
  signals: { traces: 'beta' },
  config: EMPTY,
  create: () => ({ start: async () => {}, shutdown: async () => {} }),
};

describe('health_check in a service', () => {
  it('turns with the pipelines: starting, ready, an exporter failed, whole again', async () => {
    const seen: unknown[] = [];
    const hosts: Host[] = [];
    const checks: HealthCheck[] = [];
    const probe = async (): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${checks[0]?.address?.port}/`);
      seen.push(await response.json());
      return response.status;
    };
    const failing: ExporterFactory = {
      kind: 'exporter',
      type: 'failing',
      signals: { traces: 'beta' },
      config: EMPTY,
      create: (): ConsumingComponent => ({
        start: async (host) => {
          hosts.push(host);
          const [check] = [host.extension('health_check')];
          if (check instanceof HealthCheck) checks.push(check);
          expect(await probe()).toBe(503);
        },
        shutdown: async () => {},
        consume: async () => {},
      }),
    };
    const stop = new AbortController();
    let onReady: (service: Service) => void = () => {};
    const ready = new Promise<Service>((resolve) => {
      onReady = resolve;
    });
    const running = runService({
      configUris: [CONFIG],
      factories: [healthCheckFactory, quiet, failing],
      env: {},
      logger: new RecordingLogger(),
      signal: stop.signal,
      onReady,
    });
    await ready;
    expect(await probe()).toBe(200);
    hosts[0]?.reportStatus({ state: 'permanent', error: new Error('no such table') });
    expect(await probe()).toBe(503);
    expect(seen.at(-1)).toMatchObject({ components: { 'exporter failing traces': 'permanent' } });
    hosts[0]?.reportStatus({ state: 'ok' });
    expect(await probe()).toBe(200);
    stop.abort();
    await running;
    await expect(probe()).rejects.toThrow();
  });
});
