import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resourceDetectionFactory as factory, resourceDetectionConfig } from '../src/index.ts';
import { fakeMetadata } from './fake-metadata.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

function logs(...attributes: readonly object[]): object {
  return {
    resourceLogs: [
      { resource: { attributes }, scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] },
    ],
  };
}

async function resourceAfter(config: string, ...attributes: readonly object[]): Promise<unknown> {
  const graph = await TestGraph.start({ factory, signal: 'logs', config });
  await graph.send(telemetryOf([requestOf('logs', logs(...attributes))]));
  return lastOf(graph);
}

function lastOf({ arrived }: TestGraph): unknown {
  const last = arrived.at(-1);
  if (last === undefined) throw new Error('nothing arrived');
  return jsonOf(last)[0];
}

beforeEach(() => {
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=shop,region=eu');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the processor resourcedetection', () => {
  it('puts what it found into resources, in the place of what they say', async () => {
    expect(await resourceAfter('{}', text('region', 'us'), text('a', 'b'))).toEqual(
      logs(text('region', 'eu'), text('a', 'b'), text('team', 'shop')),
    );
  });

  it('keeps what resources say where it is told to', async () => {
    expect(await resourceAfter('{override: false}', text('region', 'us'))).toEqual(
      logs(text('region', 'us'), text('team', 'shop')),
    );
  });

  it('lets the first detector win', async () => {
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'os.type=mine');
    const config =
      '{detectors: [env, system], system: {resource_attributes: {host.name: {enabled: false}}}}';
    expect(await resourceAfter(config)).toEqual(logs(text('os.type', 'mine')));
  });

  it('forwards the very bytes when a resource says it all', async () => {
    const graph = await TestGraph.start({ factory, signal: 'logs', config: '{}' });
    const telemetry = telemetryOf([
      requestOf('logs', logs(text('team', 'shop'), text('region', 'eu'))),
    ]);
    await graph.send(telemetry);
    expect(graph.arrived[0]).toBe(telemetry);
  });

  it('starts after its timeout when a service does not answer, and says so', async () => {
    const { endpoint, asked } = await fakeMetadata({ 'PUT /latest/api/token': 'hang' });
    const config = `{detectors: [ec2, env], timeout: 1s, fail_on_missing_metadata: true, ec2: {endpoint: "${endpoint}"}}`;
    const graph = await TestGraph.start({ alone: true, factory, signal: 'logs', config });
    expect(asked).toEqual(['PUT /latest/api/token']);
    await graph.send(telemetryOf([requestOf('logs', logs())]));
    expect(lastOf(graph)).toEqual(logs(text('team', 'shop'), text('region', 'eu')));
    const words = graph.logger.lines.map(({ message }) => message);
    expect(words).toContain('failed to detect resource');
  });

  it('asks again after a failure, within its timeout', async () => {
    let tries = 0;
    const { endpoint } = await fakeMetadata({
      'GET /metadata/instance/compute?api-version=2020-09-01&format=json': () => {
        tries += 1;
        return tries < 3 ? '{broken' : '{"name": "vm-1"}';
      },
    });
    const config = `{detectors: [azure], retry: {initial_interval: 5ms}, azure: {endpoint: "${endpoint}"}}`;
    const graph = await TestGraph.start({ alone: true, factory, signal: 'logs', config });
    await graph.send(telemetryOf([requestOf('logs', logs())]));
    expect(lastOf(graph)).toMatchObject({
      resourceLogs: [
        { resource: { attributes: expect.arrayContaining([text('host.name', 'vm-1')]) } },
      ],
    });
    expect(tries).toBe(3);
  });

  it('takes what is found later, and keeps what was found when a refresh fails', async () => {
    let name = 'one';
    const { endpoint, asked } = await fakeMetadata({
      'GET /metadata/instance/compute?api-version=2020-09-01&format=json': () =>
        name === '' ? '{broken' : JSON.stringify({ name }),
    });
    const config = `{detectors: [azure], refresh_interval: 10ms, retry: {enabled: false}, azure: {endpoint: "${endpoint}"}}`;
    const graph = await TestGraph.start({ alone: true, factory, signal: 'logs', config });
    const nameNow = async (): Promise<string> => {
      await graph.send(telemetryOf([requestOf('logs', logs())]));
      return JSON.stringify(lastOf(graph));
    };
    expect(await nameNow()).toContain('"one"');
    name = 'two';
    await expect.poll(nameNow).toContain('"two"');
    name = '';
    const before = asked.length;
    await expect.poll(() => asked.length).toBeGreaterThan(before + 1);
    expect(await nameNow()).toContain('"two"');
  });
});

describe('the configuration of resourcedetection', () => {
  const messages = (raw: unknown): readonly string[] =>
    resourceDetectionConfig.safeParse(raw).error?.issues.map(({ message }) => message) ?? [];

  it("has upstream's defaults", () => {
    const config = resourceDetectionConfig.parse(null);
    expect(config).toMatchObject({
      detectors: ['env'],
      override: true,
      timeout: 5000,
      refresh_interval: 0,
      system: { hostnameSources: ['dns', 'os'] },
    });
    expect([...config.system.enabled]).toEqual(['host.name', 'os.type']);
    expect(config.azure.enabled.has('cloud.availability_zone')).toBe(false);
  });

  it('splits names at commas, and reads sections of detectors that are not asked', () => {
    const config = resourceDetectionConfig.parse({ detectors: 'env, system', vultr: { x: 1 } });
    expect(config.detectors).toEqual(['env', 'system']);
  });

  it('refuses what it does not have in words', () => {
    expect(messages({ detectors: ['vultr'] })).toEqual(['invalid detector key: vultr']);
    expect(messages({ detectors: ['nonsense'] })).toEqual(['invalid detector key: nonsense']);
    expect(messages({ timeout: '0s' })).toEqual(["'timeout' must be positive"]);
    expect(messages({ ec2: { tags: ['a'] } })).toEqual([
      '`tags` without `tags_from_imds: true` is not supported',
    ]);
    expect(messages({ gcp: { labels: ['a'] } })).toEqual(['`labels` is not supported']);
    expect(messages({ azure: { tags: ['('] } })[0]).toContain('error parsing regexp');
    expect(messages({ consul: { address: 'https://x' } })).toEqual([
      '"https://x" is no http:// address',
    ]);
    expect(messages({ ecs: { endpoint: 'x' } })).toEqual(['"x" is no http:// URL']);
    expect(
      messages({ system: { resource_attributes: { 'host.nam': { enabled: true } } } }),
    ).toHaveLength(1);
  });
});
