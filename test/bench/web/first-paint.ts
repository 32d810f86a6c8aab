import { gzipSync } from 'node:zlib';
import type { Browser, Response } from 'playwright-core';
import { DESK } from '../../system/chromium.ts';
import { quantile } from './verdict.ts';

/** What a page costs a visitor who was never here. */
export interface FirstPaint {
  /** First contentful paint, ms after the navigation began; the median of the visits. */
  readonly paintMs: number;
  /** Script that the page asked for until nothing was on its way any more, gzipped. */
  readonly scriptBytes: number;
}

const VISITS = 5;
const PAINT =
  "new Promise((resolve) => new PerformanceObserver((list) => { const found = list.getEntriesByName('first-contentful-paint'); if (found.length > 0) resolve(found[0].startTime); }).observe({ type: 'paint', buffered: true }))";

/** Visits the address with an empty cache, several times. */
export async function firstPaint(browser: Browser, url: string): Promise<FirstPaint> {
  const paints: number[] = [];
  let scriptBytes = 0;
  for (let visit = 0; visit < VISITS; visit += 1) {
    const context = await browser.newContext({ viewport: DESK });
    const page = await context.newPage();
    const scripts: Response[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response);
    });
    await page.goto(url, { waitUntil: 'networkidle' });
    paints.push(Number(await page.evaluate(PAINT)));
    if (visit === 0) {
      const bodies = await Promise.all(scripts.map((response) => response.body()));
      scriptBytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    }
    await context.close();
  }
  return { paintMs: quantile(paints, 0.5), scriptBytes };
}
