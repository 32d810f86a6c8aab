import { readFileSync } from 'node:fs';
import { encodeRequest } from '@sonde/proto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESK, HAS_CHROMIUM, PHONE } from './chromium.ts';
import { logsBody, type ShopRequest, shopRequests, tracesBody, wideTrace } from './shop-traffic.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;
const SERVER = 2;

describe.skipIf(!HAS_CHROMIUM)('the trace explorer, in a real browser', () => {
  const sonde = new Sonde();
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
  const traffic = {
    fromMs: toMs - 50 * MINUTE_MS,
    toMs,
    requestsPerMinute: 20,
    badFromMs: toMs - 30 * MINUTE_MS,
    badToMs: toMs - 15 * MINUTE_MS,
  };
  const requests = [...shopRequests(traffic)];
  const spans = requests.flatMap((request) => request.spans);
  const range = `from=${traffic.fromMs}&to=${toMs}`;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    await sonde.send('traces', tracesBody(spans));
    await sonde.send('logs', logsBody(requests.flatMap((request) => request.logs)));
    const count = "SELECT count() FROM spans WHERE namespace = 'shop'";
    await sonde.untilSelect(count, String(spans.length));
    await sonde.untilSelect("SELECT count() > 0 FROM logs WHERE namespace = 'shop'", '1');
    tab = await openTab({ refusals: true });
    page = tab.page;
  });

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  const open = (path: string) => page.goto(`${sonde.addresses.page}${path}`);
  const say = (count: number): string => count.toLocaleString('en-US');

  /** A request with an exception: what the tests open. */
  function failedRequest(): ShopRequest {
    const failed = requests.find((request) => request.logs.length > 0);
    if (failed === undefined) throw new Error('no request of the bad time failed');
    return failed;
  }

  it('shows latency over time from roll-ups, with exact counts', async () => {
    await open(`/traces?${range}`);
    const panel = page.getByRole('region', { name: 'Latency and errors over time' });
    const served = spans.filter(({ kind }) => kind === SERVER).length;
    await panel.getByText(`${say(served)} requests`, { exact: true }).waitFor();
    await panel.getByText('from roll-ups').waitFor();
    const heatmap = panel.locator('canvas').nth(1);
    await expect.poll(() => heatmap.evaluate(countColours)).toBeGreaterThan(5);
  });

  it('lists what is in a box that is dragged, and back undoes it', async () => {
    await open(`/traces?${range}`);
    const heatmap = page.locator('.heatmap canvas');
    await heatmap.waitFor();
    // What comes above it moves it.
    await page.waitForLoadState('networkidle');
    const box = await heatmap.boundingBox();
    if (box === null) throw new Error('the heatmap has no size');
    await page.mouse.move(box.x + 80, box.y + 14);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 30, box.y + 70, { steps: 6 });
    await page.mouse.up();
    await page.getByText('in the selection').waitFor();
    await page.getByText('POST /checkout').first().waitFor();
    await page.waitForURL(/box=/);
    // The slow half of the bad time lies in it, the fast requests do not.
    const fast = page.getByRole('link', { name: 'GET /products' });
    await fast.first().waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByText('in the selection').waitFor({ state: 'detached' });
  });

  it('filters by an attribute that it suggests, and groups by another', async () => {
    await open(`/traces?${range}`);
    const field = page.getByRole('combobox', { name: 'Add a filter' });
    await field.fill('payment.b');
    await page.getByRole('option', { name: 'payment.bank' }).click();
    await page.getByRole('option', { name: 'cedar' }).click();
    await page.getByText('from every span').waitFor();
    await page.getByRole('button', { name: 'Groups' }).click();
    const by = page.getByRole('combobox', { name: 'Group by' });
    await by.fill('status');
    await by.press('Enter');
    const failed = page.getByRole('row', { name: /^error/ });
    await failed.getByText('100').waitFor();
    await failed.hover();
    await page.getByRole('button', { name: 'Without status=error' }).click();
    await page.getByRole('row', { name: /^unset/ }).waitFor();
    await failed.waitFor({ state: 'detached' });
    await page.waitForURL(
      (url) => url.searchParams.get('where') === 'payment.bank=cedar status!=error',
    );
    await page.reload();
    await page.getByRole('row', { name: /^unset/ }).waitFor();
  });

  it('says where a filter is wrong and what was expected', async () => {
    await open(`/traces?${range}&where=${encodeURIComponent('service=shop duration>>1s')}`);
    await page.getByText('expected a value after').first().waitFor();
  });

  it('lists traces with the exact number of all', async () => {
    await open(`/traces?${range}&mode=traces`);
    await page.getByText(`of ${say(requests.length)} in all`).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(40);
  });

  it('takes a trace id into the palette and shows the exception and log of a span', async () => {
    const failed = failedRequest();
    await open(`/services?${range}`);
    await page.getByRole('link', { name: 'checkout' }).first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).fill(String(failed.spans[0]?.traceId));
    await page
      .getByRole('option', { name: /^Trace/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('tree').waitFor();
    // The root, the order, the payment: the third one threw.
    for (let step = 0; step < 3; step += 1) {
      await page.getByRole('button', { name: 'Next error' }).click();
    }
    const panel = page.getByRole('complementary', { name: 'Span' });
    await panel.getByText('payment.js:41:11').waitFor();
    await panel.getByText('was declined').waitFor();
    await panel.getByText('like it in the hour before').waitFor();
    await page.getByRole('button', { name: 'Flame' }).click();
    const flame = page.getByLabel('Flame view of 4 spans');
    await flame.waitFor();
    await page.waitForURL(/view=flame/);
  });

  it('searches a trace, folds a service, shows what was waited for, and gives it as JSON', async () => {
    const [root] = failedRequest().spans;
    await open(`/traces/${root?.traceId}`);
    await page.getByRole('searchbox', { name: 'Find in this trace' }).fill('INSERT');
    await page.getByRole('button', { name: 'Next match' }).click();
    await page.getByRole('complementary', { name: 'Span' }).getByText('INSERT orders').waitFor();
    await page.getByRole('button', { name: 'Critical path' }).click();
    await page.getByText('Waited for').waitFor();
    await page.getByRole('button', { name: 'Close what checkout called' }).click();
    await page.waitForURL(/collapsed=/);
    const started = page.waitForEvent('download');
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const text = readFileSync(await (await started).path(), 'utf8');
    for (const { spanId } of failedRequest().spans) expect(text).toContain(String(spanId));
  });

  it('tells what the agent saw from what an SDK did: its bars are hollow', async () => {
    const id = 'bbbb0000000000000000000000020000';
    await sonde.send('traces', seenTwice(id, toMs));
    await sonde.untilSelect(indexed(id), '2');
    await open(`/traces/${id}`);
    await page.getByText('seen by the agent 1').waitFor();
    const bars = page.getByRole('tree').locator('canvas');
    const isTold = async (): Promise<boolean> => {
      const [whole = 0, hollow = 0] = await bars.evaluate(countAlike, [12, 36]);
      return whole > 100 && hollow < whole / 10;
    };
    await expect.poll(isTold).toBe(true);
  });

  it('shows more spans than it is given whole, and what each of them carries', async () => {
    const id = 'aaaa0000000000000000000000010000';
    await sonde.send('traces', tracesBody(wideTrace(12_000, toMs, id)));
    await sonde.untilSelect(indexed(id), '12000');
    await open(`/traces/${id}?view=flame`);
    await page.getByLabel('Flame view of 12000 spans').waitFor();
    await page.getByRole('button', { name: 'Waterfall' }).click();
    await page.getByRole('tree', { name: 'Spans of the trace, 12000' }).waitFor();
    await page.getByText('what its later spans carry is read when one is opened').waitFor();
    await open(`/traces/${id}?span=aaaaaaaa00002edf`);
    await page.getByText('11999', { exact: true }).waitFor();
  });

  it('says that data is sampled, and counts what it stands for', async () => {
    const id = 'cccc0000000000000000000000000005';
    const stored = Array.from({ length: 5 }, (_, index) => ({
      ...loneSpan(id, `cccc00000000000${index}`, 'thinned', toMs + 1000 + index),
      // One of four was kept.
      traceState: 'ot=th:c',
    }));
    await sonde.send('traces', tracesBody(stored));
    await sonde.untilSelect(indexed(id), '5');
    const after = `from=${toMs}&to=${toMs + MINUTE_MS}`;
    await open(`/traces?${after}&where=${encodeURIComponent('service=thinned duration>1ms')}`);
    const panel = page.getByRole('region', { name: 'Latency and errors over time' });
    await panel.getByText('20 requests', { exact: true }).waitFor();
    const chip = panel.getByText('sampled: estimates');
    expect(await chip.getAttribute('title')).toContain('5 are stored');
    await open(`/services?from=${traffic.fromMs}&to=${toMs + MINUTE_MS}`);
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'thinned' }) });
    await row.getByText('sampled', { exact: true }).waitFor();
    await row.getByTitle('20 requests', { exact: true }).waitFor();
    // The shop keeps all that it does.
    expect(await page.getByText('sampled', { exact: true }).count()).toBe(1);
  });

  it('says which clocks differ, and shows times as they were sent', async () => {
    const id = 'dddd0000000000000000000000000002';
    const caller = loneSpan(id, 'dddd000000000001', 'steady', toMs + 2000);
    const called = {
      ...loneSpan(id, 'dddd000000000002', 'ahead', toMs + 1960),
      parentSpanId: caller.spanId,
    };
    await sonde.send('traces', tracesBody([caller, called]));
    await sonde.untilSelect(indexed(id), '2');
    await open(`/traces/${id}`);
    const said = '1 span of ahead starts up to 40.0 ms before the call from steady';
    await page.getByText(`${said}: their clocks differ`).waitFor();
    await open(`/traces/${failedRequest().spans[0]?.traceId}`);
    await page.getByRole('tree').waitFor();
    expect(await page.getByText('their clocks differ').count()).toBe(0);
  });

  it('follows a link to the span that set work off, and from there back', async () => {
    const [setOff, done] = ['eeee0000000000000000000000000001', 'eeee0000000000000000000000000002'];
    const put = loneSpan(setOff, 'eeee000000000001', 'till', toMs + 3000);
    const taken = {
      ...loneSpan(done, 'eeee000000000002', 'packer', toMs + 9000),
      links: [{ traceId: setOff, spanId: put.spanId }],
    };
    await sonde.send('traces', tracesBody([put, taken]));
    await sonde.untilSelect(`${indexed(setOff)} OR trace_id = unhex('${done}')`, '2');
    await open(`/traces/${done}?span=${taken.spanId}`);
    const panel = page.getByRole('complementary', { name: 'Span' });
    await panel.getByRole('link', { name: setOff }).click();
    await page.waitForURL(new RegExp(`/traces/${setOff}\\?.*span=${put.spanId}`));
    await panel.getByRole('link', { name: 'till' }).waitFor();
    await page.getByText('1 span of another trace links here').waitFor();
    await page.getByRole('link', { name: 'packer work' }).click();
    await page.waitForURL(new RegExp(`/traces/${done}\\?.*span=${taken.spanId}`));
    await panel.getByRole('link', { name: 'packer' }).waitFor();
  });

  it('does what each of two quick keys says', async () => {
    const [parent, child] = ['aaaaaaaa00000000', 'aaaaaaaa00000001'];
    await open(`/traces/aaaa0000000000000000000000010000?span=${child}`);
    const tree = page.getByRole('tree');
    await tree.getByRole('treeitem', { expanded: true }).waitFor({ state: 'attached' });
    // The second comes before the page has answered the first.
    await page.evaluate(`for (let i = 0; i < 2; i += 1) {
      const key = new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true });
      document.querySelector('[role=tree]').dispatchEvent(key);
    }`);
    await page.waitForURL((url) => url.searchParams.get('span') === parent);
    await page.waitForURL((url) => url.searchParams.get('collapsed') === child);
  });

  it('is whole on a desk and on a phone, dark and light', async () => {
    const trace = `/traces/${String(failedRequest().spans[0]?.traceId)}`;
    for (const [viewport, colorScheme] of [
      [PHONE, 'light'],
      [PHONE, 'dark'],
      [DESK, 'light'],
    ] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      for (const path of ['/traces', '/services', trace]) {
        await open(`${path}?${range}`);
        await page.locator('canvas, table').first().waitFor();
        const message = `${path} at ${viewport.width}`;
        await expect.poll(() => page.evaluate(SCROLLS_BY), { message }).toBeLessThanOrEqual(0);
      }
    }
  });

  it('meets no error on the way', () => {
    expect(tab.problems).toEqual([]);
  });
});

/** In the page, which knows the names of a browser: how much wider than the window it is. */
const SCROLLS_BY = 'document.documentElement.scrollWidth - innerWidth';

/** What is used of a canvas: this program is none of a browser's. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(
      x: number,
      y: number,
      width: number,
      height: number,
    ): {
      readonly data: Uint8ClampedArray;
    };
  };
}

/** Runs in the page: a blank canvas has one colour. */
function countColours(canvas: Canvas): number {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set<number>();
  for (let i = 0; i < data.length; i += 4) {
    seen.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
  }
  return seen.size;
}

/** On lines of the canvas the pixels like the one amid the bars of the first. */
function countAlike(canvas: Canvas, lines: readonly number[]): number[] {
  const context = canvas.getContext('2d');
  const colourAt = (x: number, y: number): string =>
    context.getImageData(x, y, 1, 1).data.slice(0, 3).join();
  const wanted = colourAt(Math.round(canvas.width * 0.7), lines[0] ?? 0);
  return lines.map((y) => {
    let count = 0;
    for (let x = Math.round(canvas.width / 2); x < canvas.width; x++) {
      if (colourAt(x, y) === wanted) count++;
    }
    return count;
  });
}

/** Spans of a trace that is found by its id: its index is written after its spans. */
function indexed(id: string): string {
  return `SELECT sum(spans) FROM trace_index WHERE trace_id = unhex('${id}')`;
}

/** A request of 10 ms that nothing called. */
function loneSpan(traceId: string, spanId: string, service: string, atMs: number) {
  const startTimeUnixNano = BigInt(atMs) * 1_000_000n;
  return {
    ...{ service, name: 'work', kind: SERVER, traceId, spanId, parentSpanId: '' },
    ...{ startTimeUnixNano, endTimeUnixNano: startTimeUnixNano + 10_000_000n },
  };
}

/** A request of 10 ms that an SDK and the agent both saw. */
function seenTwice(traceId: string, atMs: number): Uint8Array {
  const startTimeUnixNano = BigInt(atMs) * 1_000_000n;
  const spanOf = (spanId: string, parentSpanId: string) => ({
    ...{ traceId: Buffer.from(traceId, 'hex'), spanId: Buffer.from(spanId, 'hex') },
    ...{ parentSpanId: Buffer.from(parentSpanId, 'hex'), name: 'GET /', kind: SERVER },
    ...{ startTimeUnixNano, endTimeUnixNano: startTimeUnixNano + 10_000_000n },
  });
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const name = attribute('service.name', 'seen-twice');
  return encodeRequest('traces', {
    resourceSpans: [
      {
        resource: { attributes: [name] },
        scopeSpans: [{ spans: [spanOf('00000000000000b1', '')] }],
      },
      {
        resource: { attributes: [name, attribute('sonde.origin', 'ebpf')] },
        scopeSpans: [{ spans: [spanOf('00000000000000b2', '00000000000000b1')] }],
      },
    ],
  });
}
