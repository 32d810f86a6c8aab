import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESK, HAS_CHROMIUM, PHONE } from './chromium.ts';
import { connectionsBody, type ShopConnection } from './shop-connections.ts';
import { logsBody, shopRequests, tracesBody } from './shop-traffic.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;
/** A host that is busy otherwise joins a minute in some ten seconds. */
const JOINED_MS_MAX = 120_000;
/** As the agent names what has no name but an address. */
const BANK = '10.20.0.7:8583';
/** Four services of the shop, the database of two of them, a bank, and who sends mail at the end. */
const NODES = [BANK, 'catalog', 'checkout', 'cron', 'frontend', 'mail', 'payment', 'postgresql'];
/** What the namespace of all of them is called when it is one node. */
const FOLDED = 'shop';
const MINUTES = 6;
/** Calls of these are read; nobody can read what the catalog says to the bank. */
const CONNECTIONS: readonly ShopConnection[] = [
  {
    ...{ service: 'checkout', address: '10.20.0.3', port: 8080, peer: 'payment', protocol: 'http' },
    ...{ sentBytes: 3000, receivedBytes: 12_000, opened: 0.5, failures: 0 },
  },
  {
    ...{ service: 'catalog', address: '10.20.0.7', port: 8583, protocol: 'tls' },
    ...{ sentBytes: 420_000, receivedBytes: 1800, opened: 3, failures: 1 },
  },
];

describe.skipIf(!HAS_CHROMIUM)('the service map, in a real browser', () => {
  const sonde = new Sonde();
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2 * MINUTE_MS;
  const fromMs = toMs - MINUTES * MINUTE_MS;
  const bad = { badFromMs: toMs - 4 * MINUTE_MS, badToMs: toMs - 2 * MINUTE_MS };
  const requests = [...shopRequests({ fromMs, toMs, requestsPerMinute: 60, ...bad })];
  const range = `from=${fromMs}&to=${toMs}`;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    await sonde.send('traces', tracesBody(requests.flatMap(({ spans }) => spans)));
    await sonde.send('traces', tracesBody(mailAt(toMs - MINUTE_MS)));
    await sonde.send('metrics', connectionsBody(CONNECTIONS, { fromMs, toMs }));
    await sonde.send('logs', logsBody(requests.flatMap(({ logs }) => logs)));
    // Spans are joined minute by minute.
    const minutes = `SELECT uniqExact(time) FROM edges_1m WHERE time < toDateTime(${toMs / 1000})`;
    await sonde.untilSelect(minutes, String(MINUTES), JOINED_MS_MAX);
    await sonde.untilSelect(
      minutes.replace('edges', 'connections'),
      String(MINUTES),
      JOINED_MS_MAX,
    );
    tab = await openTab();
    page = tab.page;
  }, 2 * JOINED_MS_MAX);

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  const open = (query = '') => page.goto(`${sonde.addresses.page}/map?${range}&${query}`);
  const node = (name: string) =>
    page.getByRole('list', { name: 'Nodes of the map' }).getByRole('button', { name });
  const panel = () => page.getByRole('complementary', { name: 'What is selected' });
  const parameter = (name: string) => new URL(page.url()).searchParams.get(name);

  /** Waits until these are on the map, and no others. */
  async function untilNodes(names: readonly string[]): Promise<void> {
    const all = page.getByRole('list', { name: 'Nodes of the map' }).getByRole('button');
    const named = async (): Promise<readonly string[]> => {
      const texts = await all.allTextContents();
      return texts.map((text) => text.trim().split(/[\s,]+/)[1] ?? '').sort();
    };
    await expect.poll(named).toEqual(names);
  }

  /** By keyboard the node comes into the middle, where the pointer then finds it. */
  async function clickOnCanvas(name: string): Promise<void> {
    await node(name).focus();
    const box = await page.locator('.map canvas').boundingBox();
    if (box === null) throw new Error('the map has no size');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  }

  it('draws who calls whom, and leads from a node on the canvas to its calls', async () => {
    await open();
    await untilNodes(NODES);
    await expect.poll(() => page.locator('.map canvas').evaluate(pictureOf)).not.toBe('');
    await clickOnCanvas('payment');
    await panel().getByRole('heading', { name: 'payment', exact: true }).waitFor();
    await panel().getByText('POST /charge').waitFor();
    await panel().getByRole('button', { name: 'checkout' }).click();
    await panel().getByRole('heading', { name: 'checkout → payment' }).waitFor();
    const errors = panel().getByRole('row', { name: /^Errors/ });
    await errors.filter({ hasText: /\d.*%/ }).waitFor();
    await panel().locator('canvas').first().waitFor();
    await panel().getByRole('link', { name: 'POST /checkout' }).first().waitFor();
    await page.goBack();
    await panel().getByRole('heading', { name: 'payment', exact: true }).waitFor();
    await page.reload();
    await panel().getByRole('heading', { name: 'payment', exact: true }).waitFor();
  });

  it('shows what a service did that nobody called', async () => {
    await open();
    await untilNodes(NODES);
    await clickOnCanvas('cron');
    await panel().getByRole('heading', { name: 'cron', exact: true }).waitFor();
    await panel()
      .getByRole('row', { name: /^nightly/ })
      .filter({ hasText: /20\.0\s*ms/ })
      .waitFor();
  });

  it('leads from an edge to a trace that went over it, and to the warnings of who is called', async () => {
    await open();
    await untilNodes(NODES);
    await clickOnCanvas('payment');
    await panel().getByText('was declined').first().waitFor();
    await panel().getByRole('checkbox', { name: 'with errors' }).check();
    await panel().getByRole('link', { name: 'POST /checkout' }).first().click();
    await page.getByRole('tree', { name: 'Spans of the trace, 4' }).waitFor();
  });

  it('is narrowed to one or two calls around what is selected', async () => {
    await open();
    await untilNodes(NODES);
    await page.getByRole('button', { name: '± 1 call', disabled: true }).waitFor();
    await clickOnCanvas('payment');
    await page.getByRole('button', { name: '± 1 call' }).click();
    await untilNodes(['checkout', 'payment']);
    await page.getByRole('button', { name: '± 2 calls' }).click();
    await untilNodes(['checkout', 'frontend', 'payment', 'postgresql']);
    await page.goBack();
    await page.goBack();
    await untilNodes(NODES);
  });

  it('folds a group into one node, and unfolds it from its panel', async () => {
    await open();
    await untilNodes(NODES);
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('namespace');
    await page.getByRole('button', { name: 'Fold all' }).click();
    await untilNodes([FOLDED]);
    await clickOnCanvas('shop');
    await panel().getByText('Folded group').waitFor();
    await page.reload();
    await panel()
      .getByRole('button', { name: `Unfold ${NODES.length} nodes` })
      .click();
    await untilNodes(NODES);
    await expect.poll(() => parameter('folded')).toBeNull();
  });

  it('is coloured by another figure, and says which', async () => {
    await open();
    await untilNodes(NODES);
    const canvas = page.locator('.map canvas');
    await expect.poll(() => canvas.evaluate(pictureOf)).not.toBe('');
    const before = await canvas.evaluate(pictureOf);
    await page.getByRole('combobox', { name: 'Colour' }).selectOption('errors');
    await page.getByText('high share of errors').waitFor();
    await expect.poll(() => canvas.evaluate(pictureOf)).not.toBe(before);
  });

  it('has edges of connections alone, and what the connections of calls carried', async () => {
    await open();
    await untilNodes(NODES);
    await page.getByText('connections only: protocol not read').waitFor();
    await clickOnCanvas(BANK);
    await panel().getByRole('button', { name: 'catalog' }).click();
    await panel().getByText('Connections only: no call was read on them').waitFor();
    await panel().getByText('tls, seen by the agent').waitFor();
    const row = (name: string) => panel().getByRole('row', { name: new RegExp(`^${name}`) });
    await row('Sent')
      .filter({ hasText: /420\s*kB\/s/ })
      .waitFor();
    await row('Connects that failed')
      .filter({ hasText: /1(\.00)?\/s \(25(\.0)?\s*%\)/ })
      .waitFor();
    expect(await row('Requests').count()).toBe(0);
    await panel().getByRole('heading', { name: 'Bytes a second, sent and received' }).waitFor();
    await panel()
      .getByRole('heading', { name: 'Connections opened and failed a second' })
      .waitFor();
    expect(
      await panel()
        .getByRole('heading', { name: /^Requests and errors/ })
        .count(),
    ).toBe(0);
    await clickOnCanvas('payment');
    await panel().getByRole('button', { name: 'checkout' }).click();
    await panel()
      .getByRole('heading', { name: /^Requests and errors/ })
      .waitFor();
    await row('Received')
      .filter({ hasText: /12(\.0)?\s*kB\/s/ })
      .waitFor();
    await panel().getByText('Connections only').waitFor({ state: 'detached' });
  });

  it('says what is new against the time it is compared with, and shows a moment', async () => {
    // The second half of the range against its first.
    const half = `from=${(fromMs + toMs) / 2}&to=${toMs}`;
    await page.goto(`${sonde.addresses.page}/map?${half}`);
    await untilNodes(NODES);
    await clickOnCanvas('mail');
    await panel().getByRole('button', { name: 'cron' }).click();
    await panel().getByText('New: there were no such calls').waitFor();
    await clickOnCanvas('payment');
    await panel().getByRole('button', { name: 'checkout' }).click();
    await panel().getByRole('columnheader', { name: 'before' }).waitFor();
    await page.getByRole('combobox', { name: 'Against' }).selectOption('day');
    await panel().getByRole('columnheader', { name: 'before' }).waitFor({ state: 'detached' });
    await expect.poll(() => parameter('against')).toBe('day');
    await page.getByRole('slider', { name: 'Moment that the map shows' }).press('Home');
    await expect.poll(() => parameter('moment')).not.toBeNull();
    await page.getByRole('button', { name: 'Whole range' }).click();
    await expect.poll(() => parameter('moment')).toBeNull();
  });

  it('shows failing calls and connects alone', async () => {
    await open('errors=true');
    await untilNodes([BANK, 'catalog', 'checkout', 'frontend', 'payment']);
  });

  it.each([
    { ...PHONE, colorScheme: 'dark' },
    { ...PHONE, colorScheme: 'light' },
    { ...DESK, colorScheme: 'dark' },
  ] as const)('is whole at $width px, $colorScheme, with its panel', async (screen) => {
    const { colorScheme, ...size } = screen;
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await open();
    await untilNodes(NODES);
    await clickOnCanvas('payment');
    await panel().getByText('POST /charge').waitFor();
    const wider = 'document.documentElement.scrollWidth - innerWidth';
    await expect.poll(() => page.evaluate(wider)).toBeLessThanOrEqual(0);
    // A canvas of another size is empty until it is drawn again.
    await expect.poll(() => page.locator('.map canvas').evaluate(pictureOf)).not.toBe('');
  });

  it('meets no error on the way', () => {
    expect(tab.problems).toEqual([]);
  });
});

/** A job that calls a service, once. */
function mailAt(ms: number): Parameters<typeof tracesBody>[0] {
  const nano = (atMs: number): bigint => BigInt(atMs) * 1_000_000n;
  const trace = { traceId: 'cccc0000000000000000000000000001' };
  const times = { startTimeUnixNano: nano(ms), endTimeUnixNano: nano(ms + 20) };
  const [job, call] = ['cccc000000000001', 'cccc000000000002'];
  return [
    { ...trace, ...times, service: 'cron', name: 'nightly', kind: 1, spanId: job },
    {
      ...trace,
      ...times,
      service: 'mail',
      name: 'POST /send',
      kind: 2,
      spanId: call,
      parentSpanId: job,
    },
  ];
}

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
    ): { readonly data: Uint8ClampedArray };
  };
}

/** Runs in the page: a sum over the pixels by their place; empty while there are few colours. */
function pictureOf(canvas: Canvas): string {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set<number>();
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    const colour = ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
    seen.add(colour);
    sum = (Math.imul(sum, 31) + colour) | 0;
  }
  return seen.size > 5 ? String(sum) : '';
}
