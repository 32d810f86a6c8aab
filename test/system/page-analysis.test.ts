import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_CHROMIUM } from './chromium.ts';
import { logsBody, shopRequests, tracesBody } from './shop-traffic.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;
const NS_PER_MS = 1_000_000;

describe.skipIf(!HAS_CHROMIUM)('the analysis of traces, in a real browser', () => {
  const sonde = new Sonde();
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
  const traffic = {
    fromMs: toMs - 40 * MINUTE_MS,
    toMs,
    requestsPerMinute: 20,
    badFromMs: toMs - 30 * MINUTE_MS,
    badToMs: toMs - 15 * MINUTE_MS,
  };
  const requests = [...shopRequests(traffic)];
  const spans = requests.flatMap((request) => request.spans);
  /** Checkouts that waited for the slow query: they alone take longer than half a second. */
  const slow = requests.filter(({ spans: [root] }) => {
    const { startTimeUnixNano = 0, endTimeUnixNano = 0 } = root ?? {};
    return BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano) > 500n * BigInt(NS_PER_MS);
  });
  const range = `from=${traffic.fromMs}&to=${toMs}&set=roots`;
  const box = `box=${traffic.fromMs}-${toMs}-${500 * NS_PER_MS}-${10_000 * NS_PER_MS}`;
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

  it('adds up the selected traces by the operation they begin with', async () => {
    await open(`/traces?${range}&${box}&mode=overview`);
    const total = page.getByRole('row', { name: /^All/ });
    await total.getByText(String(slow.length), { exact: true }).waitFor();
    await page.getByRole('button', { name: 'POST /checkout' }).click();
    await page.getByText('in all').waitFor();
    await page.waitForURL(/mode=traces/);
    await page.goBack();
    await total.waitFor();
  });

  it('finds where errors began, with a stack and the logs of a trace', async () => {
    await open(`/traces?${range}&mode=overview`);
    await page.getByRole('button', { name: 'Error causes' }).click();
    const cause = page.getByRole('button', { name: /payment.*POST \/charge/s });
    await cause.click();
    await page.getByText('Logs of that trace').waitFor();
    await page.getByRole('link', { name: 'Open a trace with it' }).click();
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
  });

  it('draws where the time goes, and names the query that takes more of it', async () => {
    await open(`/traces?${range}&${box}&mode=latency`);
    await page.getByLabel(/^Flame graph of/).waitFor();
    const first = page.getByRole('row', { name: /INSERT orders/ });
    await first.getByText(/^\+/).waitFor();
    await page.getByRole('button', { name: 'Critical path' }).click();
    await page.waitForURL(/time=critical/);
    await first.waitFor();
  });

  it('says what the slow traces share', async () => {
    await open(`/traces?${range}&${box}&mode=attributes`);
    const groups = page.getByRole('region', { name: 'Groups that explain the selection' });
    await groups.getByText('checkout · INSERT orders').first().waitFor();
    await groups.getByText('of the selection').first().waitFor();
  });

  it('divides the time of a service that is chosen', async () => {
    await open(`/traces?${range}&${box}&mode=breakdown`);
    await page.getByRole('combobox', { name: 'Service', exact: true }).selectOption('checkout');
    await page
      .getByRole('row', { name: /postgresql/ })
      .getByText('dependency')
      .waitFor();
  });

  it('leaves out what a rule names from then on, and refuses one that cannot be read', async () => {
    await open(`/traces?${range}&mode=overview`);
    const checkouts = page.getByRole('button', { name: 'POST /checkout' });
    await checkouts.waitFor();
    await page.getByRole('button', { name: 'Rules', exact: true }).click();
    const rules = page.getByRole('region', { name: 'Rules of auxiliary requests' });
    const before = await rules.getByRole('textbox').inputValue();
    await rules.getByRole('textbox').fill(`${before}\nname=`);
    await rules.getByRole('button', { name: 'Save rules' }).click();
    await rules.getByText('`name=`', { exact: false }).first().waitFor();
    await rules.getByRole('textbox').fill(`${before}\nname="POST /checkout"`);
    await rules.getByRole('button', { name: 'Save rules' }).click();
    await rules.getByText('Saved as version 1').waitFor();
    await checkouts.waitFor({ state: 'detached' });
    await page.getByText(/\d left out/).waitFor();
    await rules.getByRole('textbox').fill(before);
    await rules.getByRole('button', { name: 'Save rules' }).click();
    await checkouts.waitFor();
  });

  it('asks for a selection where there is nothing to compare, and has no problems', async () => {
    await open(`/traces?${range}&mode=attributes`);
    await page.getByText('Nothing to hold the selection against').waitFor();
    expect(tab.problems).toEqual([]);
  });
});
