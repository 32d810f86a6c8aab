import type { Consumer, Telemetry } from '@sonde/pipeline';
import { contractSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { type OtlpMessage, readRequest } from '@sonde/proto';
import { onTestFinished } from 'vitest';
import { prometheusReceiverConfig } from '../src/config/config.ts';
import { PrometheusReceiver } from '../src/prometheus-receiver.ts';

/** Keeps scrapes and lets a test wait for them. */
export class Scrapes implements Consumer {
  readonly #bytes = new WeakMap<OtlpMessage, Uint8Array>();
  readonly #taken: OtlpMessage[] = [];
  readonly #waiting: ((scrape: OtlpMessage) => void)[] = [];

  consume(telemetry: Telemetry): Promise<void> {
    for (const { bytes } of telemetry.requests) {
      const scrape = readRequest('metrics', bytes);
      this.#bytes.set(scrape, bytes);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#taken.push(scrape);
      else waiting(scrape);
    }
    return Promise.resolve();
  }

  /** The request that a scrape was read from. */
  bytesOf(scrape: OtlpMessage): Uint8Array {
    return this.#bytes.get(scrape) ?? new Uint8Array(0);
  }

  /** The next one that nobody has seen. */
  next(): Promise<OtlpMessage> {
    const first = this.#taken.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** The next one whose target answered in time. */
  async full(): Promise<OtlpMessage> {
    for (let scrapes = 0; scrapes < 1000; scrapes += 1) {
      const scrape = await this.next();
      if (reportsOf(scrape)['up'] === '1') return scrape;
    }
    throw new Error('not within 1000 scrapes');
  }

  /** The next one of which `fits` holds. */
  async find(fits: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
    for (let scrapes = 0; scrapes < 1000; scrapes += 1) {
      const lines = linesOf(await this.next());
      if (fits(lines)) return lines;
    }
    throw new Error('not within 1000 scrapes');
  }
}

export interface Running {
  readonly receiver: PrometheusReceiver;
  readonly scrapes: Scrapes;
  readonly logger: RecordingLogger;
}

/** A started receiver; its jobs are scraped every 200 ms unless they say otherwise. */
export async function scraping(
  jobs: readonly object[],
  more: { readonly global?: object; readonly options?: object } = {},
): Promise<Running> {
  const scrapes = new Scrapes();
  const logger = new RecordingLogger();
  const config = prometheusReceiverConfig.parse({
    config: {
      global: { scrape_interval: '200ms', scrape_timeout: '200ms', ...more.global },
      scrape_configs: jobs,
    },
    ...more.options,
  });
  const receiver = new PrometheusReceiver(contractSettings('prometheus', logger), config, scrapes);
  await receiver.start();
  onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
  return { receiver, scrapes, logger };
}

export function jobFor(address: string, more: object = {}): object {
  return { job_name: 'shop', static_configs: [{ targets: [address] }], ...more };
}

/** `name{attributes} kind value` of each point that is not of the scrape itself, in order. */
export function linesOf(request: OtlpMessage): readonly string[] {
  return pointsOf(request)
    .filter(({ name }) => !/^(?:up|scrape_)/.test(name))
    .map(({ name, point, kind }) => `${name}${attributesText(point)} ${kind} ${valueText(point)}`);
}

/** Of the scrape itself: `up`, `scrape_...`. */
export function reportsOf(request: OtlpMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pointsOf(request)
      .filter(({ name }) => /^(?:up|scrape_)/.test(name))
      .map(({ name, point }) => [name, valueText(point)]),
  );
}

/** The metric of that name, wherever it stands. */
export function metricOf(request: OtlpMessage, name: string): OtlpMessage | undefined {
  return request
    .messages('resourceMetrics')
    .flatMap((resource) => resource.messages('scopeMetrics'))
    .flatMap((scope) => scope.messages('metrics'))
    .find((metric) => metric.text('name') === name);
}

interface NamedPoint {
  readonly name: string;
  readonly kind: string;
  readonly point: OtlpMessage;
}

function pointsOf(request: OtlpMessage): readonly NamedPoint[] {
  const points: NamedPoint[] = [];
  for (const resource of request.messages('resourceMetrics')) {
    for (const scope of resource.messages('scopeMetrics')) {
      for (const metric of scope.messages('metrics')) {
        for (const kind of ['gauge', 'sum', 'histogram', 'summary']) {
          for (const point of metric.message(kind)?.messages('dataPoints') ?? []) {
            points.push({ name: metric.text('name'), kind, point });
          }
        }
      }
    }
  }
  return points;
}

export function attributesText(message: OtlpMessage): string {
  const pairs = message
    .messages('attributes')
    .map((each) => `${each.text('key')}=${each.message('value')?.text('stringValue')}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function valueText(point: OtlpMessage): string {
  if (point.integer('flags') === 1n) return 'stale';
  if (point.has('asDouble')) return String(point.double('asDouble'));
  const quantiles = point
    .messages('quantileValues')
    .map((each) => `${each.double('quantile')}:${each.double('value')}`);
  const sum = `count=${point.integer('count')} sum=${point.double('sum')}`;
  if (quantiles.length > 0) return `${sum} ${quantiles.join(' ')}`;
  return `${sum} bounds=${point.doubles('explicitBounds')} buckets=${point.integers('bucketCounts')}`;
}
