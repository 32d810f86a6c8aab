import { request } from 'node:http';
import { requestBytes, telemetryOf } from '@sonde/pipeline/contract-suite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Backend } from './backend.ts';
import { exporting } from './exporting.ts';

const TRACES = telemetryOf('traces', requestBytes('traces'));
const NOW = Date.parse('Thu, 26 Nov 2026 11:00:00 GMT');
const NO_QUEUE = { sending_queue: { enabled: false } };

/** A request that is not the exporter's: what came before and after it is the server's own order. */
function probe(endpoint: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(`${endpoint}/probe`, { method: 'POST', agent: false }, (response) => {
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
}

// Line 48 of the OTLP checklist; time stands still but for what the test lets pass.
describe('48: an OTLP/HTTP client waits', () => {
  it.each([
    ['as long as Retry-After says, in seconds', '7', '1s', 7000],
    ['until the date that Retry-After says', new Date(NOW + 60_000).toUTCString(), '1s', 60_000],
    ['as long as its back-off where that is longer', '7', '10s', 10_000],
    ['as long as its back-off where Retry-After says nothing', 'soon', '10s', 10_000],
  ])('%s', async (_what, retryAfter, initialInterval, waitMs) => {
    const server = new Backend();
    const endpoint = `http://${await server.listen()}`;
    server.answer = ({ path }) => {
      const isFirst = server.received.filter((each) => each.path === path).length === 1;
      const headers = { 'retry-after': retryAfter };
      return path === '/v1/traces' && isFirst ? { status: 503, headers } : {};
    };
    const { exporter, logger } = await exporting({
      endpoint,
      ...NO_QUEUE,
      retry_on_failure: { initial_interval: initialInterval, randomization_factor: 0 },
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: NOW });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const done = exporter.consume(TRACES);
    while (logger.lines.length === 0) await new Promise(setImmediate);
    vi.advanceTimersByTime(waitMs - 1);
    await probe(endpoint);
    vi.advanceTimersByTime(1);
    await done;
    const paths = server.received.map(({ path }) => path);
    expect(paths).toEqual(['/v1/traces', '/probe', '/v1/traces']);
  });
});
