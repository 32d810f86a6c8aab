import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { protobufToJson } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { collect, findCollector } from './collector.ts';
import { PrometheusServer, type Reply } from './prometheus-server.ts';
import { scraping } from './scraping.ts';

const COLLECTOR = findCollector('prometheusreceiver');

function testdata(name: string): string {
  return readFileSync(fileURLToPath(new URL(`./testdata/${name}`, import.meta.url)), 'utf8');
}

const PAGES: readonly (readonly [string, Reply])[] = [
  ['text', { body: testdata('node.txt') }],
  [
    'OpenMetrics',
    {
      headers: { 'content-type': 'application/openmetrics-text; version=1.0.0' },
      body: testdata('open.txt'),
    },
  ],
];

type Json = Readonly<Record<string, unknown>>;

function childrenOf(value: unknown, key: string): readonly Json[] {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : [];
  return Array.isArray(found) ? found : [];
}

/** Time of the scrape itself, which differs from one to the next. */
const SCRAPE_TIME = /"timeUnixNano":"(?!1[0-6])[0-9]+",?/g;
/** How long it took. */
const DURATION = /"asDouble":[0-9.e-]+/;

/** A line a point: resource, scope, metric, point, without what no two scrapes have in common. */
function pointsOf(request: unknown): readonly string[] {
  const lines: string[] = [];
  for (const resource of childrenOf(request, 'resourceMetrics')) {
    for (const scope of childrenOf(resource, 'scopeMetrics')) {
      for (const metric of childrenOf(scope, 'metrics'))
        lines.push(...linesOf(resource, scope, metric));
    }
  }
  return lines.sort();
}

function linesOf(resource: Json, scope: Json, metric: Json): readonly string[] {
  const kinds = ['gauge', 'sum', 'histogram', 'summary', 'exponentialHistogram'];
  const head = { name: metric['name'], unit: metric['unit'], help: metric['description'] };
  return kinds.flatMap((kind) =>
    childrenOf(metric[kind], 'dataPoints').map((point) => {
      const text = canonical({
        resource: resource['resource'],
        scope: ownScope(scope['scope']),
        head,
        metadata: metric['metadata'],
        kind,
        data: { ...Object(metric[kind]), dataPoints: undefined },
        point,
      }).replace(SCRAPE_TIME, '');
      return metric['name'] === 'scrape_duration_seconds' ? text.replace(DURATION, '') : text;
    }),
  );
}

/** The receivers call themselves by their own names. */
function ownScope(scope: unknown): unknown {
  const name: unknown = typeof scope === 'object' && scope !== null && Reflect.get(scope, 'name');
  return typeof name === 'string' && /prometheus/.test(name) ? 'receiver' : scope;
}

/** Keys and attributes in order; what is a default is left out. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (Array.isArray(each)) {
      const keyed = each.every(
        (item) => typeof item === 'object' && item !== null && 'key' in item,
      );
      return keyed ? [...each].sort((a, b) => (a.key < b.key ? -1 : 1)) : each;
    }
    if (typeof each !== 'object' || each === null) return each;
    const entries = Object.entries(each).filter(
      ([key, item]) =>
        !(key === 'quantile' || key === 'value' || key === 'startTimeUnixNano') ||
        (item !== 0 && item !== '0'),
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

describe.skipIf(COLLECTOR === undefined)('the reference Collector', () => {
  it.each(PAGES)('makes the same points of the same page of %s', async (_, page) => {
    const server = await PrometheusServer.open(page);
    const job = {
      job_name: 'shop',
      scrape_interval: '1s',
      scrape_timeout: '1s',
      static_configs: [{ targets: [server.address], labels: { zone: 'z' } }],
      metric_relabel_configs: [
        { source_labels: ['code'], regex: '(.)..', target_label: 'class', replacement: '$1xx' },
        { source_labels: ['__name__'], regex: 'go_info', action: 'drop' },
      ],
    };
    const yaml = JSON.stringify({
      receivers: { prometheus: { config: { scrape_configs: [job] } } },
      exporters: { file: { path: 'OUT', flush_interval: '100ms' } },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { metrics: { receivers: ['prometheus'], exporters: ['file'] } },
      },
    }).replaceAll('$1', '$$$$1');
    const theirs = await collect(COLLECTOR ?? '', yaml, (lines) => lines.length > 0);
    const { scrapes } = await scraping([job]);
    const ours = await scrapes.full();
    const request: unknown = JSON.parse(protobufToJson('metrics', scrapes.bytesOf(ours)));
    expect(pointsOf(request)).toEqual(pointsOf(JSON.parse(theirs[0] ?? '')));
  });
});
