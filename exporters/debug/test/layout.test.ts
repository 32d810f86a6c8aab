import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Telemetry } from '@sonde/pipeline';
import {
  contractHost,
  contractSignalSettings,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { decodeRequests, jsonToProtobuf, type Signal, scanRequest } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { createDebugExporterFactory } from '../src/factory.ts';

function testdata(name: string): string {
  return readFileSync(join(import.meta.dirname, 'testdata', name), 'utf8');
}

function telemetryOf(signal: Signal, json: string): Telemetry {
  const bytes = jsonToProtobuf(signal, json);
  const itemCount = scanRequest(signal, bytes);
  return new Telemetry({
    signal,
    requests: [{ signal, bytes, itemCount, tenant: 'default', receivedUnixMs: 1 }],
    decode: (all) => decodeRequests(signal, all),
  });
}

interface Shown {
  readonly lines: RecordingLogger['lines'];
  readonly stdout: string;
  readonly stderr: string;
}

async function show(
  signal: Signal,
  config: Readonly<Record<string, unknown>>,
  batches: readonly Telemetry[],
): Promise<Shown> {
  let [stdout, stderr] = ['', ''];
  const factory = createDebugExporterFactory({
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  const logger = new RecordingLogger();
  const settings = contractSignalSettings('debug', signal, logger);
  const exporter = factory.create(settings, factory.config.parse(config));
  await exporter.start(contractHost());
  for (const batch of batches) await exporter.consume(batch);
  await exporter.shutdown(new AbortController().signal);
  return { lines: logger.lines, stdout, stderr };
}

const SIGNALS = ['traces', 'logs', 'metrics'] as const;

describe('the exporter debug', () => {
  it('counts in one line, as the Collector does', async () => {
    const counts = {
      traces: { 'resource spans': 2, spans: 2 },
      logs: { 'resource logs': 1, 'log records': 2 },
      metrics: { 'resource metrics': 1, metrics: 6, 'data points': 7 },
    };
    for (const signal of SIGNALS) {
      const batch = telemetryOf(signal, testdata(`${signal}.json`));
      const { lines, stdout, stderr } = await show(signal, {}, [batch]);
      const message = `${signal.charAt(0).toUpperCase()}${signal.slice(1)}`;
      expect(lines).toEqual([{ level: 'info', message, fields: counts[signal] }]);
      expect(stdout + stderr).toBe('');
    }
  });

  it.each(
    SIGNALS.flatMap(
      (signal) =>
        [
          [signal, 'normal'],
          [signal, 'detailed'],
        ] as const,
    ),
  )('shows %s as the Collector does in %s', async (signal, verbosity) => {
    const batch = telemetryOf(signal, testdata(`${signal}.json`));
    const { stderr } = await show(signal, { verbosity }, [batch]);
    expect(stderr).toBe(testdata(`${signal}.${verbosity}.txt`));
  });

  it('keeps text from outside on its line', async () => {
    const text = JSON.stringify('a\nSpan #9\u001b[2J');
    const json = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":${text}}}]}]}]}`;
    const { stderr } = await show('logs', { verbosity: 'normal' }, [telemetryOf('logs', json)]);
    expect(stderr.split('\n')[2]).toBe('a\\nSpan #9\\x1b[2J ');
  });

  it('writes to its own outputs where it is told to', async () => {
    const batch = telemetryOf('traces', testdata('traces.json'));
    const config = { verbosity: 'normal', use_internal_logger: false };
    const { lines, stdout, stderr } = await show('traces', config, [batch]);
    expect(lines).toEqual([]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Traces\t\{"resource spans": 2, "spans": 2\}\nResourceTraces #0/);
  });

  it('samples within a second as it is told to', async () => {
    const batch = telemetryOf('traces', testdata('traces.json'));
    const batches = Array.from({ length: 9 }, () => batch);
    const none = await show('traces', { sampling_initial: 2, sampling_thereafter: 0 }, batches);
    // A second may turn while it runs.
    expect([2, 4]).toContain(none.lines.length);
    const all = await show('traces', {}, batches);
    expect(all.lines).toHaveLength(9);
  });
});
