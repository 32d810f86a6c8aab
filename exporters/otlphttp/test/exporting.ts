import type { Component, ExportingComponent } from '@sonde/pipeline';
import {
  contractHost,
  contractSignalSettings,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import type { Signal } from '@sonde/proto';
import { onTestFinished } from 'vitest';
import { otlpHttpExporterFactory } from '../src/index.ts';

export const NO_DEADLINE: AbortSignal = new AbortController().signal;

/** Answers the caller with the destination's own verdict, at once. */
export const DIRECT = {
  sending_queue: { enabled: false },
  retry_on_failure: { enabled: false },
} as const;

export const QUICK_RETRY = { initial_interval: '1ms', max_interval: '2ms' } as const;

export interface Exporting {
  readonly exporter: ExportingComponent;
  readonly logger: RecordingLogger;
}

/** A started exporter, stopped at the end of the test. */
export async function exporting(
  config: Readonly<Record<string, unknown>>,
  options: {
    readonly signal?: Signal;
    readonly extensions?: Readonly<Record<string, Component>>;
  } = {},
): Promise<Exporting> {
  const { signal = 'traces', extensions = {} } = options;
  const logger = new RecordingLogger();
  const exporter = otlpHttpExporterFactory.create(
    contractSignalSettings('otlphttp', signal, logger),
    otlpHttpExporterFactory.config.parse(config),
  );
  await exporter.start(contractHost(extensions));
  onTestFinished(() => exporter.shutdown(AbortSignal.abort()));
  return { exporter, logger };
}
