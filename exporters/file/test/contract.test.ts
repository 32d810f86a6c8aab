import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exporterContract } from '@sonde/pipeline/contract-suite';
import type { Signal } from '@sonde/proto';
import { afterAll } from 'vitest';
import { fileExporterFactory } from '../src/index.ts';
import { linesOf } from './exporting.ts';
import { requestBytes, telemetryOf } from './otlp-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'sonde-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'telemetry.json');

const GROUPS: Readonly<Record<Signal, string>> = {
  traces: 'resourceSpans',
  metrics: 'resourceMetrics',
  logs: 'resourceLogs',
  profiles: 'resourceProfiles',
};

function received(signal: Signal): Promise<number> {
  const lines = existsSync(path) ? linesOf(path) : [];
  return Promise.resolve(lines.filter((line) => line.includes(GROUPS[signal])).length);
}

exporterContract({
  factory: fileExporterFactory,
  config: () => ({ path, append: true }),
  defaultsRefused: 'path must be non-empty',
  telemetry: (signal) => telemetryOf(signal, requestBytes(signal)),
  received,
  unreachableConfig: () => ({ path: '/dev/full' }),
});
