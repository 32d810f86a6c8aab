import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ExporterFactory, ReceiverFactory } from '../src/component.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { resolveConfig } from '../src/config/resolve-config.ts';
import { fixtureFactories } from './fixture-components.ts';

const NEVER = (): never => {
  throw new Error('nothing is made here');
};

const receiver: ReceiverFactory<{ readonly directory: string; readonly workers: number }> = {
  kind: 'receiver',
  type: 'log',
  signals: { traces: 'beta', logs: 'beta' },
  config: z.strictObject({ directory: z.string(), workers: z.int().default(1) }),
  readsFrom: ({ directory }) => ({
    key: 'directory',
    place: directory,
    identity: resolve(directory),
  }),
  threads: { count: ({ workers }) => workers },
  create: NEVER,
};

const exporter: ExporterFactory<{ readonly directory: string; readonly partitions: number }> = {
  kind: 'exporter',
  type: 'log',
  signals: { traces: 'beta', logs: 'beta' },
  config: z.strictObject({ directory: z.string(), partitions: z.int().default(1) }),
  writesTo: ({ directory, partitions }) => ({
    key: 'directory',
    place: directory,
    identity: resolve(directory),
    partitions,
  }),
  create: NEVER,
};

interface Ends {
  readonly receivers?: string;
  readonly exporters?: string;
  readonly out?: string;
}

/** What a configuration is told that takes traces and logs in and hands them on. */
function warningsOf({
  receivers = 'log: {directory: a}',
  exporters = 'log: {directory: a}',
  out = 'traces/out: {receivers: [log], exporters: [nop]}, logs/out: {receivers: [log], exporters: [nop]}',
}: Ends): readonly string[] {
  const warnings: string[] = [];
  const yaml = `
receivers: {nop: , ${receivers}}
exporters:
  nop:
  ${exporters}
service:
  pipelines: {
    traces: {receivers: [nop], exporters: [log]},
    logs: {receivers: [nop], exporters: [log]},
    ${out} }`;
  const resolved = resolveConfig({ configUris: [`yaml:${yaml}`], env: {}, warn: NEVER });
  loadConfig(resolved, {
    factories: [...fixtureFactories(), receiver, exporter],
    warn: (message) => warnings.push(message),
  });
  return warnings;
}

describe('an exporter and a receiver that should meet', () => {
  it('say nothing where they do, however the place is written', () => {
    expect(warningsOf({ receivers: 'log: {directory: ./b/../a/}' })).toEqual([]);
  });

  it('are told of where one reads elsewhere', () => {
    expect(warningsOf({ receivers: 'log: {directory: b}' })).toEqual([
      'exporters::log::directory: "a": no receiver of this configuration reads the traces, logs ' +
        'that it writes there; receivers::log::directory is "b": give both the same ' +
        '(yaml::5:9)',
    ]);
  });

  it('are told of where nobody reads one of the signals', () => {
    const out = 'traces/out: {receivers: [log], exporters: [nop]}';
    expect(warningsOf({ out })).toEqual([
      'exporters::log::directory: "a": no receiver of this configuration reads the logs that it ' +
        'writes there; put receiver "log" into a pipeline of that signal, too (yaml::5:9)',
    ]);
  });

  it('are told of where there is no receiver in any pipeline', () => {
    const out = 'traces/out: {receivers: [nop], exporters: [nop]}';
    expect(warningsOf({ out })).toEqual([
      'exporters::log::directory: "a": no receiver of this configuration reads the traces, logs ' +
        'that it writes there; add a receiver "log" with the same directory and a pipeline that ' +
        'begins with it (yaml::5:9)',
    ]);
  });
});

describe('threads of a receiver', () => {
  const receivers = 'log: {directory: a, workers: 3}';

  it('are told of where a partition is missing for one', () => {
    expect(warningsOf({ receivers, exporters: 'log: {directory: a, partitions: 2}' })).toEqual([
      'receivers::log::workers: 1 of 3 threads will have nothing to do, for ' +
        'exporters::log::partitions is 2 and one thread reads a partition; make partitions 3 or ' +
        'more, or workers 2 (yaml::2:40)',
    ]);
  });

  it('are good where each has one', () => {
    expect(warningsOf({ receivers, exporters: 'log: {directory: a, partitions: 3}' })).toEqual([]);
  });
});
