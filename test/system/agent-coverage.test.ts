import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obstacleToRunning } from '@sonde/ebpf-agent';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_CHROMIUM } from './chromium.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

/** It serves requests and a protocol that nobody knows, says its ports once, and prints to its parent: into a socket. */
const SERVICE = `
const server = require('node:http').createServer((request, response) => response.end('ok'));
const other = require('node:net').createServer((socket) => socket.on('data', () => socket.write('?')));
other.listen(0, '127.0.0.1', () => server.listen(0, '127.0.0.1', () => {
  console.log(server.address().port, other.address().port);
}));
`;

const REQUESTS_MS = 200;
const canRun = HAS_CHROMIUM && obstacleToRunning() === undefined;

describe.skipIf(!canRun)('coverage on the page', () => {
  const sonde = new Sonde();
  const folder = mkdtempSync(join(tmpdir(), 'sonde-coverage-'));
  let tab: Tab;
  let page: Page;
  let service: ChildProcess | undefined;
  let requests: NodeJS.Timeout | undefined;
  let asking: NodeJS.Timeout | undefined;
  let unknownPort = '';

  beforeAll(async () => {
    await sonde.up([]);
    await sonde.untilSaid('Agent: ready');
    const script = join(folder, 'quiet-desk.js');
    writeFileSync(script, SERVICE);
    service = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [port] = await once(service.stdout ?? service, 'data');
    const [web, unknown] = String(port).trim().split(' ');
    unknownPort = `${unknown}`;
    const url = `http://127.0.0.1:${web}`;
    const socket = connect(Number(unknown), '127.0.0.1').on('error', () => {});
    asking = setInterval(() => socket.write('\x01\x02\x03 what nobody knows'), REQUESTS_MS);
    requests = setInterval(() => void fetch(url).then((answer) => answer.text()), REQUESTS_MS);
    const told = `SELECT count() > 0 FROM metric_series
      WHERE service = 'quiet-desk' AND metric = 'sonde.coverage.connections'
      AND attributes['sonde.reason'] = 'unknown_protocol'`;
    await sonde.untilSelect(told, '1', 60_000);
    tab = await openTab();
    page = tab.page;
  }, 180_000);

  afterAll(async () => {
    clearInterval(requests);
    clearInterval(asking);
    service?.kill('SIGKILL');
    await tab?.close();
    await sonde.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('leads from a service to the line that closes its hole', async () => {
    await page.goto(`${sonde.addresses.page}/coverage?q=quiet-desk`);
    const row = page.getByRole('row').filter({ hasText: 'quiet-desk' }).first();
    await row.getByText('logs: its output goes to a socket').waitFor();
    await expect
      .poll(() => row.getByRole('cell').allInnerTexts())
      .toEqual([
        expect.stringContaining('quiet-desk'),
        'agent',
        'not seen',
        expect.stringMatching(/^[\d.]+\s%\sseen$/),
        'agent',
        expect.stringContaining('socket'),
      ]);
    await row.getByRole('button').click();
    await page.getByText('journald: { storage: file_storage }').waitFor();
    await page.getByRole('cell', { name: 'http', exact: true }).waitFor();
    const unread = new RegExp(`on port ${unknownPort} .*not read: the protocol is none of those`);
    await page.getByRole('row', { name: unread }).waitFor();
    await page.waitForURL((url) => url.searchParams.get('at') === 'quiet-desk');
    await page.reload();
    await page.getByText('journald: { storage: file_storage }').waitFor();
    expect(tab.problems).toEqual([]);
  }, 60_000);

  it('says what to do where nothing runs', async () => {
    await page.goto(`${sonde.addresses.page}/coverage?from=978307200000&to=978310800000`);
    await page.getByText('Nobody has said what runs').waitFor();
    await page.getByText('sudo sonde agent --check').waitFor();
    expect(tab.problems).toEqual([]);
  }, 60_000);
});
