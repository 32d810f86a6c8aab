import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Component, ExportingComponent } from '@sonde/pipeline';
import {
  contractHost,
  contractSignalSettings,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import type { Signal } from '@sonde/proto';
import { onTestFinished } from 'vitest';
import { fileConfig } from '../src/config.ts';
import { fileExporterFactory } from '../src/factory.ts';

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

export interface Running {
  readonly exporter: ExportingComponent;
  readonly logger: RecordingLogger;
}

/** A started exporter, shut down at the end of the test. */
export async function exporting(config: unknown, signal: Signal = 'logs'): Promise<Running> {
  const logger = new RecordingLogger();
  const settings = contractSignalSettings('file', signal, logger);
  const exporter = fileExporterFactory.create(settings, fileConfig.parse(config));
  await exporter.start(contractHost());
  onTestFinished(() => stop(exporter));
  return { exporter, logger };
}

export function stop(component: Component): Promise<void> {
  return component.shutdown(new AbortController().signal);
}

export function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}
