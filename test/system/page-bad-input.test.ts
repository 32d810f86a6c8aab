import { encodeRequest, type KeyValue, type LogRecord, type Span } from '@sonde/proto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_CHROMIUM } from './chromium.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MARKUP = '<img src=x onerror="window.ran=1"><script>window.ran=1</script><b>bold</b>';
/** Arabic, and a word between characters that turn the direction of text. */
const TURNED = 'مرحبا \u202eevil\u202c';
const ODD_KEYS = ['quo"te\'d', 'dots..and = spaces', 'back\\slash`tick', 'two\nlines', TURNED];
const ODD_TRACE = 'c'.repeat(32);
const WIDE_TRACE = 'd'.repeat(32);
const ATTRIBUTES = 10_000;

/** Kept by the page itself while it runs: what markup that was taken for markup would leave. */
const RAN =
  "String(window.ran) + document.querySelectorAll('main img, main script, main b').length";

describe.skipIf(!HAS_CHROMIUM)('the page under strange data, in a real browser', () => {
  const sonde = new Sonde();
  const nowMs = Date.now() - 2 * MINUTE_MS;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    await sonde.send('traces', oddSpans(nowMs));
    await sonde.send('logs', oddLogs(nowMs));
    await sonde.untilSelect("SELECT count() FROM spans WHERE namespace = 'odd'", '6');
    await sonde.untilSelect("SELECT count() FROM logs WHERE namespace = 'odd'", '3');
    tab = await openTab({ refusals: true });
    page = tab.page;
  });

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  const open = (path: string) => page.goto(`${sonde.addresses.page}${path}`);

  it('shows markup as the text that it is', async () => {
    for (const path of [
      '/services',
      `/services/${encodeURIComponent(MARKUP)}`,
      `/traces/${ODD_TRACE}?span=${'1'.repeat(16)}`,
      `/traces?where=${encodeURIComponent(`service="${MARKUP.replaceAll('"', '\\"')}"`)}`,
      '/logs?q=namespace:odd',
    ]) {
      await open(path);
      await page.getByText(MARKUP.slice(0, 20)).first().waitFor();
      expect(await page.evaluate(RAN), path).toBe('undefined0');
    }
  });

  it('opens a span of ten thousand attributes, and finds any of them', async () => {
    await open(`/traces/${WIDE_TRACE}?span=${'9'.repeat(16)}`);
    const panel = page.getByRole('complementary', { name: 'Span' });
    await panel.getByText('value 9', { exact: true }).waitFor({ timeout: 10_000 });
    expect(await panel.locator('dt').count()).toBeLessThan(300);
    await panel.getByRole('button', { name: 'Show more' }).click();
    await panel.getByText('value 399', { exact: true }).waitFor();
    await panel.getByRole('searchbox', { name: 'Find in attributes' }).fill('KEY.9999');
    await panel.getByText('value 9999', { exact: true }).waitFor();
  });

  it('says which spans of a trace cannot be as they were sent', async () => {
    await open(`/traces/${ODD_TRACE}`);
    await page.getByText('1 span was sent without an end.').waitFor();
    await page.getByText('1 span ends before it starts').waitFor();
    await page.getByText('1 span has the id of another one').waitFor();
    await page.getByText('1 span names a parent that did not arrive').waitFor();
  });

  it('leads from a value to all like it, whatever its key is made of', async () => {
    for (const key of ODD_KEYS) {
      await open(`/traces/${ODD_TRACE}?span=${'1'.repeat(16)}`);
      await page
        .getByRole('link', { name: `List all with this ${key}` })
        .first()
        .click();
      await page.getByText('of 1 in all').waitFor();
    }
  });

  it('refuses a condition where it is typed', async () => {
    await open('/traces');
    const field = page.getByRole('combobox', { name: 'Add a filter' });
    await field.fill('duration>>1s');
    await field.press('Enter');
    await page.getByText('at character 10: expected a value after').first().waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('expected a value after').first().waitFor({ state: 'detached' });
  });

  it('shows the last hour in a browser whose clock is hours off', async () => {
    for (const hours of [5, -7]) {
      const other = await page.context().newPage();
      await other.addInitScript(`{
        const Real = Date;
        const now = () => Real.now() + ${hours * HOUR_MS};
        globalThis.Date = class extends Real {
          constructor(...parts) { super(...(parts.length === 0 ? [now()] : parts)); }
          static now() { return now(); }
        };
      }`);
      await other.goto(`${sonde.addresses.page}/services`);
      await other.getByRole('link', { name: 'wide' }).waitFor();
      await other.close();
    }
  });

  it('tails records whose times have microseconds', async () => {
    await open('/logs?live=true');
    for (const line of ['the first one', 'the second one']) {
      await sonde.send('logs', tailed(line, BigInt(Date.now()) * 1_000_000n + 123_456n));
      await page.getByText(line, { exact: true }).waitFor();
    }
  });

  it('says that the store is away, and goes on by itself when it is back', async () => {
    // A fixed range: the page does not refresh it by itself.
    await open(`/traces?from=${nowMs - HOUR_MS}&to=${nowMs + MINUTE_MS}`);
    await page.getByText('from roll-ups').waitFor();
    const { store } = sonde.addresses.processes;
    if (store === undefined) throw new Error('there is no process of the store');
    process.kill(store, 'SIGKILL');
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    const failure = page.getByText('STORE_UNAVAILABLE').first();
    await failure.waitFor();
    await failure.waitFor({ state: 'detached', timeout: 60_000 });
  }, 90_000);
});

const text = (key: string, value: string): KeyValue => ({ key, value: { stringValue: value } });
const nano = (ms: number): bigint => BigInt(ms) * 1_000_000n;

function resource(service: string): { attributes: KeyValue[] } {
  return { attributes: [text('service.name', service), text('service.namespace', 'odd')] };
}

function oddSpans(ms: number): Uint8Array {
  const span = (digit: string, over: Partial<Span>): Span => ({
    ...{ traceId: ODD_TRACE, spanId: digit.repeat(16), name: `span ${digit}`, kind: 2 },
    ...{ startTimeUnixNano: nano(ms), endTimeUnixNano: nano(ms + 120), ...over },
  });
  const attributes = [...ODD_KEYS, MARKUP].map((key) => text(key, `of ${key}`));
  const root = span('1', { name: MARKUP, attributes, status: { code: 2, message: MARKUP } });
  const parentSpanId = '1'.repeat(16);
  const wide = Array.from({ length: ATTRIBUTES }, (_, i) => text(`key.${i}`, `value ${i}`));
  const odd = [
    root,
    span('2', { parentSpanId, endTimeUnixNano: nano(ms - 80) }),
    span('3', { parentSpanId, endTimeUnixNano: 0n }),
    span('4', { parentSpanId: 'f'.repeat(16) }),
    span('4', { parentSpanId, name: 'another 4' }),
  ];
  return encodeRequest('traces', {
    resourceSpans: [
      { resource: resource(MARKUP), scopeSpans: [{ scope: { name: MARKUP }, spans: odd }] },
      {
        resource: resource('wide'),
        scopeSpans: [{ spans: [span('9', { traceId: WIDE_TRACE, attributes: wide })] }],
      },
    ],
  });
}

function oddLogs(ms: number): Uint8Array {
  const bodies = [MARKUP, JSON.stringify({ [MARKUP]: { 'a.b"c': MARKUP } }), TURNED];
  const logRecords = bodies.map(
    (body): LogRecord => ({
      ...{ timeUnixNano: nano(ms), severityNumber: 9, body: { stringValue: body } },
      attributes: [text(MARKUP, MARKUP)],
    }),
  );
  return encodeRequest('logs', {
    resourceLogs: [{ resource: resource(MARKUP), scopeLogs: [{ logRecords }] }],
  });
}

function tailed(body: string, timeUnixNano: bigint): Uint8Array {
  return encodeRequest('logs', {
    resourceLogs: [
      {
        resource: resource('tail'),
        scopeLogs: [{ logRecords: [{ timeUnixNano, body: { stringValue: body } }] }],
      },
    ],
  });
}
