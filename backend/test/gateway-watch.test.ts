import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { StatusSchema } from '../src/api/status/schema.ts';
import { DELIVERY_METRICS, GatewayWatch, readGatewayPage } from '../src/status/gateway-watch.ts';
import { runBackend } from './backend-fixture.ts';

const MINUTE = 60_000;
const WAITING = 'sonde_receiver_kafka_dead_letters_waiting';

interface Counters {
  readonly refused?: number;
  readonly lost?: number;
  readonly retries?: number;
  readonly lag?: number;
}

function page({ refused = 0, lost = 0, retries = 0, lag = 0 }: Counters): string {
  return [
    `sonde_receiver_refused_requests{code="OVERLOADED",receiver="otlp",signal="traces"} ${refused}`,
    'sonde_receiver_refused_requests{code="INVALID_DATA",receiver="otlp",signal="traces"} 77',
    `sonde_receiver_buffer_lost{partition="0"} ${lost}`,
    `sonde_receiver_buffer_retries_total{code="UNAVAILABLE"} ${retries}`,
    `sonde_receiver_buffer_lag{partition="0"} ${lag}`,
    '',
  ].join('\n');
}

/** The parts that are not well after readings a minute apart. */
function judge(...counters: readonly Counters[]): Record<string, string> {
  const watch = new GatewayWatch();
  for (const [i, each] of counters.entries()) watch.add(readGatewayPage(page(each), i * MINUTE));
  const ill = watch.parts().filter(({ state }) => state !== 'ok');
  return Object.fromEntries(ill.map(({ name, detail }) => [name, detail]));
}

describe('the watch over the gateway', () => {
  it('is content with one that refuses nobody but bad requests', () => {
    expect(judge({}, {}, {})).toEqual({});
    expect(new GatewayWatch().parts()).toEqual([]);
  });

  it('says that requests are refused now, and what to look at', () => {
    const { intake } = judge({ refused: 5 }, { refused: 12 });
    expect(intake).toMatch(/refused 7 requests.*disk full/);
  });

  it('forgets refusals after some minutes', () => {
    expect(judge({ refused: 5 }, ...Array.from({ length: 8 }, () => ({ refused: 12 })))).toEqual(
      {},
    );
    expect(judge({ refused: 12 })).toEqual({});
  });

  it('counts on when the gateway has started anew', () => {
    expect(judge({ refused: 100 }, { refused: 3 })['intake']).toContain('refused 3 requests');
  });

  it('keeps what it knows however often it is asked', () => {
    const watch = new GatewayWatch();
    for (let i = 0; i < 1000; i++) {
      watch.add(readGatewayPage(page({ refused: i < 800 ? 0 : 5 }), i * 500));
    }
    expect(watch.parts()[0]?.detail).toContain('refused 5 requests');
  });

  it('never forgets what was lost', () => {
    expect(judge(...Array.from({ length: 9 }, () => ({ lost: 1 })))['buffer']).toMatch(
      /lost 1 request to damage/,
    );
  });

  it('sees that the store takes nothing, or less than comes', () => {
    expect(judge({ lag: 5 }, { lag: 9, retries: 2 })['storing']).toMatch(/9 requests wait.*none/);
    expect(judge({ lag: 500 }, { lag: 5, retries: 2 })).toEqual({});
    expect(judge({ lag: 500 }, { lag: 600 }, { lag: 700 })['storing']).toMatch(/more come/);
    expect(judge({ lag: 500 }, { lag: 900 }, { lag: 700 })).toEqual({});
  });

  it('tells refusals by receiver, signal, transport and code, those of now first', () => {
    const refused = (code: string, signal: string, count: number): string =>
      `sonde_receiver_refused_requests_total{receiver="otlp",signal="${signal}",transport="http",code="${code}"} ${count}`;
    const watch = new GatewayWatch();
    expect(watch.refusals()).toEqual([]);
    for (const [atMs, ...lines] of [
      [0, refused('TOO_LARGE', 'logs', 50)],
      [MINUTE, refused('TOO_LARGE', 'logs', 50), refused('INVALID_DATA', 'traces', 3)],
      [2 * MINUTE, refused('TOO_LARGE', 'logs', 50), refused('INVALID_DATA', 'traces', 4)],
    ] as const) {
      watch.add(readGatewayPage(lines.join('\n'), atMs));
    }
    const from = { receiver: 'otlp', transport: 'http' };
    expect(watch.refusals()).toEqual([
      { ...from, signal: 'traces', code: 'INVALID_DATA', lastFiveMinutes: 4, sinceStart: 4 },
      { ...from, signal: 'logs', code: 'TOO_LARGE', lastFiveMinutes: 0, sinceStart: 50 },
    ]);
    // None of these is Sonde's fault.
    expect(watch.parts().every(({ state }) => state === 'ok')).toBe(true);
  });

  it('speaks in the status, with what was refused before anyone looked', async () => {
    let refused = 4;
    const metrics = createServer((_in, out) => out.end(page({ refused, lost: 2 })));
    await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
    const address = metrics.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const first = new Promise((resolve) => metrics.once('request', resolve));
    const own = await runBackend({
      sources: { parts: [], gatewayMetrics: { urls: [`http://127.0.0.1:${port}/metrics`] } },
    });
    await first;
    refused = 10;
    const ask = async () =>
      StatusSchema.parse(await (await fetch(`${own.url}/api/v1/status`)).json());
    const { parts, refusals } = await ask();
    expect(parts.find(({ name }) => name === 'buffer')?.state).toBe('degraded');
    expect(parts.find(({ name }) => name === 'intake')?.detail).toContain('refused 6 requests');
    expect(refusals[0]).toMatchObject({ code: 'OVERLOADED', lastFiveMinutes: 6, sinceStart: 10 });
    await own.close();
    metrics.close();
  });

  it('adds up the pages of gateways and of the processes behind Kafka, and says which is away', async () => {
    const pages = [
      page({ refused: 1, lost: 0 }),
      `sonde_receiver_kafka_lag{partition="0"} 5\n${WAITING}{receiver="kafka",reason="no"} 2\n`,
      `sonde_receiver_kafka_lag{partition="1"} 7\n${WAITING}{receiver="kafka",reason="no"} 3\n`,
    ];
    const servers = pages.map((text) => createServer((_in, out) => out.end(text)));
    const urls: string[] = [];
    for (const server of servers) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      urls.push(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/metrics`);
    }
    const { lag } = DELIVERY_METRICS;
    const own = await runBackend({
      sources: {
        parts: [],
        bufferLag: { urls, metrics: lag },
        deadLetters: { urls },
        gatewayMetrics: { urls },
      },
    });
    const ask = async () =>
      StatusSchema.parse(await (await fetch(`${own.url}/api/v1/status`)).json());
    const status = await ask();
    expect(status.deadLetters).toBe(3);
    expect(status.bufferLag).toBe(12);
    servers[1]?.closeAllConnections();
    servers[1]?.close();
    const { parts } = await ask();
    for (const name of ['intake', 'dead letters', 'buffer lag']) {
      const part = parts.find((one) => one.name === name);
      expect(part?.state, name).toBe('degraded');
      expect(part?.detail, name).toContain(urls[1]);
    }
    await own.close();
    for (const server of servers) server.close();
  });
});
