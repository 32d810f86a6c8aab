import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_CHROMIUM } from './chromium.ts';
import { Sonde } from './sonde.ts';
import { openTab, type Tab } from './tab.ts';

describe.skipIf(!HAS_CHROMIUM)('retention on the page', () => {
  const sonde = new Sonde();
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    await sonde.up();
    tab = await openTab();
    page = tab.page;
    await page.goto(`${sonde.addresses.page}/status`);
    await page.getByRole('link', { name: 'how long they stay' }).click();
    await page.getByText('There is room').waitFor();
  }, 120_000);

  afterAll(async () => {
    await tab?.close();
    await sonde.remove();
  });

  /** What the API has, whatever the page shows. */
  async function retention(): Promise<Record<string, unknown>> {
    const answer = await fetch(`${sonde.addresses.page}/api/v1/settings`);
    const settings: { readonly retention: Record<string, unknown> } = JSON.parse(
      await answer.text(),
    );
    return settings.retention;
  }

  it('adds a rule, and refuses in words what is none', async () => {
    await page.getByLabel('Name', { exact: true }).fill('debug lines');
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('alert').getByText('Without a condition').waitFor();
    await page.getByLabel('Severity up to').selectOption('DEBUG');
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('row').filter({ hasText: 'severity up to DEBUG' }).waitFor();
    await page.getByRole('status').getByText('Saved as version 1').waitFor();
    const rules = [expect.objectContaining({ name: 'debug lines', severityMax: 8, days: 3 })];
    expect(await retention()).toMatchObject({ rules });
  });

  it('changes the days of a signal, which hold after a reload', async () => {
    const days = page.getByLabel('Days that traces are kept');
    await days.fill('30');
    await days.press('Enter');
    await page.getByRole('status').getByText('Saved as version 2').waitFor();
    await page.reload();
    await expect.poll(() => days.inputValue()).toBe('30');
    expect(await retention()).toMatchObject({ tracesDays: 30 });
  });

  it('removes a rule when it is asked twice', async () => {
    await page.getByRole('button', { name: 'Remove the rule debug lines', exact: true }).click();
    await page.getByRole('button', { name: 'Really remove the rule debug lines' }).click();
    await page.getByText('No rules').waitFor();
    expect(await retention()).toMatchObject({ rules: [], tracesDays: 30 });
    expect(tab.problems).toEqual([]);
  });
});
