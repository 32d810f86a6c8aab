import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostFiles } from '../src/host-files.ts';
import { readHostResource } from '../src/host-resource.ts';
import { FILE_BYTES_MAX, STATFS_PENDING_MAX } from '../src/limits.ts';
import type { Metric, Point } from '../src/metric.ts';
import { nameFilter } from '../src/name-filter.ts';
import type { Scraper } from '../src/scraper.ts';
import { CpuScraper } from '../src/scrapers/cpu.ts';
import { DiskScraper } from '../src/scrapers/disk.ts';
import { FilesystemScraper } from '../src/scrapers/filesystem.ts';
import { LoadScraper } from '../src/scrapers/load.ts';
import { MemoryScraper } from '../src/scrapers/memory.ts';
import { NetworkScraper } from '../src/scrapers/network.ts';
import { PagingScraper } from '../src/scrapers/paging.ts';
import { ProcessesScraper } from '../src/scrapers/processes.ts';
import { SpaceReader } from '../src/scrapers/space-reader.ts';
import { SystemScraper } from '../src/scrapers/system.ts';

const files = new HostFiles(path.join(import.meta.dirname, '../testdata'));

async function scrape(scraper: Scraper, from = files): Promise<ReadonlyMap<string, Metric>> {
  const { metrics } = await scraper.scrape(from);
  return new Map(metrics.map((metric) => [metric.definition.name, metric]));
}

function values(metric: Metric | undefined): Record<string, number> {
  const shown = ({ attributes }: Point): string => Object.values(attributes).join(' ');
  return Object.fromEntries((metric?.points ?? []).map((point) => [shown(point), point.value]));
}

describe('the scrapers, on fixtures', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sonde-hostmetrics-'));
    await mkdir(path.join(folder, 'proc'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('reports CPU time in seconds and no utilization at the first scrape', async () => {
    const metrics = await scrape(new CpuScraper());
    expect(values(metrics.get('system.cpu.time'))).toMatchObject({
      'cpu0 user': 200,
      'cpu0 steal': 1.5,
      'cpu1 wait': 5,
    });
    expect(values(metrics.get('system.cpu.utilization'))).toEqual({});
    expect(values(metrics.get('system.cpu.logical.count'))).toEqual({ '': 2 });
  });

  it('reports utilization as shares that add up to 1, and never a negative one', async () => {
    const own = new HostFiles(folder);
    const stat = (line: string): Promise<void> =>
      writeFile(path.join(folder, 'proc/stat'), `${line}\nbtime 1\nprocesses 1\n`);
    const scraper = new CpuScraper();
    await stat('cpu0 100 0 0 100 50 0 0 0');
    await scrape(scraper, own);
    await stat('cpu0 130 0 10 160 40 0 0 0');
    const shares = values((await scrape(scraper, own)).get('system.cpu.utilization'));
    expect(shares).toMatchObject({ 'cpu0 user': 0.3, 'cpu0 system': 0.1, 'cpu0 idle': 0.6 });
    expect(shares['cpu0 wait']).toBe(0);
    // No tick since: there is nothing to divide by.
    const again = values((await scrape(scraper, own)).get('system.cpu.utilization'));
    expect(again).toEqual({});
  });

  it('reports memory whose used, free, buffered and cached make the total', async () => {
    const metrics = await scrape(new MemoryScraper());
    const usage = values(metrics.get('system.memory.usage'));
    expect(usage).toEqual({
      used: 4800000 * 1024,
      free: 4000000 * 1024,
      buffered: 500000 * 1024,
      cached: 6700000 * 1024,
      slab_reclaimable: 700000 * 1024,
      slab_unreclaimable: 100000 * 1024,
    });
    expect(values(metrics.get('system.memory.utilization'))['used']).toBe(0.3);
    expect(values(metrics.get('system.memory.limit'))).toEqual({ '': 16000000 * 1024 });
    expect(values(metrics.get('system.linux.memory.available'))).toEqual({ '': 11000000 * 1024 });
  });

  it('reports load averages, divided by the CPUs on request', async () => {
    const whole = await scrape(new LoadScraper({ perCpu: false }));
    expect(values(whole.get('system.cpu.load_average.1m'))).toEqual({ '': 0.97 });
    const perCpu = await scrape(new LoadScraper({ perCpu: true }));
    expect(values(perCpu.get('system.cpu.load_average.15m'))).toEqual({ '': 0.295 });
  });

  it('reports disks by direction, and only those that are wanted', async () => {
    const devices = nameFilter(undefined, { match: 'regexp', patterns: ['^loop'] });
    const metrics = await scrape(new DiskScraper(devices));
    expect(values(metrics.get('system.disk.io'))).toEqual({
      'sda read': 5710690 * 512,
      'sda write': 11325240 * 512,
      'sda1 read': 800 * 512,
      'sda1 write': 160 * 512,
    });
    expect(values(metrics.get('system.disk.operation_time'))['sda read']).toBe(133.082);
    expect(values(metrics.get('system.disk.io_time'))).toEqual({ sda: 27.54, sda1: 0.06 });
    expect(values(metrics.get('system.disk.pending_operations'))).toEqual({ sda: 2, sda1: 0 });
  });

  it('reports traffic by direction and connections of every state', async () => {
    const interfaces = nameFilter({ match: 'strict', patterns: ['eth0'] }, undefined);
    const metrics = await scrape(new NetworkScraper(interfaces));
    expect(values(metrics.get('system.network.io'))).toEqual({
      'eth0 receive': 963855974,
      'eth0 transmit': 2451073,
    });
    expect(values(metrics.get('system.network.dropped'))).toEqual({
      'eth0 receive': 2,
      'eth0 transmit': 4,
    });
    expect(values(metrics.get('system.network.connections'))).toEqual({
      'tcp CLOSE': 0,
      'tcp CLOSE_WAIT': 0,
      'tcp CLOSING': 0,
      'tcp ESTABLISHED': 2,
      'tcp FIN_WAIT_1': 0,
      'tcp FIN_WAIT_2': 0,
      'tcp LAST_ACK': 0,
      'tcp LISTEN': 2,
      'tcp SYN_RECV': 0,
      'tcp SYN_SENT': 0,
      'tcp TIME_WAIT': 1,
    });
  });

  it('reports swap and faults', async () => {
    const metrics = await scrape(new PagingScraper());
    expect(values(metrics.get('system.paging.usage'))).toMatchObject({
      '/dev/sda2 used': 1024 * 1024,
      '/swapfile free': 1048572 * 1024,
    });
    expect(values(metrics.get('system.paging.operations'))).toEqual({
      'page_in major': 12,
      'page_out major': 34,
      'page_in minor': 2855345,
      'page_out minor': 5662620,
    });
    expect(values(metrics.get('system.paging.faults'))).toEqual({
      major: 2899,
      minor: 16522583 - 2899,
    });
  });

  it('counts processes by state and those ever created', async () => {
    const metrics = await scrape(new ProcessesScraper());
    expect(values(metrics.get('system.processes.count'))).toEqual({
      blocked: 0,
      idle: 1,
      running: 0,
      sleeping: 1,
      stopped: 0,
      zombies: 1,
    });
    expect(values(metrics.get('system.processes.created'))).toEqual({ '': 17506 });
  });

  it('reports uptime', async () => {
    const metrics = await scrape(new SystemScraper());
    expect(values(metrics.get('system.uptime'))).toEqual({ '': 1224.23 });
  });

  it('reports mounted filesystems and warns of those that cannot be asked', async () => {
    const { metrics, warnings } = await new FilesystemScraper().scrape(files);
    const usage = metrics.find(({ definition }) => definition.name === 'system.filesystem.usage');
    expect(usage?.points.map(({ attributes }) => attributes)).toEqual(
      ['used', 'free', 'reserved'].map((state) => ({
        device: '/dev/vda',
        mode: 'rw',
        mountpoint: '/',
        type: 'ext4',
        state,
      })),
    );
    // The other mountpoints of the fixture are not there.
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toContain('/mnt/my disk: ENOENT');
  });

  it('does not wait for filesystems that never answer, and stops asking at the limit', async () => {
    const spaces = new SpaceReader(20);
    let asked = 0;
    const dead = {
      space: (): Promise<never> => {
        asked += 1;
        return new Promise(() => undefined);
      },
    };
    const words: string[] = [];
    for (const mountpoint of ['/a', '/a', '/b', '/c']) {
      const answer = await spaces.read(dead, mountpoint);
      words.push('warning' in answer ? answer.warning : 'space');
    }
    expect(words).toEqual([
      '/a does not answer within 20 ms',
      '/a still does not answer',
      '/b does not answer within 20 ms',
      '/c is not asked: too many filesystems do not answer',
    ]);
    expect(asked).toBe(STATFS_PENDING_MAX);
  });

  it('fails rather than read a file without end', async () => {
    await writeFile(path.join(folder, 'proc/uptime'), 'x'.repeat(FILE_BYTES_MAX + 1));
    await expect(new SystemScraper().scrape(new HostFiles(folder))).rejects.toThrow(
      `/proc/uptime holds more than ${FILE_BYTES_MAX} bytes`,
    );
  });

  it('names the host, its id and its system, and no service', async () => {
    expect(await readHostResource(files)).toEqual({
      'host.name': 'fixture-host',
      'host.id': '0123456789abcdef0123456789abcdef',
      'os.type': 'linux',
    });
  });
});
