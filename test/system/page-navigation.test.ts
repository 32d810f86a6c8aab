import { encodeRequest } from '@sonde/proto';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DESK, HAS_CHROMIUM, launchChromium, PHONE } from './chromium.ts';
import { logsBody, type ShopRequest, shopRequests, tracesBody } from './shop-traffic.ts';
import { Sonde } from './sonde.ts';

const MINUTE_MS = 60_000;
const AHEAD_MS = 600_000;
const INVALID = Buffer.from('this is no OTLP');

describe.skipIf(!HAS_CHROMIUM)('getting around, in a real browser', () => {
  const sonde = new Sonde();
  const problems: string[] = [];
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const fromMs = toMs - 30 * MINUTE_MS;
  const bad = { badFromMs: toMs - 20 * MINUTE_MS, badToMs: toMs - 10 * MINUTE_MS };
  const requests = [...shopRequests({ fromMs, toMs, requestsPerMinute: 30, ...bad })];
  const range = `from=${fromMs}&to=${toMs}`;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    await send('traces', tracesBody(requests.flatMap(({ spans }) => spans)));
    await send('logs', logsBody(requests.flatMap(({ logs }) => logs)));
    await send('logs', fromTheFuture());
    const spans = requests.flatMap(({ spans }) => spans).length;
    await sonde.untilSelect("SELECT count() FROM spans WHERE namespace = 'shop'", String(spans));
    await sonde.untilSelect("SELECT count() FROM logs WHERE service = 'sundial'", '1');
    browser = await launchChromium();
    context = await browser.newContext({ viewport: DESK });
    page = await newTab();
  });

  afterAll(async () => {
    await browser?.close();
    await sonde.remove();
  });

  async function newTab(): Promise<Page> {
    const tab = await context.newPage();
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('console', (message) => {
      // A refused query is told to the console by the browser itself.
      const isRefusal = message.text().includes('400 (Bad Request)');
      if (message.type() === 'error' && !isRefusal) problems.push(message.text());
    });
    return tab;
  }

  async function send(signal: 'traces' | 'logs', body: Uint8Array): Promise<void> {
    const response = await post(signal, Buffer.from(body));
    expect(response.status).toBe(200);
  }

  function post(signal: 'traces' | 'logs', body: Buffer): Promise<Response> {
    const headers = { 'content-type': 'application/x-protobuf' };
    return fetch(`${sonde.addresses.otlpHttp}/v1/${signal}`, { method: 'POST', headers, body });
  }

  const open = (path: string, tab = page) => tab.goto(`${sonde.addresses.page}${path}`);
  const where = (text: string): string => `/traces?${range}&where=${encodeURIComponent(text)}`;
  const rows = (tab: Page) => tab.getByRole('row').filter({ has: tab.getByRole('cell') });
  const parameter = (name: string, tab = page) => new URL(tab.url()).searchParams.get(name);
  const isFailed = ({ logs }: ShopRequest): boolean => logs.length > 0;

  /** Types into the palette and takes what it offers first. */
  async function goThroughPalette(text: string, offered: RegExp): Promise<void> {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).fill(text);
    await page.getByRole('option', { name: offered }).first().waitFor();
    await page.keyboard.press('Enter');
  }

  it('filters by what a span calls and by what is above it', async () => {
    const checkouts = requests.filter(({ spans }) => spans.some((s) => s.service === 'payment'));
    const failed = requests.filter(isFailed);
    await open(where('service=frontend calls service=payment'));
    await page.getByText('No span matches').waitFor();
    await open(`${where('service=checkout calls service=payment')}&mode=traces`);
    await page.getByText(`of ${checkouts.length} in all`).waitFor();
    await open(`${where('service=frontend above status=error')}&mode=traces`);
    await page.getByText(`of ${failed.length} in all`).waitFor();
    await page.reload();
    await page.getByText(`of ${failed.length} in all`).waitFor();
  });

  it.each([
    ['/traces', 'where', 'service=checkout duration>>1s', 'expected a value after'],
    ['/traces', 'where', 'service=checkout calls', 'expected'],
    ['/logs', 'q', 'level:error (timeout', 'expected'],
  ])('names the place of a mistake in %s?%s=%s', async (path, name, query, said) => {
    await open(`${path}?${range}&${name}=${encodeURIComponent(query)}`);
    await page.getByText(said).first().waitFor();
  });

  it('leads from the palette to a page, a service and a trace, and back', async () => {
    await open(`/status?${range}`);
    await page.getByRole('heading', { name: 'Connect an SDK' }).waitFor();
    await goThroughPalette('metr', /^Metrics/);
    await page.waitForURL(/\/metrics/);
    await goThroughPalette('paym', /^payment/);
    await page.waitForURL(/\/services\/payment/);
    await page.getByText('POST /charge').first().waitFor();
    const trace = String(requests.find(isFailed)?.spans[0]?.traceId);
    await goThroughPalette(trace.toUpperCase(), /^Trace/);
    await page.getByRole('tree', { name: 'Spans of the trace, 4' }).waitFor();
    // The range comes along, and history leads through the same pages.
    await expect.poll(() => parameter('from')).toBe(String(fromMs));
    await page.goBack();
    await page.waitForURL(/\/services\/payment/);
    await page.goBack();
    await page.waitForURL(/\/metrics/);
    await page.goForward();
    await page.getByText('POST /charge').first().waitFor();
  });

  it('keeps a view for everybody, opens it by name in another browser, and forgets it', async () => {
    await open(where('service=payment status=error'));
    await page.getByText('was declined').or(rows(page)).first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).fill('Refused cards');
    await page.getByRole('option', { name: /Save this view/ }).click();
    await page.getByRole('status').getByText('Saved as “Refused cards”').waitFor();
    const other = await browser.newContext({ viewport: DESK });
    const tab = await other.newPage();
    await open('/services', tab);
    await tab.getByRole('link', { name: 'payment' }).first().waitFor();
    await tab.keyboard.press('Control+k');
    await tab.getByRole('combobox', { name: 'Go to' }).fill('refused');
    await tab
      .getByRole('option', { name: /Refused cards/ })
      .first()
      .waitFor();
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/where=/);
    await expect.poll(() => parameter('where', tab)).toBe('service=payment status=error');
    await expect.poll(() => parameter('from', tab)).toBe(String(fromMs));
    await other.close();
    await page.getByRole('button', { name: 'Forget Refused cards' }).click();
    await page.getByRole('status').getByText('Forgot “Refused cards”').waitFor();
    await page.keyboard.press('Escape');
  });

  it('shows the same view in two tabs, which do not disturb each other', async () => {
    const view = where('service=checkout');
    await open(view);
    await rows(page).first().waitFor();
    // The list is filled window by window.
    await page.waitForLoadState('networkidle');
    const tab = await newTab();
    await open(view, tab);
    await rows(tab).first().waitFor();
    const seen = await rows(page).allInnerTexts();
    expect(seen.length).toBeGreaterThan(10);
    await expect.poll(() => rows(tab).allInnerTexts()).toEqual(seen);
    await open(where('service=payment'), tab);
    await tab.getByText('POST /charge').first().waitFor();
    expect(await rows(page).allInnerTexts()).toEqual(seen);
    await tab.goBack();
    await expect.poll(() => rows(tab).allInnerTexts()).toEqual(seen);
    await page.reload();
    await expect.poll(() => rows(page).allInnerTexts()).toEqual(seen);
    await tab.close();
  });

  it('says what was refused and why, who sends, and whose clock is ahead', async () => {
    await open('/status');
    await page.getByText('every request was taken').waitFor();
    expect((await post('traces', INVALID)).status).toBe(400);
    const refused = page.getByRole('region', { name: 'What was refused' });
    await expect
      .poll(
        async () => {
          await page.reload();
          await refused.getByRole('row').or(refused.getByText('every request')).first().waitFor();
          return refused.getByRole('row', { name: /INVALID_DATA/ }).count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    await refused
      .getByRole('row', { name: /INVALID_DATA/ })
      .filter({ hasText: /the bytes are no OTLP[\s\S]*otlp\s+http[\s\S]*traces/ })
      .waitFor();
    const senders = page.getByRole('region', { name: 'Who sends' });
    await senders.getByRole('row', { name: /sundial.*ahead, at least/ }).waitFor();
    await senders.getByRole('row', { name: /checkout.*in step/ }).waitFor();
  });

  it.each([
    { ...DESK, colorScheme: 'light' },
    { ...PHONE, colorScheme: 'dark' },
    { ...PHONE, colorScheme: 'light' },
  ] as const)('is whole and readable at $width px, $colorScheme', async (screen) => {
    const { colorScheme, ...size } = screen;
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    for (const path of ['/status', where('service=frontend above status=error')]) {
      await open(path);
      await page.locator('table').first().waitFor();
      // What is on its way is dimmed, which no rule of contrast forgives.
      await page.waitForLoadState('networkidle');
      expect(await faultsOf(page), path).toEqual([]);
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('meets no error on the way', () => {
    expect(problems).toEqual([]);
  });
});

/** A record of a service whose clock is ahead. */
function fromTheFuture(): Uint8Array {
  const timeUnixNano = String(BigInt(Date.now() + AHEAD_MS) * 1_000_000n);
  const logRecords = [{ timeUnixNano, severityNumber: 9, body: { stringValue: 'it is noon' } }];
  const attributes = [{ key: 'service.name', value: { stringValue: 'sundial' } }];
  return encodeRequest('logs', {
    resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
  });
}

/** What axe calls serious or critical, and by how much the page is wider than its window. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(
    ({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ' ' + nodes[0].html.slice(0, 200)))`);
  const wider = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
  return [...z.array(z.string()).parse(found), ...(wider > 0 ? [`${wider} px too wide`] : [])];
}
