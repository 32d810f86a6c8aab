import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESK, HAS_CHROMIUM, PHONE } from './chromium.ts';
import { logsBody, shopRequests, tracesBody } from './shop-traffic.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;

describe.skipIf(!HAS_CHROMIUM)('the shell of the page, in a real browser', () => {
  const sonde = new Sonde();
  const nowMs = Date.now();
  // Well at first; of the last quarter of an hour payments by one bank fail.
  const traffic = {
    ...{ fromMs: nowMs - 28 * MINUTE_MS, toMs: nowMs - MINUTE_MS, requestsPerMinute: 20 },
    ...{ badFromMs: nowMs - 14 * MINUTE_MS, badToMs: nowMs },
  };
  const requests = [...shopRequests(traffic)];
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    const spans = requests.flatMap((request) => request.spans);
    await sonde.send('traces', tracesBody(spans));
    await sonde.send('logs', logsBody(requests.flatMap((request) => request.logs)));
    const count = "SELECT count() FROM spans WHERE namespace = 'shop'";
    await sonde.untilSelect(count, String(spans.length));
    await sonde.untilSelect("SELECT count() > 0 FROM logs WHERE namespace = 'shop'", '1');
    tab = await openTab();
    page = tab.page;
  });

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  const open = (path: string) => page.goto(`${sonde.addresses.page}${path}`);
  const parameter = (name: string) => new URL(page.url()).searchParams.get(name);
  const until = (name: string, value: string | null) =>
    page.waitForURL((url) => url.searchParams.get(name) === value);
  const isFixed = () =>
    page.waitForURL(
      ({ searchParams }) => Number(searchParams.get('from')) > 0 && searchParams.has('to'),
    );
  const picker = () => page.locator('[aria-haspopup=dialog]');

  async function drag(selector: string): Promise<void> {
    const chart = page.locator(selector).first();
    await chart.waitFor();
    // What comes above a chart moves it.
    await page.waitForLoadState('networkidle');
    const box = await chart.boundingBox();
    if (box === null) throw new Error(`${selector} has no size`);
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 24, { steps: 4 });
    await page.mouse.up();
  }

  it('lands on the services, with their trend and what changed', async () => {
    await open('/?from=now-15m');
    await page.waitForURL(/\/services\?from=now-15m/);
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'payment' }) });
    await row.getByText(/^errors 0\s%\s→/).waitFor();
    const trend = await row.locator('svg path').first().getAttribute('d');
    expect(trend?.length).toBeGreaterThan(20);
  });

  it('keeps a relative range relative wherever one goes', async () => {
    await open('/services');
    await picker().click();
    await page.getByRole('button', { name: 'Last 30 minutes' }).click();
    await until('from', 'now-30m');
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await page.waitForURL(/\/logs\?from=now-30m/);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await until('from', null);
    await picker().click();
    await page.getByRole('heading', { name: 'Last used' }).waitFor();
  });

  it.each([
    ['/logs', '.over-time canvas'],
    ['/traces', '.strip canvas'],
    ['/services/checkout', '.u-over'],
  ])('zooms by a drag over a chart of %s, and back undoes it', async (path, chart) => {
    await open(`${path}?from=now-30m`);
    await drag(chart);
    await isFixed();
    const spanMs = Number(parameter('to')) - Number(parameter('from'));
    expect(spanMs).toBeGreaterThan(8 * MINUTE_MS);
    expect(spanMs).toBeLessThan(18 * MINUTE_MS);
    await page.reload();
    await page.locator(chart).first().waitFor();
    await page.goBack();
    await until('from', 'now-30m');
  });

  it('steps through time, and takes a range that is typed, by either clock', async () => {
    await open('/logs?from=now-30m');
    await page.getByRole('button', { name: 'Earlier' }).click();
    await isFixed();
    const fromMs = Number(parameter('from'));
    await page.getByRole('button', { name: 'Later' }).click();
    await page.waitForURL((url) => Number(url.searchParams.get('from')) > fromMs);
    await picker().click();
    await page.getByLabel('Clock').selectOption('utc');
    // Written anew, and the menu is closed.
    await picker().getByText('UTC').waitFor();
    await picker().click();
    const menu = page.getByRole('dialog', { name: 'Time range' });
    await menu.getByLabel('From').fill('at noon');
    await menu.getByRole('button', { name: 'Apply' }).click();
    await menu.getByRole('alert').waitFor();
    await menu.getByLabel('From').fill('2026-03-01 12:00:00');
    await menu.getByLabel('To', { exact: true }).fill('2026-03-01 13:00:00');
    await menu.getByRole('button', { name: 'Apply' }).click();
    await until('from', String(Date.UTC(2026, 2, 1, 12)));
    await picker().click();
    await page.getByLabel('Clock').selectOption('local');
  });

  it('has all of the picker on a phone', async () => {
    await page.setViewportSize(PHONE);
    await open('/logs?from=now-15m');
    await picker().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Zoom out' }).click();
    await until('from', 'now-30m');
    await page.setViewportSize(DESK);
  });

  it('refreshes by itself, and waits while somebody reads a chart', async () => {
    const other = await page.context().newPage();
    // Its five seconds are one.
    await other.addInitScript(`{
      const real = setInterval;
      globalThis.setInterval = (act, ms) => real(act, ms === 5000 ? 1000 : ms);
    }`);
    let asked = 0;
    other.on('request', (request) => {
      if (request.url().includes('/spans/heatmap')) asked++;
    });
    const untilAsked = async (): Promise<void> => {
      const before = asked;
      await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(before + 1);
    };
    await other.goto(`${sonde.addresses.page}/traces?from=now-30m&refresh=5s`);
    const hasPaused = async (): Promise<boolean> => {
      // What comes above a chart moves it from under the pointer.
      const box = await other.locator('.heatmap canvas').boundingBox();
      if (box === null) return false;
      await other.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      const before = asked;
      await other.evaluate('new Promise((resolve) => setTimeout(resolve, 2500))');
      return asked === before;
    };
    await expect.poll(hasPaused, { timeout: 30_000 }).toBe(true);
    await other.getByRole('heading', { name: 'Traces', level: 1 }).hover();
    await untilAsked();
    await other.close();
  });

  it('shows the moment that is pointed at in all charts of a page', async () => {
    await open('/services/checkout?from=now-30m');
    const charts = page.locator('.chart .u-over');
    await charts.nth(1).waitFor();
    await charts.first().hover({ position: { x: 120, y: 30 } });
    const places = page.locator('.chart .u-cursor-x:not(.u-off)');
    await expect.poll(() => places.count()).toBeGreaterThan(1);
    const apart = async (): Promise<number> => {
      const at = await places.evaluateAll((lines: { style: { transform: string } }[]) =>
        lines.map(({ style }) => Number.parseFloat(style.transform.replace(/^\D+/, ''))),
      );
      return Math.max(...at) - Math.min(...at);
    };
    await expect.poll(apart).toBeLessThan(20);
  });

  it('is dark, light or as the system, as one chose', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await open('/services');
    await page.getByRole('link', { name: 'frontend' }).waitFor();
    const ground = () =>
      page.evaluate("getComputedStyle(document.querySelector('header')).backgroundColor");
    const light = await ground();
    await page.getByRole('button', { name: /^Theme: as the system/ }).click();
    await expect.poll(ground).not.toBe(light);
    await page.reload();
    await expect.poll(ground).not.toBe(light);
    await page.getByRole('button', { name: /^Theme: dark/ }).click();
    await expect.poll(ground).toBe(light);
    await page.getByRole('button', { name: /^Theme: light/ }).click();
  });

  it('goes by keys, and lists them', async () => {
    await open('/services');
    await page.getByRole('link', { name: 'frontend' }).waitFor();
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('Go to anything').waitFor();
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    await page.keyboard.type('pay');
    await until('q', 'pay');
    await page.getByRole('link', { name: 'frontend' }).waitFor({ state: 'detached' });
  });

  it('makes a short link to what is seen, at the time that is seen', async () => {
    await open('/logs?from=now-30m&q=declined');
    await page.getByText('was declined').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).fill('short link');
    await page
      .getByRole('option', { name: /short link/i })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    const said = page.getByRole('status').getByText(/\/v\/\w+/);
    const link = /http\S+\/v\/\w+/.exec((await said.textContent()) ?? '')?.[0];
    await page.goto(String(link));
    await isFixed();
    await until('q', 'declined');
    await page.waitForURL(({ searchParams }) => Number(searchParams.get('to')) > nowMs);
    await page.getByText('was declined').first().waitFor();
  });

  it('exports up to now, and closes a menu when one looks elsewhere', async () => {
    await open('/logs?from=now-30m&refresh=off&q=straggler');
    await page.getByText('No log record matches').waitFor();
    const late = { service: 'payment', timeUnixNano: String(BigInt(Date.now()) * 1_000_000n) };
    await sonde.send('logs', logsBody([{ ...late, body: { stringValue: 'a straggler' } }]));
    await sonde.untilSelect("SELECT count() FROM logs WHERE body = 'a straggler'", '1');
    await page.getByText('Export', { exact: true }).click();
    const started = page.waitForEvent('download');
    await page.getByRole('link', { name: /^NDJSON/ }).click();
    expect(readFileSync(await (await started).path(), 'utf8')).toContain('a straggler');
    await page.getByText('No log record matches').click();
    await page.getByRole('link', { name: /^NDJSON/ }).waitFor({ state: 'hidden' });
  });

  it('says what a long query has read, and ends it when it is told to', async () => {
    const token = readFileSync(join(sonde.directory, 'tokens/internal'), 'utf8').trim();
    const internal = async (body: string): Promise<string> => {
      const authorization = `Basic ${Buffer.from(`internal:${token}`).toString('base64')}`;
      const headers = { authorization };
      const answer = await fetch(sonde.addresses.clickhouse, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(await answer.text());
      return (await answer.text()).trim();
    };
    // Minutes of work in whatever asks for metrics: a view in the place of the table.
    await internal(`CREATE VIEW sonde.metric_series_slow AS SELECT 'default' AS tenant, 'm' AS metric,
      number AS series, now('UTC') - 60 AS bucket, 5 AS kind, 0 AS temporality, 0 AS is_monotonic,
      '' AS unit, '' AS description, 'shop' AS service, '' AS namespace, '' AS scope_name
      FROM numbers(1900000000)`);
    // In one step, which two renames are not: the page asks for its status meanwhile.
    await internal('EXCHANGE TABLES sonde.metric_series AND sonde.metric_series_slow');
    const works = () =>
      internal(`SELECT count() FROM system.processes WHERE query LIKE '%FROM metric_series%'
        AND query NOT LIKE '%system.processes%'`);
    await open('/metrics');
    const note = page.getByRole('status').filter({ hasText: 'rows' }).first();
    await note.getByText(/[\d.]+\s[MG]\srows/).waitFor();
    await expect.poll(async () => Number(await works())).toBeGreaterThan(0);
    await note.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').first().waitFor();
    await page.getByRole('button', { name: 'Ask again' }).first().waitFor();
    await expect.poll(works, { timeout: 10_000 }).toBe('0');
  });

  it('meets no error on the way', () => {
    expect(tab.problems).toEqual([]);
  });
});
