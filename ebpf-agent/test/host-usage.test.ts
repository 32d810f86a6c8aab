import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MAY_OBSERVE, type Point, RunningObserver, type Service } from './running-observer.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const MEMORY_GROUPS = '/sys/fs/cgroup/memory';
const OOM_GROUP = join(MEMORY_GROUPS, `sonde-test-${process.pid}`);

/** What a service of that name says, by metric and the attribute that tells its points apart. */
function sumOf(service: Service | undefined, name: string, value?: string): number {
  const points = service?.points.filter((point) => point.name === name) ?? [];
  return points
    .filter(({ attributes }) => value === undefined || Object.values(attributes).includes(value))
    .reduce((sum, point) => sum + point.sum, 0);
}

describe.runIf(MAY_OBSERVE)('what services use', { timeout: 120_000 }, () => {
  let observer: RunningObserver;
  const children: ChildProcess[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'sonde-usage-'));

  beforeAll(async () => {
    observer = await RunningObserver.start();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await observer.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A Node program that is told who it is; resolves when it has said something. */
  async function start(name: string, code: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['-e', code], {
      env: { ...process.env, OTEL_SERVICE_NAME: name },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    if (child.stdout !== null) await once(child.stdout, 'data');
    return child;
  }

  function service(name: string, isEnough: (found: Service) => boolean): Promise<Service> {
    return observer.until(({ services }) =>
      services.find((found) => found.name === name && isEnough(found)),
    );
  }

  it('is CPU time to the microsecond, of each process, user and system', async () => {
    const code = `let usage; do usage = process.cpuUsage(); while (usage.user < 400e3);
      console.log(JSON.stringify(process.cpuUsage())); setInterval(() => {}, 1e6)`;
    const child = await start('busy', code);
    const found = await service('busy', (one) => sumOf(one, 'process.cpu.time', 'user') > 0.35);
    const total = sumOf(found, 'process.cpu.time');
    expect(total).toBeGreaterThan(0.4);
    expect(total).toBeLessThan(2);
    const own = found.points.find(
      ({ name, attributes }) =>
        name === 'process.cpu.time' && attributes['process.pid'] === `${child.pid}`,
    );
    expect(own?.attributes).toEqual({
      'cpu.mode': 'user',
      'process.pid': `${child.pid}`,
      'process.executable.name': 'node',
    });
  });

  it('is memory by kind, open files beside their limit, threads', async () => {
    const code = `const held = Buffer.alloc(${64 * MIB}, 1); const { openSync } = require('fs');
      for (let i = 0; i < 100; i++) openSync('/dev/null'); console.log(1);
      setInterval(() => held.length, 1e6)`;
    const child = await start('holding', code);
    const found = await service('holding', (one) => sumOf(one, 'process.memory.usage') > 0);
    expect(sumOf(found, 'process.memory.usage', `${child.pid}`)).toBeGreaterThan(64 * MIB);
    expect(sumOf(found, 'sonde.process.memory', 'anonymous')).toBeGreaterThan(64 * MIB);
    expect(sumOf(found, 'sonde.process.memory', 'file')).toBeGreaterThan(MIB);
    const files = sumOf(found, 'process.open_file_descriptor.count');
    expect(files).toBeGreaterThanOrEqual(103);
    expect(files).toBeLessThan(200);
    const share = sumOf(found, 'sonde.process.file_descriptor.utilization');
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    expect(sumOf(found, 'process.thread.count')).toBeGreaterThan(4);
    expect(sumOf(found, 'process.paging.faults', 'minor')).toBeGreaterThan(1_000);
  });

  it('holds what commands used that were over before anybody looked', async () => {
    const code = `require('child_process').execFileSync(process.execPath, ['-e',
      'let u; do u = process.cpuUsage(); while (u.user < 300e3)'],
      { env: { ...process.env, OTEL_SERVICE_NAME: 'parent' } });
      console.log(1); setInterval(() => {}, 1e6)`;
    await start('parent', code);
    const found = await service('parent', (one) => sumOf(one, 'sonde.service.commands') > 0);
    expect(sumOf(found, 'process.cpu.time')).toBeGreaterThan(0.3);
    const commands = found.points.filter(({ name }) => name === 'sonde.service.commands');
    expect(commands.map(({ attributes }) => attributes)).toEqual([
      { 'process.executable.name': 'node', 'process.exit.code': '0' },
    ]);
    expect(found.processes).toBe(1);
  });

  it('is how long disks took, where there are some', async ({ skip }) => {
    const code = `const fs = require('fs'); const file = fs.openSync(process.argv[1], 'w');
      for (let i = 0; i < 5; i++) { fs.writeSync(file, Buffer.alloc(65536)); fs.fsyncSync(file); }
      console.log(1); setInterval(() => {}, 1e6)`.replace(
      'process.argv[1]',
      JSON.stringify(join(folder, 'written')),
    );
    const { stdout } = await run('findmnt', ['-no', 'SOURCE', '--target', folder]);
    const { refusals } = await observer.report();
    skip(!stdout.startsWith('/dev/') || refusals.includes('disks'), 'no disk under this folder');
    await start('writing', code);
    const found = await service(
      'writing',
      (one) => sumOf(one, 'sonde.process.disk.duration', 'write') > 0,
    );
    const waits = found.points.find(({ name }) => name === 'sonde.process.disk.duration');
    expect(waits?.count).toBeGreaterThan(0);
    expect(sumOf(found, 'process.disk.io', 'write')).toBeGreaterThanOrEqual(5 * 65_536);
  });

  it.runIf(existsSync(join(MEMORY_GROUPS, 'memory.limit_in_bytes')))(
    'ends for some with a kill for want of memory, whose victim is named',
    async () => {
      mkdirSync(OOM_GROUP);
      writeFileSync(join(OOM_GROUP, 'memory.limit_in_bytes'), `${96 * MIB}`);
      const child = await start(
        'hungry',
        `console.log(1); process.stdin.once('data', () => {
          const all = []; for (;;) all.push(Buffer.alloc(${8 * MIB}, 1)); })`,
      );
      writeFileSync(join(OOM_GROUP, 'cgroup.procs'), `${child.pid}`);
      const ended = once(child, 'exit');
      child.stdin?.write('go');
      await ended;
      rmdirSync(OOM_GROUP);
      const found = await service('hungry', (one) => sumOf(one, 'sonde.service.oom_kills') > 0);
      expect(sumOf(found, 'sonde.service.oom_kills', 'node')).toBe(1);
      expect(sumOf(found, 'sonde.service.process.exits', '9')).toBe(1);
    },
  );

  it('tells crashes by their signal', async () => {
    const child = await start('crashing', 'console.log(1); setInterval(() => {}, 1e6)');
    await service('crashing', (one) => sumOf(one, 'process.memory.usage') > 0);
    child.kill('SIGSEGV');
    await service('crashing', (one) => sumOf(one, 'sonde.service.process.exits', '11') === 1);
  });

  it('has the host beside it: resets of connections', async () => {
    const resets = (points: readonly Point[]): number =>
      points
        .filter(({ name }) => name === 'sonde.network.tcp.resets')
        .reduce((sum, { sum: value }) => sum + value, 0);
    const before = resets((await observer.report()).host);
    const server = createServer((socket) => socket.resetAndDestroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port }: { port: number } = JSON.parse(JSON.stringify(server.address()));
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    server.close();
    await observer.until(({ host }) => (resets(host) > before ? true : undefined));
  });
});
