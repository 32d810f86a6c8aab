import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { protobufToJson } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostMetricsConfig, type ScrapersConfig } from '../src/config.ts';
import { createScrapers } from '../src/create-scrapers.ts';
import { HostFiles } from '../src/host-files.ts';
import { encodeMetrics } from '../src/metrics-request.ts';
import type { ResourceMetrics, ScrapeResult } from '../src/scraper.ts';

const own = new HostFiles('');

function sections(process: object): ScrapersConfig {
  return hostMetricsConfig.parse({ scrapers: { process } }).scrapers;
}

function scraperOf(process: object) {
  const [configured] = createScrapers(sections(process));
  if (configured === undefined) throw new Error('no scraper');
  return configured.scraper;
}

function scrape(process: object, files = own): Promise<ScrapeResult> {
  return scraperOf(process).scrape(files);
}

function ofPid({ resources = [] }: ScrapeResult, pid: number): ResourceMetrics | undefined {
  return resources.find(({ attributes }) => attributes['process.pid'] === pid);
}

function valuesOf(resource: ResourceMetrics | undefined): Record<string, number> {
  const entries = (resource?.metrics ?? []).flatMap(({ definition, points }) =>
    points.map(({ attributes, value }): [string, number] => {
      const labels = Object.values(attributes);
      return [[definition.name, ...labels].join(' '), value];
    }),
  );
  return Object.fromEntries(entries);
}

describe('the scraper process, on this very process', () => {
  it('has its resource and the metrics that are on', async () => {
    const before = process.cpuUsage();
    const resource = ofPid(await scrape({}), process.pid);
    expect(resource?.attributes).toMatchObject({
      'process.pid': process.pid,
      'process.parent_pid': process.ppid,
      'process.executable.path': process.execPath,
      'process.owner': userInfo().username,
    });
    expect(resource?.attributes['process.command_line']).toEqual(expect.any(String));
    expect(resource?.attributes).not.toHaveProperty('process.cgroup');
    const values = valuesOf(resource);
    expect(Object.keys(values)).toEqual([
      'process.cpu.time user',
      'process.cpu.time system',
      'process.cpu.time wait',
      'process.memory.usage',
      'process.memory.virtual',
      'process.disk.io read',
      'process.disk.io write',
    ]);
    const user = values['process.cpu.time user'] ?? 0;
    expect(user).toBeGreaterThan(before.user / 1e6 - 0.5);
    expect(user).toBeLessThan(process.cpuUsage().user / 1e6 + 0.5);
    expect(values['process.memory.usage']).toBeGreaterThan(10_000_000);
    const begun = Date.now() - process.uptime() * 1000;
    expect(Math.abs((resource?.startUnixMs ?? 0) - begun)).toBeLessThan(2500);
  });

  it('has the others where they are wanted', async () => {
    const names = [
      'cpu.utilization',
      'memory.utilization',
      'disk.operations',
      'paging.faults',
      'context_switches',
      'threads',
      'open_file_descriptors',
      'signals_pending',
      'uptime',
    ];
    const metrics = Object.fromEntries(names.map((name) => [`process.${name}`, { enabled: true }]));
    const off = { 'process.cpu.time': { enabled: false } };
    const scraper = scraperOf({ metrics: { ...metrics, ...off } });
    const first = valuesOf(ofPid(await scraper.scrape(own), process.pid));
    expect(first).not.toHaveProperty('process.cpu.time user');
    expect(first).not.toHaveProperty('process.cpu.utilization user');
    expect(first['process.threads']).toBeGreaterThan(1);
    expect(first['process.open_file_descriptors']).toBeGreaterThan(3);
    expect(first['process.context_switches voluntary']).toBeGreaterThan(0);
    expect(first['process.paging.faults minor']).toBeGreaterThan(0);
    expect(first['process.memory.utilization']).toBeGreaterThan(0);
    expect(first['process.uptime']).toBeGreaterThan(0);
    const second = valuesOf(ofPid(await scraper.scrape(own), process.pid));
    expect(second['process.cpu.utilization user']).toBeGreaterThanOrEqual(0);
  });

  it('leaves out processes by their names and their age', async () => {
    const all = await scrape({});
    const name = String(ofPid(all, process.pid)?.attributes['process.executable.name']);
    const strict = { match_type: 'strict', names: [name] };
    const included = await scrape({ include: strict });
    expect(included.resources?.length).toBeGreaterThan(0);
    expect(
      included.resources?.every(({ attributes }) => attributes['process.executable.name'] === name),
    ).toBe(true);
    expect(ofPid(await scrape({ exclude: strict }), process.pid)).toBeUndefined();
    expect((await scrape({ scrape_process_delay: '8760h' })).resources).toEqual([]);
  });
});

describe('the scraper process, on fixtures', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sonde-process-'));
    const write = async (name: string, text: string): Promise<void> => {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    };
    await write('proc/stat', 'cpu0 1 0 0 0 0 0 0 0\nbtime 1700000000\nprocesses 1\n');
    await write('proc/meminfo', 'MemTotal: 1000 kB\n');
    await write('etc/passwd', 'root:x:0:0::/root:/bin/sh\nshop:x:1000:1000::/:/bin/sh\n');
    const stat = ['S', '1', ...Array<string>(5).fill('0'), '11', '0', '3', '0', '250', '150'];
    const rest = [
      '0',
      '0',
      '20',
      '0',
      '7',
      '0',
      '50000',
      '8192000',
      '100',
      ...Array<string>(17).fill('0'),
    ];
    await write(
      'proc/42/stat',
      `42 (a_name_that_is_) ${[...stat, ...rest, '30', '0'].join(' ')}\n`,
    );
    await write('proc/42/cmdline', '/opt/a_name_that_is_long\0--käse\0');
    await write('proc/42/status', 'Name:\tx\nUid:\t1000\t1000\t1000\t1000\n');
    await write(
      'proc/42/io',
      'rchar: 1\nsyscr: 5\nsyscw: 6\nread_bytes: 4096\nwrite_bytes: 8192\n',
    );
    await symlink('/opt/a_name_that_is_long', path.join(folder, 'proc/42/exe'));
    await write('proc/43/stat', `43 (kernel) ${[...stat, ...rest, '0', '0'].join(' ')}\n`);
    await write('proc/44/stat', 'nonsense');
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('reads every field from its place', async () => {
    const { resources } = await scrape({}, new HostFiles(folder));
    const process = resources?.find(({ attributes }) => attributes['process.pid'] === 42);
    expect(process?.attributes).toEqual({
      'process.pid': 42,
      'process.parent_pid': 1,
      'process.executable.name': 'a_name_that_is_long',
      'process.executable.path': '/opt/a_name_that_is_long',
      'process.command': '/opt/a_name_that_is_long',
      'process.command_line': '/opt/a_name_that_is_long --käse',
      'process.owner': 'shop',
    });
    expect(process?.startUnixMs).toBe(1_700_000_500_000);
    expect(valuesOf(process)).toEqual({
      'process.cpu.time user': 2.5,
      'process.cpu.time system': 1.5,
      'process.cpu.time wait': 0.3,
      'process.memory.usage': 409_600,
      'process.memory.virtual': 8_192_000,
      'process.disk.io read': 4096,
      'process.disk.io write': 8192,
    });
  });

  it('says once what it cannot read, unless nobody wants to hear it', async () => {
    const files = new HostFiles(folder);
    const { warnings, resources } = await scrape({}, files);
    expect(resources).toHaveLength(2);
    expect([...warnings].sort()).toEqual([
      'disk usage or open files of some processes cannot be read',
      'the executable of some processes cannot be read',
      'the owner of some processes cannot be read',
    ]);
    const some = { mute_process_io_error: true, mute_process_user_error: true };
    expect((await scrape(some, files)).warnings).toEqual([
      'the executable of some processes cannot be read',
    ]);
    expect((await scrape({ mute_process_all_errors: true }, files)).warnings).toEqual([]);
  });

  it('is a resource a process beside the host in one request', async () => {
    const { resources = [] } = await scrape({}, new HostFiles(folder));
    const scraped = [{ scraper: 'process', metrics: [], resources }];
    const times = { unixMs: 1_700_001_000_000, bootUnixMs: 1_700_000_000_000 };
    const { bytes, itemCount } = encodeMetrics({ 'host.name': 'h' }, scraped, times);
    const request: unknown = JSON.parse(protobufToJson('metrics', bytes));
    expect(itemCount).toBe(12);
    expect(request).toMatchObject({
      resourceMetrics: [
        {
          resource: {
            attributes: expect.arrayContaining([
              { key: 'host.name', value: { stringValue: 'h' } },
              { key: 'process.pid', value: { intValue: '42' } },
            ]),
          },
          scopeMetrics: [
            {
              scope: { name: 'sonde/hostmetrics/process' },
              metrics: expect.arrayContaining([
                expect.objectContaining({
                  name: 'process.cpu.time',
                  sum: expect.objectContaining({
                    isMonotonic: true,
                    dataPoints: expect.arrayContaining([
                      expect.objectContaining({ startTimeUnixNano: '1700000500000000000' }),
                    ]),
                  }),
                }),
              ]),
            },
          ],
        },
        {},
      ],
    });
  });
});

describe('the configuration of the scraper process', () => {
  const messages = (process: unknown): readonly string[] =>
    hostMetricsConfig
      .safeParse({ scrapers: { process } })
      .error?.issues.map(({ message }) => message) ?? [];

  it('refuses attributes, keys and patterns that are none', () => {
    expect(messages(null)).toEqual([]);
    expect(messages({ resource_attributes: { 'process.nam': { enabled: true } } })).toHaveLength(1);
    expect(messages({ mute_process_everything: true })).toHaveLength(1);
    expect(messages({ include: { match_type: 'regexp', names: ['('] } })[0]).toContain(
      'error parsing regexp',
    );
    expect(messages({ include: { names: ['a'] } })).toHaveLength(1);
  });
});
