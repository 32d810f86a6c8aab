import { encodeRequest } from '@sonde/proto';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HAS_CHROMIUM } from './chromium.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

/** Where the navigation leads. */
const PLACES = [
  '/services',
  '/map',
  '/traces',
  '/logs',
  '/patterns',
  '/metrics',
  '/coverage',
  '/retention',
  '/status',
];

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const ROOT_SPAN = 'eee19b7ec3c1b174';

describe.skipIf(!HAS_CHROMIUM)('the page, in a real browser', () => {
  const sonde = new Sonde();
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    await sonde.send('traces', spans());
    await sonde.send('logs', logRecord());
    await sonde.untilSelect("SELECT count() FROM spans WHERE service = 'checkout'", '2');
    await sonde.untilSelect("SELECT count() FROM logs WHERE service = 'checkout'", '1');
    await sonde.untilSelect(
      "SELECT count() > 0 FROM metric_series WHERE metric = 'system.memory.utilization'",
      '1',
    );
    tab = await openTab();
    page = tab.page;
  });

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  it('lists the service and leads to its page', async () => {
    await page.goto(sonde.addresses.page);
    const link = page.getByRole('link', { name: 'checkout' }).first();
    await link.click();
    await page.getByText('POST /orders').first().waitFor();
    await page.waitForURL(/checkout/);
  });

  it('shows the trace as a waterfall with the details of a span', async () => {
    await page.goto(`${sonde.addresses.page}/traces/${TRACE_ID}`);
    await page.locator('canvas').first().waitFor();
    await page.getByText('POST /orders').first().waitFor();
  });

  it('lists traces and log records', async () => {
    await page.goto(`${sonde.addresses.page}/traces?service=checkout`);
    await page.getByText('POST /orders').first().waitFor();
    await page.goto(`${sonde.addresses.page}/logs?service=checkout`);
    await page.getByText('card was declined').first().waitFor();
  });

  it('charts a metric of the host', async () => {
    await page.goto(`${sonde.addresses.page}/metrics?metric=system.memory.utilization`);
    await page.getByText('system.memory.utilization').first().waitFor();
    await page.locator('canvas').first().waitFor();
  });

  it('says how to connect an SDK, with its own address', async () => {
    await page.goto(`${sonde.addresses.page}/status`);
    const line = `OTEL_EXPORTER_OTLP_ENDPOINT=${sonde.addresses.otlpHttp}`;
    await page.getByText(line).first().waitFor();
  });

  it.each([
    { width: 1440, height: 900, colorScheme: 'dark' },
    { width: 390, height: 844, colorScheme: 'light' },
  ] as const)(
    'has no serious fault of accessibility at $width px, $colorScheme',
    async (screen) => {
      const { colorScheme, ...size } = screen;
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      const faults: string[] = [];
      for (const path of [...PLACES, `/services/checkout`, `/traces/${TRACE_ID}`]) {
        await page.goto(`${sonde.addresses.page}${path}`);
        await page.waitForLoadState('networkidle');
        for (const fault of await seriousFaults(page)) faults.push(`${path}: ${fault}`);
      }
      expect(faults).toEqual([]);
    },
  );

  it('meets no error on the way', () => {
    expect(tab.problems).toEqual([]);
  });
});

/** What axe calls serious or critical: its rule, and the first element that breaks it. */
async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(
    ({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ' ' + nodes[0].html.slice(0, 200)))`);
  return z.array(z.string()).parse(found);
}

const RESOURCE = {
  attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }],
};

function spans(): Uint8Array {
  const end = BigInt(Date.now()) * 1_000_000n;
  return encodeRequest('traces', {
    resourceSpans: [
      {
        resource: RESOURCE,
        scopeSpans: [
          {
            spans: [
              {
                traceId: TRACE_ID,
                spanId: ROOT_SPAN,
                name: 'POST /orders',
                kind: 2,
                startTimeUnixNano: String(end - 250_000_000n),
                endTimeUnixNano: String(end),
                status: { code: 2, message: 'card was declined' },
              },
              {
                traceId: TRACE_ID,
                spanId: 'eee19b7ec3c1b175',
                parentSpanId: ROOT_SPAN,
                name: 'INSERT orders',
                kind: 3,
                startTimeUnixNano: String(end - 200_000_000n),
                endTimeUnixNano: String(end - 50_000_000n),
              },
            ],
          },
        ],
      },
    ],
  });
}

function logRecord(): Uint8Array {
  return encodeRequest('logs', {
    resourceLogs: [
      {
        resource: RESOURCE,
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
                severityNumber: 17,
                severityText: 'ERROR',
                body: { stringValue: 'card was declined' },
                traceId: TRACE_ID,
                spanId: ROOT_SPAN,
              },
            ],
          },
        ],
      },
    ],
  });
}
