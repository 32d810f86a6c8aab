import type { Page } from 'playwright-core';
import { DESK, launchChromium } from './chromium.ts';

/** One tab in a browser of its own. */
export interface Tab {
  readonly page: Page;
  /** Errors that nobody caught, and what the page told the console as one. */
  readonly problems: readonly string[];
  /** Ends the browser. */
  close(): Promise<void>;
}

/** What a browser itself tells the console of a query that the API refuses. */
const REFUSAL = '400 (Bad Request)';

/** A tab as large as a desk's. Queries that are refused are no problem where a test asks for them. */
export async function openTab(asked: { readonly refusals?: boolean } = {}): Promise<Tab> {
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: DESK });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const isAskedFor = asked.refusals === true && message.text().includes(REFUSAL);
    if (message.type() !== 'error' || isAskedFor) return;
    problems.push(`${message.text()} (${message.location().url})`);
  });
  return { page, problems, close: () => browser.close() };
}
