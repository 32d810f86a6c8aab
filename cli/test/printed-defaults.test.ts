import {
  createConsoleLogger,
  parseFeatureGates,
  printableConfig,
  readSources,
} from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { loadComponents } from '../src/components.ts';

const COMPONENTS = await loadComponents();

const SECTIONS = {
  receiver: 'receivers',
  processor: 'processors',
  exporter: 'exporters',
  connector: 'connectors',
  extension: 'extensions',
} as const;

async function printed(text: string): Promise<Readonly<Record<string, unknown>>> {
  const options = { configUris: [`yaml:${text}`], factories: COMPONENTS };
  const gates = parseFeatureGates([]);
  const resolved = await readSources({ ...options, gates, env: {}, logger: createConsoleLogger() });
  return printableConfig(resolved, { factories: COMPONENTS, mode: 'redacted' });
}

function at(tree: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), tree);
}

/** Null is what a field without a value has, too. */
function meaning(config: unknown): string {
  return JSON.stringify(config, (_, value: unknown) => value ?? undefined);
}

describe('the configuration as it is printed', () => {
  it('has the defaults of every component, and means the same when it is read again', async () => {
    const texts = Object.entries(SECTIONS).map(([kind, section]) => {
      const types = COMPONENTS.filter((factory) => factory.kind === kind).map(({ type }) => type);
      return `${section}: {${types.map((type) => `${type}: `).join(', ')}}`;
    });
    const tree = await printed(`{${texts.join(', ')}}`);
    let filled = 0;
    for (const { kind, type, config } of COMPONENTS) {
      const shown = at(tree, SECTIONS[kind], type);
      const before = config.safeParse(null);
      const after = config.safeParse(shown);
      expect([type, after.success]).toEqual([type, before.success]);
      if (before.success) expect(meaning(after.data)).toBe(meaning(before.data));
      filled += Object.keys(Object(shown)).length > 0 ? 1 : 0;
    }
    expect(filled).toBeGreaterThan(30);
  });

  it('shows durations as Go does, and a section that is off not at all', async () => {
    const tree = await printed(
      '{receivers: {otlp: {protocols: {http: }}}, processors: {batch: {timeout: 90s}}, ' +
        'exporters: {otlp: {endpoint: a:1}, otlp/off: {endpoint: a:1, sending_queue: {enabled: false}}}}',
    );
    const http = { endpoint: 'localhost:4318', read_header_timeout: '1m0s', tls: null };
    expect(tree['receivers']).toMatchObject({ otlp: { protocols: { http } } });
    expect(Object.keys(Object(at(tree, 'receivers', 'otlp', 'protocols')))).toEqual(['http']);
    expect(tree['processors']).toMatchObject({
      batch: { timeout: '1m30s', send_batch_size: 8192 },
    });
    const { otlp, 'otlp/off': off } = Object(tree['exporters']);
    expect(otlp).toMatchObject({ sending_queue: { queue_size: 1000 }, timeout: '5s' });
    expect(off.sending_queue).toEqual({ enabled: false });
  });

  it('says of retries that they are on, or off', async () => {
    const tree = await printed(
      '{exporters: {otlp: {endpoint: a:1}, otlp/off: {endpoint: a:1, retry_on_failure: {enabled: false}}}}',
    );
    const { otlp, 'otlp/off': off } = Object(tree['exporters']);
    expect(otlp.retry_on_failure).toMatchObject({ enabled: true, initial_interval: '5s' });
    expect(off.retry_on_failure).toEqual({ enabled: false });
  });

  it('hides values of headers, never which header it is nor where its value comes from', async () => {
    const tree = await printed(
      '{extensions: {headers_setter: {headers: [{key: X-Org, action: insert, value: a}, ' +
        '{key: X-User, from_context: user, default_value: b}]}}, ' +
        'exporters: {otlp: {endpoint: a:1, headers: {key: c, action: d}}}}',
    );
    expect(at(tree, 'extensions', 'headers_setter', 'headers')).toEqual([
      { key: 'X-Org', action: 'insert', value: '[REDACTED]' },
      { key: 'X-User', from_context: 'user', default_value: '[REDACTED]', action: '' },
    ]);
    const headers = { key: '[REDACTED]', action: '[REDACTED]' };
    expect(at(tree, 'exporters', 'otlp')).toMatchObject({ headers });
  });

  it('has own telemetry with its defaults, and the three lists of a pipeline', async () => {
    const tree = await printed(
      '{service: {pipelines: {traces: {receivers: [a], exporters: [b]}}}}',
    );
    expect(tree['service']).toMatchObject({
      extensions: [],
      pipelines: { traces: { receivers: ['a'], processors: [], exporters: ['b'] } },
      telemetry: { logs: { level: 'info', sampling: { tick: '10s' } } },
    });
  });
});
