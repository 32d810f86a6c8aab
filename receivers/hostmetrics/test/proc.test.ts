import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDiskStats } from '../src/proc/diskstats.ts';
import { numberAt, textAt } from '../src/proc/fields.ts';
import { parseLoadAverage } from '../src/proc/loadavg.ts';
import { memoryBytes, parseMemInfo } from '../src/proc/meminfo.ts';
import { parseFilesystems, parseMountInfo } from '../src/proc/mountinfo.ts';
import { parseNetDev } from '../src/proc/net-dev.ts';
import { TcpStateCounter } from '../src/proc/net-tcp.ts';
import { parseProcessStatus } from '../src/proc/pid-stat.ts';
import { parseStat } from '../src/proc/stat.ts';
import { parseSwaps } from '../src/proc/swaps.ts';
import { parseUptime } from '../src/proc/uptime.ts';
import { parseVmStat } from '../src/proc/vmstat.ts';

const fixture = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, '../testdata', name), 'utf8');

describe('the parsers of /proc', () => {
  it('reads the time of each CPU, the boot time and the processes created', () => {
    const stat = parseStat(fixture('proc/stat'));
    expect(stat.cpus.map(({ cpu }) => cpu)).toEqual(['cpu0', 'cpu1']);
    expect(stat.cpus[0]?.ticks).toEqual({
      user: 20000,
      nice: 150,
      system: 6000,
      idle: 200000,
      wait: 1000,
      interrupt: 10,
      softirq: 200,
      steal: 150,
    });
    expect(stat.bootUnixSeconds).toBe(1795630948);
    expect(stat.processesCreated).toBe(17506);
  });

  it('reads a /proc/stat of a kernel without steal', () => {
    const { cpus } = parseStat('cpu0 1 2 3 4 5 6 7\nbtime 1\nprocesses 2\n');
    expect(cpus[0]?.ticks.steal).toBe(0);
  });

  it('says what is missing in /proc/stat', () => {
    expect(() => parseStat('cpu0 1 2 3 4 5 6 7 8\nprocesses 2\n')).toThrow('no "btime" line');
    expect(() => parseStat('cpu0 1 2 3 4 5 6 7 8\nbtime 2\n')).toThrow('no "processes" line');
    expect(() => parseStat('cpu0 1 2 x 4 5 6 7 8\n')).toThrow('field 4 is no number');
  });

  it('reads sizes of memory in bytes and counts as they are', () => {
    const info = parseMemInfo(fixture('proc/meminfo'));
    expect(memoryBytes(info, 'MemTotal')).toBe(16000000 * 1024);
    expect(memoryBytes(info, 'Active(anon)')).toBe(1568 * 1024);
    expect(memoryBytes(info, 'HugePages_Total')).toBe(3);
    expect(() => memoryBytes(info, 'Nope')).toThrow('no "Nope" line');
  });

  it('reads load averages and uptime', () => {
    expect(parseLoadAverage(fixture('proc/loadavg'))).toEqual({
      oneMinute: 0.97,
      fiveMinutes: 0.65,
      fifteenMinutes: 0.59,
    });
    expect(parseUptime(fixture('proc/uptime'))).toBe(1224.23);
  });

  it('reads counters of disks, with and without the fields of later kernels', () => {
    const disks = parseDiskStats(fixture('proc/diskstats'));
    expect(disks.map(({ device }) => device)).toEqual(['loop0', 'sda', 'sda1']);
    expect(disks[1]).toEqual({
      device: 'sda',
      reads: { operations: 174196, merged: 31598, bytes: 5710690 * 512, timeMs: 133082 },
      writes: { operations: 25305, merged: 108190, bytes: 11325240 * 512, timeMs: 61391 },
      pendingOperations: 2,
      ioTimeMs: 27540,
      weightedIoTimeMs: 196296,
    });
  });

  it('reads mounts: escapes, optional fields, read-only, and the visible one of a mountpoint', () => {
    expect(parseMountInfo(fixture('proc/self/mountinfo'))).toEqual([
      { device: 'proc', mountpoint: '/proc', type: 'proc', mode: 'rw' },
      { device: '/dev/vda', mountpoint: '/', type: 'ext4', mode: 'rw' },
      { device: '/dev/sdc1', mountpoint: '/mnt/my disk', type: 'xfs', mode: 'ro' },
      { device: '/dev/sdd1', mountpoint: '/mnt/old', type: 'ext4', mode: 'rw' },
      { device: 'tank/data', mountpoint: '/tank', type: 'zfs', mode: 'rw' },
    ]);
    expect(() => parseMountInfo('22 27 0:21 / /proc rw,relatime proc proc rw\n')).toThrow('no "-"');
  });

  it('knows which filesystems stand on storage', () => {
    expect([...parseFilesystems(fixture('proc/filesystems'))]).toEqual(['ext4', 'xfs', 'zfs']);
  });

  it('reads counters of interfaces, also where the name touches the number', () => {
    const interfaces = parseNetDev(fixture('proc/net/dev'));
    expect(interfaces.map(({ device }) => device)).toEqual(['lo', 'eth0', 'eth0.10']);
    expect(interfaces[1]).toEqual({
      device: 'eth0',
      receive: { bytes: 963855974, packets: 32317, errors: 1, dropped: 2 },
      transmit: { bytes: 2451073, packets: 21744, errors: 3, dropped: 4 },
    });
  });

  it('counts TCP connections by state however the file is cut into pieces', () => {
    const counts = [1, 7, 100, 100000].map((size) => {
      const counter = new TcpStateCounter();
      for (const name of ['proc/net/tcp', 'proc/net/tcp6']) {
        const text = fixture(name);
        for (let at = 0; at < text.length; at += size) counter.push(text.slice(at, at + size));
        counter.endFile();
      }
      return Object.fromEntries([...counter.counts()].filter(([, count]) => count > 0));
    });
    for (const count of counts) {
      expect(count).toEqual({ LISTEN: 2, TIME_WAIT: 1, ESTABLISHED: 2 });
    }
  });

  it('reads swap devices and paging counters', () => {
    expect(parseSwaps(fixture('proc/swaps'))).toEqual([
      { device: '/dev/sda2', sizeBytes: 2097148 * 1024, usedBytes: 1024 * 1024 },
      { device: '/swapfile', sizeBytes: 1048572 * 1024, usedBytes: 0 },
    ]);
    expect(parseVmStat(fixture('proc/vmstat'))).toEqual({
      swapIn: 12,
      swapOut: 34,
      pageIn: 2855345,
      pageOut: 5662620,
      faults: 16522583,
      majorFaults: 2899,
    });
    expect(() => parseVmStat('pgpgin 1\n')).toThrow('no "pgpgout" line');
  });

  it('reads the state of a process whose command holds parentheses and blanks', () => {
    expect(parseProcessStatus(fixture('proc/17/stat'))).toBe('sleeping');
    expect(parseProcessStatus(fixture('proc/18/stat'))).toBe('idle');
    expect(parseProcessStatus(fixture('proc/19/stat'))).toBe('zombies');
    expect(parseProcessStatus('20 (x) ? 1')).toBe('unknown');
  });

  it('names the field that is missing', () => {
    expect(() => numberAt(['a'], 3)).toThrow('field 4 is no number in "a"');
    expect(() => textAt(['a'], 3)).toThrow('field 4 is missing in "a"');
  });
});
