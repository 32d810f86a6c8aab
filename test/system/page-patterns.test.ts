import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_CHROMIUM } from './chromium.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

const MINUTE_MS = 60_000;
const NAMES = 'ant bee cat dog eel fox gnu hen ibis jay kite lark mole newt owl pig'.split(' ');
const JOB = 'the job of <*> has ended after <*> ms';

describe.skipIf(!HAS_CHROMIUM)('log patterns, from a line to the page', () => {
  const sonde = new Sonde();
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const fromMs = toMs - 20 * MINUTE_MS;
  const range = `from=${fromMs}&to=${toMs}&service=worker`;
  let tab: Tab;
  let page: Page;

  const line = (atMs: number, body: string, severityNumber = 9) => ({
    timeUnixNano: String(BigInt(Math.floor(atMs)) * 1_000_000n),
    severityNumber,
    traceId: 'ab'.repeat(16),
    body: { stringValue: body },
  });
  const jobs = (count: number, startMs: number) =>
    Array.from({ length: count }, (_, i) =>
      line(startMs + i * 2000, `the job of ${NAMES[i % NAMES.length]} has ended after ${i} ms`),
    );

  async function send(logRecords: readonly object[]): Promise<void> {
    const attributes = [{ key: 'service.name', value: { stringValue: 'worker' } }];
    const response = await fetch(`${sonde.addresses.otlpHttp}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
      }),
    });
    expect(response.status).toBe(200);
  }

  const count = (where: string) => `SELECT count() FROM logs WHERE service = 'worker' AND ${where}`;

  beforeAll(async () => {
    await sonde.up();
    await send([
      ...jobs(200, fromMs + MINUTE_MS),
      line(toMs - 30 * MINUTE_MS, 'an old notice that nobody prints any more', 13),
      line(toMs - MINUTE_MS, 'the store refused 3 connections', 17),
    ]);
    await sonde.untilSelect(count('pattern_id != 0'), '202');
    const grouped = "SELECT uniqExact(pattern_id) FROM log_patterns FINAL WHERE service = 'worker'";
    await sonde.untilSelect(grouped, '3');
    tab = await openTab();
    page = tab.page;
  }, 120_000);

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  const open = (path: string) => page.goto(`${sonde.addresses.page}${path}`);
  const row = (text: string) => page.getByRole('row').filter({ hasText: text });

  it('shows what there is, what is new and what is gone', async () => {
    await open(`/patterns?${range}`);
    await row(JOB).getByText('200', { exact: true }).waitFor();
    await row('the store refused').getByText('new', { exact: true }).waitFor();
    await row('an old notice').getByText('gone', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^gone/ }).click();
    await row(JOB).waitFor({ state: 'detached' });
    await page.goBack();
    await row(JOB).waitFor();
  });

  it('shows the values of a place, and leads to the lines and their traces', async () => {
    await open(`/patterns?${range}`);
    await row(JOB).getByRole('button').click();
    const panel = page.getByRole('region', { name: 'The pattern' });
    await panel.getByText('16 values in 200 lines').waitFor();
    await panel.getByRole('button', { name: 'Values at place 2' }).click();
    await panel.getByText('least 0').waitFor();
    await panel.getByRole('link', { name: 'trace', exact: true }).first().waitFor();
    await panel.getByRole('link', { name: 'All its lines' }).click();
    await page.waitForURL('**/logs?**');
    await page.getByText('the job of').first().waitFor();
  });

  it('shows them beside the lines and on the page of the service, where one is picked', async () => {
    await open(`/logs?${range}`);
    const beside = page.getByRole('region', { name: 'Patterns' });
    await beside.getByRole('button').filter({ hasText: 'the store refused' }).click();
    await page.waitForURL(/pattern(%3A|:)[0-9a-f]{16}/);
    await page.getByText('1 record', { exact: false }).first().waitFor();
    await open(`/services/worker?${range}`);
    const panel = page.getByRole('region', { name: 'Log patterns' });
    await panel.getByRole('link').filter({ hasText: 'the job of' }).click();
    await page.waitForURL('**/patterns?**');
    await page.getByRole('region', { name: 'The pattern' }).waitFor();
  });

  it('keeps what a person decides, and obeys it where lines come in', async () => {
    await open(`/patterns?${range}`);
    await row(JOB).getByRole('button').click();
    const panel = page.getByRole('region', { name: 'The pattern' });
    const name = panel.getByRole('textbox', { name: 'Name of the pattern' });
    await name.fill('Job ended');
    await name.press('Tab');
    await row('Job ended').waitFor();
    await panel
      .getByRole('combobox', { name: 'How many of its lines are stored' })
      .selectOption('0');
    await panel.getByText('of bodies a day').waitFor();
    await row('not stored').waitFor();
    // The gateway hears of it within some seconds: until then lines of it are stored.
    const dropped = async (): Promise<string> => {
      await send([line(toMs, 'the job of ant has ended after 7 ms'), line(toMs, 'a marker')]);
      return (await fetch(sonde.addresses.metrics)).text();
    };
    await expect
      .poll(dropped, { timeout: 40_000, interval: 500 })
      .toContain('log_patterns_dropped_records');
    await page.reload();
    await row('Job ended').waitFor();
  });

  it('breaks nothing on the page', () => {
    expect(tab.problems).toEqual([]);
  });
});
