import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopMissing } from '../../demo/setup/index.mjs';
import { ROOT } from '../tidy/repository.ts';
import { Shop } from './shop.ts';
import { Sonde } from './sonde.ts';

const missing = shopMissing(ROOT);
const PRODUCTS = 40;
const ERRORS = `SELECT count() > 0 FROM otel_traces
  WHERE ServiceName = 'catalog' AND StatusCode = 'Error' AND SpanName LIKE 'GET /products/%'
  AND arrayExists(event -> event['exception.type'] = 'ZeroDivisionError', Events.Attributes)`;

describe.skipIf(missing !== undefined)(`the shop${missing ? ` (${missing})` : ''}`, () => {
  const sonde = new Sonde();
  const shop = new Shop();

  beforeAll(async () => {
    const { otlpHttp } = await sonde.up();
    await shop.open(otlpHttp);
  });

  afterAll(async () => {
    await shop.remove();
    await sonde.remove();
  });

  it('joins what services in two languages measured in one trace', async () => {
    const joined = `SELECT max(services) FROM (SELECT uniqExact(ServiceName) AS services
      FROM otel_traces WHERE ServiceName IN ('frontend', 'catalog') GROUP BY TraceId)`;
    await sonde.untilSelect(joined, '2');
  });

  it('sends logs with trace ids, and metrics of both runtimes', async () => {
    const logs = `SELECT uniqExact(ServiceName) FROM otel_logs
      WHERE ServiceName IN ('frontend', 'catalog', 'cart') AND TraceId != ''`;
    await sonde.untilSelect(logs, '3');
    const metrics = `SELECT uniqExact(service) FROM metric_series
      WHERE metric IN ('v8js.memory.heap.used', 'process.runtime.cpython.memory')
      AND service IN ('frontend', 'cart', 'catalog', 'email')`;
    await sonde.untilSelect(metrics, '4');
  });

  it('breaks when told to, and is well again when told to', async () => {
    expect(await shop.command('status')).toContain('faults on  none');
    expect(await shop.command('fault', 'exception', 'on')).toContain('exception is on');
    const broken = await firstBrokenProduct(shop);
    await sonde.untilSelect(ERRORS, '1');
    expect(await shop.command('status')).toContain('faults on  exception');
    await shop.command('fault', 'exception', 'off');
    await shop.untilAnswers(broken, 200);
  });

  it('refuses the fault of a service that is not there', async () => {
    await expect(shop.command('fault', 'full-pool', 'on')).rejects.toThrow(
      'checkout is not running here',
    );
  });

  it('ends on Ctrl-C and leaves no process behind', async () => {
    const pids = await shop.pids();
    expect(pids.length).toBeGreaterThan(6);
    expect(await shop.pressCtrlC()).toBe(0);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
});

/** A product whose page fails: some do and some do not, by their reviews. */
async function firstBrokenProduct(shop: Shop): Promise<string> {
  const deadline = Date.now() + 20_000;
  for (let id = 1; Date.now() < deadline; id = (id % PRODUCTS) + 1) {
    const path = `/products/${id}`;
    if ((await fetch(`${shop.page}${path}`)).status === 502) return path;
  }
  throw new Error('no product is broken');
}
