import type { Browser, Page } from 'playwright-core';
import { DESK, launchChromium } from '../../system/chromium.ts';
import { Sonde } from '../../system/sonde.ts';
import { firstPaint } from './first-paint.ts';
import { frameWork } from './frames.ts';
import { traceGestures } from './gestures.ts';
import { exportLogs } from './log-export.ts';
import { type BenchTelemetry, sendBenchTelemetry, sendLogs } from './telemetry.ts';
import { quantile, report, sayQuantiles } from './verdict.ts';

/**
 * What the page costs in headless Chromium, without a graphics card, against a Sonde with data sent
 * over OTLP: the first paint and the script of each page, main-thread work by frame while a large
 * trace and a large table are scrolled, how long gestures on a larger trace wait, and what an export
 * of log records takes.
 */
const PAINT_BAR = { max: 1000, unit: 'ms' };
const SCRIPT_BAR = { max: 250, unit: 'kB' };
const FRAME_BAR = { max: 8, unit: 'ms' };
const GESTURE_BAR = { max: 200, unit: 'ms' };
const BYTES_PER_KB = 1000;
const WATERFALL_SPANS = 10_000;
const GESTURE_SPANS = 200_000;
const LOG_RECORDS = 100_000;
const EXPORT_RECORDS: number = Number(process.env['WEB_BENCH_EXPORT_RECORDS'] ?? 2_000_000);
/** Resident memory that an export of any size may add: what garbage collection lets lie. */
const EXPORT_MEMORY_BAR = { max: 200, unit: 'MB' };
const FRAMES = 240;
/** A wheel turned fast; a scroll bar dragged, where each frame shows rows that none showed before. */
const WHEEL_PX = 240;
const LOADING_MS_MAX = 300_000;

/** Of the parts those whose name has this: `WEB_BENCH_ONLY=Frames`. */
const ONLY = process.env['WEB_BENCH_ONLY'] ?? '';
const PARTS = [paints, waterfallFrames, tableFrames, gestures, logExport];

const sonde = new Sonde();
let browser: Browser | undefined;
try {
  await sonde.up();
  const data = await sendBenchTelemetry(sonde, [WATERFALL_SPANS, GESTURE_SPANS]);
  browser = await launchChromium();
  for (const part of PARTS) {
    if (part.name.includes(ONLY)) await part(browser, data);
  }
} finally {
  await browser?.close();
  await sonde.remove();
}

async function paints(browser: Browser, data: BenchTelemetry): Promise<void> {
  const trace = `/traces/${data.traces[WATERFALL_SPANS]}`;
  const paths = [
    ...['/services', '/services/checkout', '/map', '/traces', trace, '/logs', '/patterns'],
    ...['/metrics', '/coverage', '/retention', '/status'],
  ];
  for (const path of paths) {
    const seen = await firstPaint(browser, `${sonde.addresses.page}${path}?${data.range}`);
    const name = path.replace(/\/traces\/.*/, '/traces/{id}');
    report(`${name}, first contentful paint`, seen.paintMs, PAINT_BAR);
    report(`${name}, script until idle`, seen.scriptBytes / BYTES_PER_KB, SCRIPT_BAR);
  }
}

async function waterfallFrames(browser: Browser, data: BenchTelemetry): Promise<void> {
  const page = await open(browser, `/traces/${data.traces[WATERFALL_SPANS]}`);
  await page.getByRole('tree', { name: `Spans of the trace, ${WATERFALL_SPANS}` }).waitFor();
  await scrolled(browser, page, { what: `waterfall of ${WATERFALL_SPANS} spans`, role: 'tree' });
  await page.context().close();
}

async function tableFrames(browser: Browser, data: BenchTelemetry): Promise<void> {
  const service = 'warehouse';
  await sendLogs(sonde, data, { service, records: LOG_RECORDS });
  const page = await open(browser, `/logs?service=${service}&${data.range}`);
  await loadRows(page, LOG_RECORDS);
  await scrolled(browser, page, { what: `log table of ${LOG_RECORDS} rows`, role: 'table' });
  await page.context().close();
}

async function gestures(browser: Browser, data: BenchTelemetry): Promise<void> {
  const page = await open(browser, `/traces/${data.traces[GESTURE_SPANS]}`);
  await page.getByRole('tree', { name: `Spans of the trace, ${GESTURE_SPANS}` }).waitFor();
  for (const { name, ms, cpuMs } of await traceGestures(page)) {
    const cpu = `CPU ${cpuMs.toFixed(0)} ms`;
    report(`${name}, of ${GESTURE_SPANS} spans`, ms, GESTURE_BAR, cpu);
  }
  await page.context().close();
}

async function logExport(_: Browser, data: BenchTelemetry): Promise<void> {
  const service = 'archive';
  await sendLogs(sonde, data, { service, records: EXPORT_RECORDS });
  const done = await exportLogs(sonde, { service, range: data.range, rows: EXPORT_RECORDS });
  const [before = 0, ...quarters] = done.memoryMb;
  const rate = Math.round(done.rows / done.seconds).toLocaleString('en-US');
  const megabytes = done.bytes / 1e6;
  report(
    `export of ${done.rows} records, memory`,
    Math.max(...quarters) - before,
    EXPORT_MEMORY_BAR,
    [
      `${rate} records a second, ${(megabytes / done.seconds).toFixed(1)} MB a second of ${megabytes.toFixed(0)} MB`,
      `CPU ${((done.cpuSeconds * 1e6) / done.rows).toFixed(1)} us a record`,
      `resident ${before.toFixed(0)} MB before, by quarters ${quarters.map((mb) => mb.toFixed(0)).join(', ')} MB`,
    ].join('; '),
  );
}

async function open(browser: Browser, path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: DESK });
  await page.goto(`${sonde.addresses.page}${path}`, { waitUntil: 'networkidle' });
  return page;
}

/** Scrolls to the end again and again, as people do, until the table has them all. */
async function loadRows(page: Page, count: number): Promise<void> {
  const table = page.locator('[role=table][aria-rowcount]');
  const began = Date.now();
  while ((await table.getAttribute('aria-rowcount')) !== String(count)) {
    if (Date.now() - began > LOADING_MS_MAX) throw new Error('the table did not fill');
    await page.evaluate(
      "{ const table = document.querySelector('[role=table][aria-rowcount]'); table.scrollTop = table.scrollHeight; }",
    );
  }
  console.log(`${count} rows in the table after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

interface Scrolled {
  readonly what: string;
  readonly role: 'tree' | 'table';
}

async function scrolled(browser: Browser, page: Page, { what, role }: Scrolled): Promise<void> {
  const selector = `[role=${role}]`;
  const element = `document.querySelector('${selector}')`;
  await page.evaluate(`${element}.scrollTop = 0`);
  await page.locator(selector).hover();
  const ways = {
    wheel: async () => {
      for (let i = 0; i < FRAMES; i += 1) await page.mouse.wheel(0, WHEEL_PX);
    },
    'scroll bar': async () => {
      await page.evaluate(`new Promise((resolve) => {
        const element = ${element};
        let frame = 0;
        const turn = () => {
          element.scrollTop = (element.scrollHeight * frame) / ${FRAMES};
          frame += 1;
          if (frame < ${FRAMES}) requestAnimationFrame(turn); else resolve();
        };
        turn();
      })`);
    },
  };
  for (const [way, act] of Object.entries(ways)) {
    const { wallMs, cpuMs } = await frameWork(browser, page, act);
    report(
      `${what}, ${way}, main thread a frame`,
      quantile(cpuMs, 0.95),
      FRAME_BAR,
      [
        `CPU ${sayQuantiles(cpuMs)}`,
        `clock ${sayQuantiles(wallMs)}`,
        `${wallMs.length} frames`,
      ].join('; '),
    );
  }
}
