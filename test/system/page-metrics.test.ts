import { encodeRequest } from '@sonde/proto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESK, HAS_CHROMIUM, PHONE } from './chromium.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;
const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const POINTS = 20;

describe.skipIf(!HAS_CHROMIUM)('the metric explorer, in a real browser', () => {
  const sonde = new Sonde();
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const fromMs = toMs - (POINTS + 1) * MINUTE_MS;
  const range = `from=${fromMs}&to=${toMs}`;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    const response = await fetch(`${sonde.addresses.otlpHttp}/v1/metrics`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' } },
      body: Buffer.from(metricsBody(fromMs)),
    });
    expect(response.status).toBe(200);
    const count = "SELECT count() FROM metric_histograms WHERE metric = 'shop.latency'";
    await sonde.untilSelect(count, String(2 * POINTS));
    await sonde.untilSelect("SELECT count() > 0 FROM exemplars WHERE metric = 'shop.latency'", '1');
    tab = await openTab({ refusals: true });
    page = tab.page;
  });

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  const open = (query: string) => page.goto(`${sonde.addresses.page}/metrics?${range}&${query}`);
  const legend = (name: string | RegExp) => page.getByRole('row', { name });

  it('lists what is measured, with type, unit, series and sender', async () => {
    await open('q=shop');
    const row = legend(/shop\.latency/);
    await row.getByText('histogram').waitFor();
    await row.getByText('2', { exact: true }).waitFor();
    await row.getByText('cart').waitFor();
    await row.getByRole('link').click();
    await page.getByRole('img', { name: /^shop\.latency/ }).waitFor();
    await page.waitForURL(/aggregation=p95/);
  });

  it('calculates with several queries, and says where a formula is wrong', async () => {
    await open('metric=shop.orders&b=shop.orders&formula=a%20/%20b%20*%20100');
    await legend('a / b * 100').getByText('100').first().waitFor();
    await page.getByLabel('Formula').fill('a / (b');
    await page.getByLabel('Formula').press('Enter');
    await page.getByText('at character 7: expected )').waitFor();
  });

  it('draws the observations of a histogram as a heatmap', async () => {
    await open('metric=shop.latency');
    await page.getByRole('button', { name: 'Heatmap' }).click();
    await page.getByLabel(/^Values over time: 400 observations/).waitFor();
    await page.waitForURL(/view=heatmap/);
  });

  it('opens the trace of an exemplar', async () => {
    await open('metric=shop.latency&exemplars=true');
    await page.getByText('1 exemplar; the highest:').waitFor();
    const link = page.getByRole('link', { name: '900 ms' });
    expect(await link.getAttribute('href')).toContain(`/traces/${TRACE_ID}`);
  });

  it('compares with an earlier time', async () => {
    const half = fromMs + (POINTS / 2) * MINUTE_MS;
    const query = 'metric=shop.orders&aggregation=increase&compare=previous';
    await page.goto(`${sonde.addresses.page}/metrics?from=${half}&to=${toMs}&${query}`);
    await legend(/before/)
      .locator('.swatch.dashed')
      .waitFor();
    expect(await page.locator('.swatch.dashed').count()).toBe(1);
    await open('metric=shop.orders&compare=previous');
    await page.getByText('Of the earlier time there is nothing').waitFor();
  });

  it('says what was asked wrong', async () => {
    await open('metric=shop.orders&where=route%3Ebig');
    await page.getByText('expected a number after').first().waitFor();
  });

  it('names where series come from on the status page', async () => {
    await page.goto(`${sonde.addresses.page}/status?${range}`);
    const panel = page.getByRole('region', { name: 'Where series come from' });
    await panel.getByText('series in the time range').waitFor();
  });

  it('is whole on a desk and on a phone, dark and light', async () => {
    for (const [viewport, colorScheme] of [
      [PHONE, 'light'],
      [PHONE, 'dark'],
      [DESK, 'light'],
    ] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      for (const query of ['q=shop', 'metric=shop.latency']) {
        await open(query);
        await page.locator('canvas, table').first().waitFor();
        const message = `${query} at ${viewport.width}`;
        const wider = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
        await expect.poll(wider, { message }).toBeLessThanOrEqual(0);
        // Columns that a phone leaves out have no head there either.
        await expect.poll(() => page.evaluate(COLUMNS_AND_CELLS), { message }).toEqual([]);
      }
    }
  });

  it('meets no error on the way', () => {
    expect(tab.problems).toEqual([]);
  });
});

/** In the page: tables that show another number of heads than of cells in a row. */
const COLUMNS_AND_CELLS = `[...document.querySelectorAll('table.data')].map((table) =>
  ['thead tr > *', 'tbody tr:first-child > *'].map((cells) =>
    [...table.querySelectorAll(cells)].filter((cell) => cell.offsetWidth > 0).length))
  .filter(([heads, cells]) => heads !== cells)`;

/** Ten orders a minute; ten observations a minute and route, all of one bucket. */
function metricsBody(fromMs: number): Uint8Array {
  const nano = (ms: number): string => String(BigInt(ms) * 1_000_000n);
  const times = Array.from({ length: POINTS }, (_, i) => fromMs + (i + 1) * MINUTE_MS);
  const startTimeUnixNano = nano(fromMs);
  const histogram = (route: string, buckets: (counted: number) => number[]) =>
    times.map((ms, i) => ({
      ...{ startTimeUnixNano, timeUnixNano: nano(ms), count: 10 * (i + 1), sum: 7 * (i + 1) },
      attributes: [{ key: 'route', value: { stringValue: route } }],
      explicitBounds: [0.1, 0.5, 1],
      bucketCounts: buckets(10 * (i + 1)),
      ...(route === '/pay' && i === 3
        ? {
            exemplars: [
              { timeUnixNano: nano(ms), asDouble: 0.9, traceId: TRACE_ID, spanId: 'ab'.repeat(8) },
            ],
          }
        : {}),
    }));
  const CUMULATIVE = 2;
  return encodeRequest('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] },
        scopeMetrics: [
          {
            scope: { name: 'shop' },
            metrics: [
              {
                name: 'shop.latency',
                unit: 's',
                histogram: {
                  aggregationTemporality: CUMULATIVE,
                  dataPoints: [
                    ...histogram('/cart', (counted) => [counted, 0, 0, 0]),
                    ...histogram('/pay', (counted) => [0, 0, counted, 0]),
                  ],
                },
              },
              {
                name: 'shop.orders',
                unit: '{order}',
                sum: {
                  aggregationTemporality: CUMULATIVE,
                  isMonotonic: true,
                  dataPoints: times.map((ms, i) => ({
                    ...{ startTimeUnixNano, timeUnixNano: nano(ms), asInt: 10 * (i + 1) },
                  })),
                },
              },
            ],
          },
        ],
      },
    ],
  });
}
