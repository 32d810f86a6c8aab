import { encodeRequest, type LogRecord } from '@sonde/proto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESK, HAS_CHROMIUM, PHONE } from './chromium.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;
const LINES = 2000;
const TRACE_ID = '5b8efff798038103d269b633813fc60c';

describe.skipIf(!HAS_CHROMIUM)('the log explorer, in a real browser', () => {
  const sonde = new Sonde();
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const fromMs = toMs - 40 * MINUTE_MS;
  const range = `from=${fromMs}&to=${toMs}`;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    const step = (30 * MINUTE_MS) / LINES;
    await send(
      'cart',
      Array.from({ length: LINES }, (_, i) => line(fromMs + i * step, `cart line ${i}`)),
    );
    await send('payment', [
      {
        ...line(toMs - 5 * MINUTE_MS, '\u001b[31mcard declined\u001b[0m by bank cedar'),
        ...{ severityNumber: 17, severityText: 'ERROR', traceId: TRACE_ID },
        attributes: [{ key: 'http.status_code', value: { stringValue: '502' } }],
      },
      line(toMs - 4 * MINUTE_MS, '{"order":{"id":42},"msg":"paid"}'),
    ]);
    const count = "SELECT count() FROM logs WHERE service IN ('cart', 'payment')";
    await sonde.untilSelect(count, String(LINES + 2));
    tab = await openTab({ refusals: true });
    page = tab.page;
  });

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  function line(ms: number, body: string): LogRecord {
    const time = String(BigInt(Math.round(ms)) * 1_000_000n);
    return { timeUnixNano: time, severityNumber: 9, body: { stringValue: body } };
  }

  async function send(service: string, logRecords: LogRecord[]): Promise<void> {
    const attributes = [
      { key: 'service.name', value: { stringValue: service } },
      { key: 'k8s.pod.name', value: { stringValue: `${service}-0` } },
    ];
    const body = encodeRequest('logs', {
      resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
    });
    const response = await fetch(`${sonde.addresses.otlpHttp}/v1/logs`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' } },
      body: Buffer.from(body),
    });
    expect(response.status).toBe(200);
  }

  const open = (query: string) => page.goto(`${sonde.addresses.page}/logs?${range}&${query}`);
  const table = () => page.getByRole('table', { name: 'Log records, newest first' });
  const search = async (text: string): Promise<void> => {
    const field = page.getByRole('combobox', { name: 'Search' });
    await field.fill(text);
    await field.press('Enter');
  };

  it('counts all that match over time and draws but the rows in sight', async () => {
    await open('service=cart');
    await page.getByText(LINES.toLocaleString('en-US'), { exact: true }).first().waitFor();
    await table().getByText('cart line 1999').waitFor();
    const rows = () => table().locator('[data-record]').count();
    await expect.poll(rows).toBeGreaterThan(20);
    expect(await rows()).toBeLessThan(100);
  });

  it('loads older ones while one scrolls, to the last', async () => {
    await open('service=cart');
    await table().getByText('cart line 1999').waitFor();
    const oldest = table().getByText('cart line 0', { exact: true });
    while (!(await oldest.isVisible())) {
      await table().evaluate((element: { scrollTop: number; scrollHeight: number }) => {
        element.scrollTop = element.scrollHeight;
      });
      await page.waitForLoadState('networkidle');
    }
    await page.getByText('no older ones in this range').waitFor();
  });

  it('searches by words, fields and numbers, and narrows by a facet', async () => {
    await open('');
    await table().getByText('paid').waitFor();
    await search('declined OR line');
    await table().getByText('cart line 1999').waitFor();
    await page.getByText('without the search').waitFor();
    await page.getByRole('button', { name: 'error 1' }).first().click();
    await table().getByText('card declined').waitFor();
    await table().getByText('cart line 1999').waitFor({ state: 'detached' });
    await page.waitForURL((url) => url.searchParams.get('q') === '(declined OR line) level:error');
    await page.goBack();
    await table().getByText('cart line 1999').waitFor();
    await search('http.status_code>=500 body:/bank (cedar|oak)/');
    await table().getByText('card declined').waitFor();
    await page.reload();
    await table().getByText('card declined').waitFor();
  });

  it('colours what a terminal would', async () => {
    await open('q=declined');
    expect(await table().locator('.red').textContent()).toBe('card declined');
  });

  it('marks where a search is wrong and says what was expected', async () => {
    await open(`q=${encodeURIComponent('level:error (a OR')}`);
    await page.getByText('expected a term such as').first().waitFor();
    await page.locator('.refusal mark').waitFor();
    await expect.poll(() => page.locator('.refusal mark').textContent()).toBe(' ');
    await page.getByRole('button', { name: 'How to search' }).click();
    await page.getByText('a regular expression (RE2)').waitFor();
  });

  it('opens a record whose link opens it again, with the lines around it', async () => {
    await open(`q=${encodeURIComponent('"line 1000"')}`);
    await table().locator('[data-record] button').first().click();
    const panel = page.getByRole('complementary', { name: 'Log record' });
    await panel.getByText('cart line 1000').waitFor();
    await page.waitForURL(/record=/);
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    await panel.getByRole('button', { name: 'Lines around' }).click();
    await panel.getByText('cart line 990', { exact: true }).waitFor();
    await panel.getByText('cart line 1010', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Close the record' }).click();
    await panel.waitFor({ state: 'detached' });
  });

  it('shows fields of a JSON body, and one of them as a column', async () => {
    await open('q=body.order.id:42');
    await table().locator('[data-record] button').first().click();
    const panel = page.getByRole('complementary', { name: 'Log record' });
    await panel.getByText('order.id', { exact: true }).hover();
    await panel.getByRole('button', { name: 'order.id as a column' }).click();
    // Beside an open record there is no room for a head.
    await page.getByRole('button', { name: 'Close the record' }).click();
    await page.getByRole('columnheader', { name: 'body.order.id' }).waitFor();
    await page.getByRole('cell', { name: '42', exact: true }).waitFor();
  });

  it('shows an attribute of the resource as a column', async () => {
    await open('service=cart&cols=level,resource.k8s.pod.name');
    await page.getByRole('columnheader', { name: 'resource.k8s.pod.name' }).waitFor();
    await page.getByRole('cell', { name: 'cart-0' }).first().waitFor();
  });

  it('leads from a record to its trace', async () => {
    await open('q=declined');
    await table().locator('[data-record] button').first().click();
    const link = page.getByRole('link', { name: 'Trace', exact: true });
    expect(await link.getAttribute('href')).toContain(`/traces/${TRACE_ID}`);
  });

  it('adds what comes while live, and keeps the place of who reads', async () => {
    await page.goto(`${sonde.addresses.page}/logs?q=cart&live=true`);
    await table().getByText('cart line 1999').waitFor();
    await send('cart', [line(Date.now(), 'cart comes live')]);
    await table().getByText('cart comes live').waitFor();
    await table().evaluate((element: { scrollTop: number }) => {
      element.scrollTop = 5000;
    });
    // Rows are drawn after the scrolling: until then it is the head of the table that is there.
    await table().getByText('cart comes live').waitFor({ state: 'detached' });
    const seen = table().locator('[data-record]').nth(20);
    const text = await seen.textContent();
    await send('cart', [line(Date.now(), 'cart comes while one reads')]);
    await page.getByRole('button', { name: '1 new' }).waitFor();
    const place = table().getByText(String(text?.match(/cart line \d+/)?.[0]));
    await expect.poll(() => place.count()).toBe(1);
    await page.getByRole('button', { name: '1 new' }).click();
    await table().getByText('cart comes while one reads').waitFor();
  });

  it('exports all that match', async () => {
    await open('service=cart');
    await page.getByText('Export').click();
    const started = page.waitForEvent('download');
    await page.getByRole('link', { name: /^NDJSON/ }).click();
    const path = await (await started).path();
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(LINES);
  });

  it('is whole on a desk and on a phone, dark and light', async () => {
    for (const [viewport, colorScheme] of [
      [PHONE, 'light'],
      [PHONE, 'dark'],
      [DESK, 'light'],
    ] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await open('service=cart');
      await table().getByText('cart line 1999').waitFor();
      const wider = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
      await expect.poll(wider, { message: `at ${viewport.width}` }).toBeLessThanOrEqual(0);
    }
  });

  it('meets no error on the way', () => {
    expect(tab.problems).toEqual([]);
  });
});
