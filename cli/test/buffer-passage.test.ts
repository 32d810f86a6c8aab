import { validateConfig } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { loadComponents } from '../src/components.ts';

const COMPONENTS = await loadComponents();

/** What `sonde validate` writes to standard error of an embedded log with these two ends. */
async function warningsOf(receiver: string, exporter: string): Promise<readonly string[]> {
  const yaml = `
receivers: {otlp: {protocols: {grpc: }}, buffer: ${receiver}}
exporters: {nop: , buffer: ${exporter}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [buffer]}
    traces/out: {receivers: [buffer], exporters: [nop]}`;
  const logger = new RecordingLogger();
  await validateConfig({
    configUris: [`yaml:${yaml}`],
    factories: COMPONENTS,
    env: {},
    logger,
  });
  return logger.lines.map(({ level, message }) => `${level}: ${message}`);
}

describe('a configuration with an embedded log', () => {
  it('is silent where both ends are one folder and each thread has a partition', async () => {
    const receiver = '{directory: ./log, workers: 2}';
    expect(await warningsOf(receiver, '{directory: log, partitions: 2}')).toEqual([]);
  });

  it('says that the receiver reads another folder', async () => {
    expect(await warningsOf('{directory: log-2}', '{directory: log}')).toEqual([
      'warn: exporters::buffer::directory: "log": no receiver of this configuration reads the ' +
        'traces that it writes there; receivers::buffer::directory is "log-2": give both the ' +
        'same (yaml::3:29)',
    ]);
  });

  it('says that a thread has no partition', async () => {
    expect(await warningsOf('{directory: log, workers: 2}', '{directory: log}')).toEqual([
      'warn: receivers::buffer::workers: 1 of 2 threads will have nothing to do, for ' +
        'exporters::buffer::partitions is 1 and one thread reads a partition; make partitions 2 ' +
        'or more, or workers 1 (yaml::2:67)',
    ]);
  });
});
