import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EbpfConfigSchema } from '../src/config.ts';
import { IdentityNaming } from '../src/entities/identity-naming.ts';
import { ProcFiles } from '../src/entities/proc-files.ts';
import { ProcessTable } from '../src/entities/process-table.ts';
import { WorkloadTable } from '../src/entities/workload.ts';
import { COMMAND_SETTLES_MS } from '../src/limits.ts';

const UPTIME_SECONDS = 10_000;

interface Placed {
  readonly parent: number;
  readonly command: readonly string[];
  readonly ageSeconds?: number;
  readonly groups?: string;
  readonly variables?: readonly string[];
}

describe('processes', () => {
  let root = '';
  let table: ProcessTable;
  let workloads: WorkloadTable;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sonde-proc-'));
    writeFileSync(join(root, 'uptime'), `${UPTIME_SECONDS}.00 1.00\n`);
    workloads = new WorkloadTable();
    const files = new ProcFiles(root);
    const naming = new IdentityNaming({
      files,
      rootPath: root,
      kubernetes: EbpfConfigSchema.parse({}).kubernetes,
      onLearned: (isConcerned) => table.identifyAgain(isConcerned),
      onFailure: () => undefined,
    });
    table = new ProcessTable({ files, workloads, naming, onOwn: () => undefined });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A process in /proc. */
  function place(pid: number, { parent, command, ageSeconds = 900, ...rest }: Placed): void {
    const folder = join(root, String(pid));
    mkdirSync(folder);
    const started = (UPTIME_SECONDS - ageSeconds) * 100;
    const stat = `${pid} (x) S ${parent} ${'0 '.repeat(17)}${started} 0\n`;
    const files = {
      stat,
      cmdline: command.map((part) => `${part}\0`).join(''),
      cgroup: rest.groups ?? '0::/\n',
      environ: (rest.variables ?? ['A=1']).map((part) => `${part}\0`).join(''),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    symlinkSync(`/usr/bin/${command[0]}`, join(folder, 'exe'));
    symlinkSync('/srv', join(folder, 'cwd'));
  }

  function start(pid: number, placed: Placed): void {
    place(pid, placed);
    const { parent, command } = placed;
    table.executed({ pid, parent, command, file: `/usr/bin/${command[0]}`, name: 'x' });
  }

  function nameOf(pid: number): string | undefined {
    return table.workloadOf(pid)?.identity.name;
  }

  it('that a service starts are commands of it, and what they start in turn', () => {
    place(10, { parent: 1, command: ['nginx'] });
    table.scan();
    start(11, { parent: 10, command: ['sh', '-c', 'git log | head'] });
    start(12, { parent: 11, command: ['git', 'log'] });
    expect([nameOf(11), nameOf(12)]).toEqual(['nginx', 'nginx']);
    expect(table.of(12)?.isCommand).toBe(true);
    expect(workloads.size).toBe(1);
    expect(table.of(12)?.workload.processes).toBe(3);
  });

  it('that serve somebody are services at once, and their commands theirs', () => {
    place(10, { parent: 1, command: ['bash'] });
    table.scan();
    start(11, { parent: 10, command: ['node', 'cart.js'] });
    start(12, { parent: 11, command: ['git', 'log'] });
    expect([nameOf(10), nameOf(11), nameOf(12)]).toEqual(['shell', 'shell', 'shell']);
    expect(table.workloadOf(11, true)?.identity.name).toBe('cart');
    expect([nameOf(10), nameOf(11), nameOf(12)]).toEqual(['shell', 'cart', 'cart']);
    expect(table.of(11)?.workload.processes).toBe(2);
    expect(table.of(10)?.workload.processes).toBe(1);
  });

  it('that run long are services, too', () => {
    place(10, { parent: 1, command: ['bash'] });
    table.scan();
    start(11, { parent: 10, command: ['python3', 'import.py'] });
    table.settle(performance.now() + COMMAND_SETTLES_MS - 1_000);
    expect(nameOf(11)).toBe('shell');
    table.settle(performance.now() + COMMAND_SETTLES_MS);
    expect(nameOf(11)).toBe('import');
    start(12, { parent: 10, command: ['tail', '-f', '/var/log/syslog'] });
    table.settle(performance.now() + 100 * COMMAND_SETTLES_MS);
    expect(nameOf(12)).toBe('shell');
    expect(table.workloadOf(12, true)?.identity.name).toBe('tail');
  });

  it('that were just started when the observer came are commands', () => {
    place(10, { parent: 1, command: ['nginx'] });
    place(11, { parent: 10, command: ['git', 'log'], ageSeconds: 1 });
    place(12, { parent: 10, command: ['perl', 'watch.pl'], ageSeconds: 60 });
    table.scan();
    expect([nameOf(11), nameOf(12)]).toEqual(['nginx', 'watch']);
  });

  it('are themselves where they say so, or run in a unit or container of their own', () => {
    place(10, { parent: 1, command: ['systemd'] });
    table.scan();
    start(11, { parent: 10, command: ['nginx'], groups: '0::/system.slice/web.service\n' });
    start(12, { parent: 10, command: ['python3'], variables: ['OTEL_SERVICE_NAME=stock'] });
    start(13, { parent: 12, command: ['git'], variables: ['OTEL_SERVICE_NAME=stock'] });
    const id = 'ab'.repeat(32);
    start(14, { parent: 10, command: ['redis-server'], groups: `0::/docker/${id}\n` });
    expect([11, 12, 13, 14].map(nameOf)).toEqual(['web', 'stock', 'stock', 'redis-server']);
    expect(table.of(13)?.isCommand).toBe(true);
    expect(table.of(14)?.workload.identity.platform).toEqual({
      'container.id': id,
      'container.runtime': 'docker',
    });
  });

  it('in a unit are one service, whatever they run', () => {
    const groups = '0::/system.slice/shop.service\n';
    place(10, { parent: 1, command: ['php-fpm8.2'], groups });
    place(11, { parent: 10, command: ['imagick'], groups });
    table.scan();
    expect(table.of(11)?.workload).toBe(table.of(10)?.workload);
  });

  it('do not pile up', () => {
    place(10, { parent: 1, command: ['nginx'] });
    table.scan();
    for (let pid = 100; pid < 1_100; pid++) {
      table.forked(pid, 10);
      table.executed({ pid, parent: 10, command: ['git'], file: '/usr/bin/git', name: 'git' });
      table.exited(pid);
    }
    expect(table.of(10)?.workload.processes).toBe(1);
    expect(workloads.size).toBe(1);
  });
});
