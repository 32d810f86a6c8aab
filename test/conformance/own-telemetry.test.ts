import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';
import { afterAll, expect, it } from 'vitest';
import { fullestCollectorPath } from '../system/peers.ts';
import { Engine, send } from './engine.ts';
import { INPUTS } from './inputs.ts';
import { collectorComponents } from './known-components.ts';

const COLLECTOR = fullestCollectorPath();
const isFull = collectorComponents(COLLECTOR).has('receivers host_metrics');

const folder = mkdtempSync(join(tmpdir(), 'sonde-own-telemetry-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `known-differences.md`, "own metrics that are not there". */
const NOT_HERE = /^(?:http_|rpc_|promhttp_|target_info|otelcol_process_runtime_total_alloc_bytes)/;

/** Under the same heading: the time of what is done in one pass with the filter before it. */
const DONE_IN_ONE_PASS =
  /^otelcol_processor_internal_duration_.*otel_signal="traces",processor="transform"/;

/** Labels that `known-differences.md` has under the same heading. */
const LABELS_NOT_HERE = /^(?:error_type|error_permanent)=/;

const CONFIGURATION = `
receivers:
  otlp: {protocols: {http: {transport: unix, endpoint: "\${env:RUN}/otlp.sock"}}}
  filelog: {include: ["\${env:RUN}/*.log"], start_at: beginning}
  hostmetrics: {collection_interval: 500ms, initial_delay: 0s, scrapers: {cpu: , load: }}
processors:
  memory_limiter: {check_interval: 1s, limit_mib: 2000}
  batch: {send_batch_size: 100000, timeout: 50ms}
  batch/now: {send_batch_size: 1}
  filter: {error_mode: ignore, traces: {span: ['name == "none"']}}
  transform: {trace_statements: ['set(span.attributes["x"], 1)']}
exporters:
  otlphttp: {endpoint: "http://127.0.0.1:1", retry_on_failure: {enabled: false}, sending_queue: {batch: {flush_timeout: 50ms}}}
  otlp: {endpoint: "127.0.0.1:1", tls: {insecure: true}, retry_on_failure: {enabled: false}, timeout: 1s}
  nop:
  debug: {verbosity: basic}
service:
  telemetry:
    metrics:
      level: \${env:LEVEL}
      readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: PORT, without_type_suffix: true, without_units: true, without_scope_info: true}}}}]
  pipelines:
    traces: {receivers: [otlp], processors: [memory_limiter, filter, transform, batch/now], exporters: [otlphttp, otlp, debug]}
    metrics: {receivers: [otlp, hostmetrics], processors: [memory_limiter, batch], exporters: [debug]}
    logs: {receivers: [otlp, filelog], processors: [memory_limiter, batch], exporters: [debug]}
`;

/** Every series that the engine shows: its name and labels, `le` without the value. */
async function series(collector: string | undefined, level: string): Promise<ReadonlySet<string>> {
  const run = mkdtempSync(join(folder, 'run-'));
  const port = await freePort();
  const file = join(run, 'config.yaml');
  writeFileSync(file, CONFIGURATION.replace('PORT', String(port)));
  writeFileSync(join(run, 'a.log'), 'a line\n');
  const env = { RUN: run, LEVEL: level };
  const engine = await Engine.start({ collector, args: [`--config=${file}`], env });
  try {
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      const [body = new Uint8Array(0)] = INPUTS['mixed']?.[signal] ?? [];
      await send({ socketPath: join(run, 'otlp.sock'), path: `/v1/${signal}`, body });
    }
    const shown = async (): Promise<ReadonlySet<string>> => {
      const page = await fetch(`http://127.0.0.1:${port}/metrics`);
      return new Set((await page.text()).split('\n').flatMap(seriesOf));
    };
    // Everything has been counted when what comes last has been.
    await expect
      .poll(async () => [...(await shown())].filter((name) => LAST.test(name)).length, {
        timeout: 30_000,
        interval: 250,
      })
      .toBeGreaterThanOrEqual(3);
    return await shown();
  } finally {
    await engine.stop();
  }
}

const LAST =
  /^otelcol_(?:exporter_send_failed_spans\{.*exporter="otlp"|receiver_accepted_log_records\{.*filelog|scraper_scraped_metric_points\{.*load)/;

function seriesOf(line: string): readonly string[] {
  const [, name = '', labels = ''] = /^([a-z_0-9]+)(?:\{(.*)\})? /.exec(line) ?? [];
  if (name === '' || NOT_HERE.test(name)) return [];
  const kept = labels
    .split(/,(?=[a-z_]+=")/)
    .map((label) => label.replace(/^le=".*"$/, 'le=""'))
    .filter((label) => label.startsWith('le=') || !label.endsWith('=""'))
    .filter((label) => !LABELS_NOT_HERE.test(label));
  return [`${name}{${kept.sort().join(',')}}`];
}

for (const level of ['basic', 'normal', 'detailed']) {
  it.skipIf(!isFull)(`has the Collector's own metrics and labels at level ${level}`, async () => {
    const theirs = await series(COLLECTOR, level);
    const ours = await series(undefined, level);
    const missing = [...theirs].filter((each) => !ours.has(each));
    expect(missing.filter((each) => !DONE_IN_ONE_PASS.test(each))).toEqual([]);
    expect(theirs.size).toBeGreaterThan(30);
  });
}
