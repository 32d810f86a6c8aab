import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcFiles } from '../src/entities/proc-files.ts';
import { LOG_LINK_KEPT_MS, LOG_LINKS_MAX } from '../src/limits.ts';
import { containerOutput } from '../src/logs/container-output.ts';
import { heldLogs } from '../src/logs/held-files.ts';
import { LogLinks } from '../src/logs/log-links.ts';
import { attributesOf } from '../src/requests/attributes.ts';
import { MAY_OBSERVE, RunningObserver } from './running-observer.ts';

let folder = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonde-logs-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The number that a process has a file open by. */
function fdOf(pid: number | undefined, path: string): string | undefined {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).find((fd) => readlinkSync(join(folder, fd)) === path);
}

/** Every file below, by its path from the folder. */
function below(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

describe('logs that a process holds open', () => {
  it('are what it appends to by that name, and its output where that is a file', () => {
    const appended = openSync(join(folder, 'access.log'), 'a');
    const read = openSync(join(folder, 'access.log'), 'r');
    const data = openSync(join(folder, 'data.db'), 'a');
    const written = openSync(join(folder, 'rewritten.log'), 'w');
    try {
      const held = heldLogs(new ProcFiles(), process.pid);
      expect(held.filter(({ path }) => path.startsWith(folder))).toEqual([
        { path: join(folder, 'access.log'), fd: `${appended}`, isOutput: false },
      ]);
    } finally {
      for (const fd of [appended, read, data, written]) closeSync(fd);
    }
  });

  it('are none of a process that is gone', () => {
    expect(heldLogs(new ProcFiles(), 0)).toEqual([]);
  });
});

describe('the output of a container', () => {
  const info = { name: 'a', runtime: '', image: '', labels: {}, logPath: '', pod: undefined };

  it('is where docker says, or the files of its pod', () => {
    expect(containerOutput({ ...info, logPath: '/var/lib/x-json.log' }, '/host')).toEqual([
      '/host/var/lib/x-json.log',
    ]);
    const pod = { name: 'cart-0', namespace: 'shop', uid: 'u-1', container: 'main' };
    const output = join(folder, 'var/log/pods/shop_cart-0_u-1/main');
    mkdirSync(output, { recursive: true });
    for (const name of ['0.log', '10.log', '9.log', '0.log.20260101-000000']) {
      writeFileSync(join(output, name), '');
    }
    expect(containerOutput({ ...info, pod }, folder)).toEqual(
      ['0.log', '9.log', '10.log'].map((name) => join(output, name)),
    );
    expect(containerOutput({ ...info, pod: { ...pod, name: '../x' } }, folder)).toEqual([]);
    expect(containerOutput(info, folder)).toEqual([]);
  });
});

describe('links to logs', () => {
  const resource = attributesOf({ 'host.name': 'h1', 'service.name': 'a/b', 'os.type': 'linux' });

  it('say whose each is, and go a while after nobody wants them', () => {
    const links = new LogLinks(join(folder, 'links'));
    links.open();
    links.want('files', resource, { target: '/var/log/cart.log' });
    links.want('files', resource, { target: '/var/log/cart.log' });
    const [, path = ''] = below(join(folder, 'links'));
    expect(path).toMatch(/^files\/service\.name=a%2Fb\/host\.name=h1\/cart-[0-9a-f]{8}\.log$/);
    expect(readlinkSync(join(folder, 'links', path))).toBe('/var/log/cart.log');
    links.expire(performance.now() + LOG_LINK_KEPT_MS - 1_000);
    expect(links.size).toBe(1);
    links.expire(performance.now() + LOG_LINK_KEPT_MS);
    expect([links.size, below(join(folder, 'links'))]).toEqual([0, ['.sonde-links']]);
    expect(readdirSync(join(folder, 'links/files'))).toEqual([]);
  });

  it('of an earlier run are cleared', () => {
    const path = join(folder, 'links/files/service.name=old');
    new LogLinks(join(folder, 'links')).open();
    mkdirSync(path, { recursive: true });
    new LogLinks(join(folder, 'links')).open();
    expect(existsSync(path)).toBe(false);
  });

  it('are never made, nor anything removed, in a folder with something else in it', () => {
    const theirs = join(folder, 'containers');
    mkdirSync(theirs);
    expect(() => new LogLinks(folder).open()).toThrow('wants a folder of its own');
    expect(existsSync(theirs)).toBe(true);
  });

  it('are a bounded number', () => {
    const links = new LogLinks(join(folder, 'links'));
    links.open();
    for (let i = 0; i <= LOG_LINKS_MAX; i++)
      links.want('files', resource, { target: `/var/log/${i}.log` });
    expect([links.size, links.refused]).toEqual([LOG_LINKS_MAX, 1]);
  });
});

describe.runIf(MAY_OBSERVE)('a service that writes a log', { timeout: 60_000 }, () => {
  it('has a link with its name, also when the log was opened before', async () => {
    const log = join(folder, 'cart.log');
    const code = `const { openSync, writeSync } = require('fs');
      const fd = openSync(${JSON.stringify(log)}, 'a'); writeSync(fd, 'one');
      console.log(1); setInterval(() => {}, 1e6)`;
    const env = { ...process.env, OTEL_SERVICE_NAME: 'cart' };
    const child = spawn(process.execPath, ['-e', code], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    if (child.stdout !== null) await once(child.stdout, 'data');
    appendFileSync(log, 'two');
    const links = join(folder, 'links');
    const observer = await RunningObserver.start({ LOG_LINKS: links });
    try {
      const found = below(links).find((path) => path.includes('service.name=cart/'));
      expect(found).toMatch(/\/cart-[0-9a-f]{8}\.log$/);
      expect(realpathSync(join(links, found ?? ''))).toBe(log);
      // Whatever is put in its place: the open file is followed, not the name.
      expect(readlinkSync(join(links, found ?? ''))).toBe(
        `/proc/${child.pid}/fd/${fdOf(child.pid, log)}`,
      );
    } finally {
      await observer.kill();
    }
  });
});
