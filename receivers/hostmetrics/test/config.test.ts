import { describe, expect, it } from 'vitest';
import { hostMetricsConfig } from '../src/config.ts';
import { createScrapers } from '../src/create-scrapers.ts';
import { METRIC_NAMES } from '../src/metric-names.ts';

const messages = (raw: unknown): string[] =>
  hostMetricsConfig.safeParse(raw).error?.issues.map(({ message }) => message) ?? [];

describe('the configuration of host_metrics', () => {
  it("has upstream's defaults", () => {
    const config = hostMetricsConfig.parse({ scrapers: { cpu: null } });
    expect(config).toMatchObject({
      collection_interval: 60_000,
      initial_delay: 1000,
      root_path: '',
      scrapers: { cpu: { metrics: {} } },
    });
    expect(Object.keys(config.scrapers)).toEqual(['cpu']);
  });

  it("says upstream's words for what it refuses", () => {
    const none = 'must specify at least one scraper when using host_metrics receiver';
    expect(messages({})).toEqual([none]);
    expect(messages({ scrapers: null })).toEqual([none]);
    expect(messages({ scrapers: { cpus: null } })).toEqual(['invalid scraper key: cpus']);
    const zero = { scrapers: { cpu: null }, collection_interval: '0s' };
    expect(messages(zero)).toEqual(['"collection_interval": requires positive value']);
    const endless = { scrapers: { cpu: null }, collection_interval: '1000h' };
    expect(messages(endless)).toHaveLength(1);
  });

  it('refuses metrics that a scraper does not have, and takes the switching off of upstream ones', () => {
    const cpu = (metrics: object): object => ({ scrapers: { cpu: { metrics } } });
    const unknown = { 'system.cpu.foo': { enabled: true } };
    expect(hostMetricsConfig.safeParse(cpu(unknown)).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['system.cpu.foo'], path: ['scrapers', 'cpu', 'metrics'] },
    ]);
    const frequency = (enabled: boolean): object => cpu({ 'system.cpu.frequency': { enabled } });
    expect(messages(frequency(true))).toEqual([
      'a metric of the Collector that Sonde does not have',
    ]);
    expect(messages(frequency(false))).toEqual([]);
  });

  it('may switch every metric that a scraper has, and no other', () => {
    const names = Object.keys(METRIC_NAMES);
    const all = hostMetricsConfig.parse({
      scrapers: Object.fromEntries(names.map((name) => [name, null])),
    });
    const found = createScrapers(all.scrapers).map(({ scraper }) => [
      scraper.name,
      scraper.definitions.map(({ name }) => name),
    ]);
    expect(Object.fromEntries(found)).toEqual(METRIC_NAMES);
  });

  it('refuses patterns that are none, where they stand', () => {
    const exclude = { match_type: 'regexp', devices: ['(', '^ok$'] };
    const { error } = hostMetricsConfig.safeParse({ scrapers: { disk: { exclude } } });
    expect(error?.issues).toMatchObject([
      {
        message: 'error parsing regexp: missing closing ): `(`',
        path: ['scrapers', 'disk', 'exclude', 'devices'],
      },
    ]);
  });

  it('reads a whole configuration as people write it', () => {
    const config = hostMetricsConfig.parse({
      collection_interval: '10s',
      initial_delay: '0s',
      root_path: '/hostfs',
      scrapers: {
        cpu: { metrics: { 'system.cpu.utilization': { enabled: false } } },
        load: { cpu_average: true },
        disk: { include: { match_type: 'strict', devices: 'sda,sdb' } },
        filesystem: {
          exclude_fs_types: { match_type: 'strict', fs_types: ['tmpfs'] },
          exclude_mount_points: { match_type: 'regexp', mount_points: ['/var/lib/docker/.*'] },
        },
        network: { exclude: { match_type: 'regexp', interfaces: ['^veth'] } },
        memory: null,
        processes: null,
        paging: null,
        system: null,
      },
    });
    expect(config.scrapers.disk?.include?.patterns).toEqual(['sda', 'sdb']);
    expect(createScrapers(config.scrapers).map(({ scraper }) => scraper.name)).toEqual([
      'cpu',
      'memory',
      'load',
      'disk',
      'filesystem',
      'network',
      'processes',
      'paging',
      'system',
    ]);
  });

  it('switches metrics off and on by name', () => {
    const metrics = {
      'system.cpu.time': { enabled: false },
      'system.cpu.logical.count': { enabled: true },
    };
    const { scrapers } = hostMetricsConfig.parse({ scrapers: { cpu: { metrics } } });
    const [cpu] = createScrapers(scrapers);
    const enabled = cpu?.scraper.definitions
      .filter((definition) => cpu.isEnabled(definition))
      .map(({ name }) => name);
    expect(enabled).toEqual(['system.cpu.utilization', 'system.cpu.logical.count']);
  });
});
