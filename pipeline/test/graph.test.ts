import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../src/contract-fixtures.ts';
import { OwnTelemetry } from '../src/events/own-telemetry.ts';
import { buildGraph } from '../src/graph/build-graph.ts';
import type { Graph } from '../src/graph/built-component.ts';
import { StaticSettingsSource } from '../src/settings/static-settings-source.ts';
import { batchOf, Journal } from './fixture-components.ts';
import { load } from './fixture-config.ts';

const COMPONENTS = `
receivers: {nop: , nop/2: }
processors: {tag: , tag/2: }
exporters: {nop: , nop/2: , debug: }
connectors: {forward: , forward/2: }
service::pipelines:
`;

function build(pipelines: readonly string[], journal: Journal = new Journal()): Graph {
  const yaml = COMPONENTS + pipelines.map((pipeline) => `  ${pipeline}\n`).join('');
  return buildGraph({
    config: load(yaml, { journal }),
    logger: new RecordingLogger(),
    settings: new StaticSettingsSource(),
    telemetry: new OwnTelemetry(),
  });
}

describe('the graph', () => {
  it('has one receiver an id, one processor a pipeline, one exporter a signal and id', () => {
    const graph = build([
      'traces: {receivers: [nop], processors: [tag], exporters: [nop]}',
      'traces/2: {receivers: [nop, nop/2], processors: [tag, tag/2], exporters: [nop]}',
      'logs: {receivers: [nop], exporters: [nop]}',
    ]);
    const names = (list: readonly { readonly name: string }[]): string[] =>
      list.map(({ name }) => name);
    expect(names(graph.receivers)).toEqual(['receiver nop', 'receiver nop/2']);
    expect(names(graph.exporters)).toEqual(['exporter nop traces', 'exporter nop logs']);
    expect(names(graph.steps)).toEqual([
      'processor tag traces',
      'processor tag/2 traces/2',
      'processor tag traces/2',
    ]);
  });

  it('makes nothing that no pipeline names', () => {
    const journal = new Journal();
    build(['traces: {receivers: [nop], exporters: [nop]}'], journal);
    expect(journal.created).toEqual(['exporter nop traces', 'receiver nop']);
  });

  it('hands data through processors in listed order to every pipeline of a receiver', async () => {
    const journal = new Journal();
    build(
      [
        'traces: {receivers: [nop], processors: [tag/2, tag], exporters: [nop, nop/2]}',
        'traces/2: {receivers: [nop], exporters: [debug]}',
      ],
      journal,
    );
    await journal.consumers.get('receiver nop traces')?.consume(batchOf(1));
    expect(journal.entries).toEqual([
      'consume processor tag/2 traces',
      'consume processor tag traces',
      'consume exporter nop traces',
      'consume exporter nop/2 traces',
      'consume exporter debug traces',
    ]);
  });

  it('joins pipelines by connectors, and tells them which pipelines they lead to', async () => {
    const journal = new Journal();
    build(
      [
        'traces: {receivers: [nop], exporters: [forward]}',
        'traces/2: {receivers: [forward], exporters: [nop]}',
        'traces/3: {receivers: [forward], exporters: [nop/2]}',
        'logs: {receivers: [forward], exporters: [nop]}',
      ],
      journal,
    );
    await journal.consumers.get('receiver nop traces')?.consume(batchOf(1));
    expect(journal.entries).toEqual([
      'consume connector forward traces to traces (traces/2,traces/3)',
      'consume exporter nop traces',
      'consume exporter nop/2 traces',
      'consume connector forward traces to logs (logs)',
      'consume exporter nop logs',
    ]);
  });

  it.each([
    [
      ['logs: {receivers: [nop], exporters: [debug]}'],
      'failed to build pipelines: failed to create "debug" exporter for data type ' +
        '"logs": telemetry type is not supported',
    ],
    [
      ['traces: {receivers: [nop], exporters: [forward]}'],
      'failed to build pipelines: connector "forward" used as exporter in [traces] ' +
        'pipeline but not used in any supported receiver pipeline',
    ],
    [
      ['traces: {receivers: [forward], exporters: [nop]}'],
      'failed to build pipelines: connector "forward" used as receiver in [traces] ' +
        'pipeline but not used in any supported exporter pipeline',
    ],
    [
      [
        'logs: {receivers: [nop], exporters: [forward]}',
        'traces: {receivers: [forward], exporters: [nop]}',
      ],
      'connector "forward" used as exporter in [logs] pipeline but not used in any ' +
        'supported receiver pipeline',
    ],
    [
      ['traces: {receivers: [forward], processors: [tag], exporters: [forward]}'],
      'failed to build pipelines: cycle detected: connector "forward" (traces to ' +
        'traces) -> processor "tag" in pipeline "traces" -> connector "forward" ' +
        '(traces to traces)',
    ],
    [
      [
        'traces: {receivers: [nop, forward/2], processors: [tag], exporters: [forward]}',
        'traces/2: {receivers: [forward], processors: [tag/2], exporters: [forward/2]}',
      ],
      'cycle detected: connector "forward" (traces to traces) -> processor "tag/2" ' +
        'in pipeline "traces/2" -> connector "forward/2" (traces to traces) -> ' +
        'processor "tag" in pipeline "traces" -> connector "forward" (traces to traces)',
    ],
  ])('refuses %j', (pipelines, text) => {
    expect(() => build(pipelines)).toThrow(text);
  });

  it('gives components the version of the configuration, whatever the order of its keys', () => {
    const versions = [
      load(
        'receivers: {nop: }\nexporters: {nop: }\nservice: {pipelines: {traces: ' +
          '{receivers: [nop], exporters: [nop]}}}',
      ),
      load(
        'exporters: {nop: }\nservice: {telemetry: {logs: {level: debug}}, pipelines: ' +
          '{traces: {exporters: [nop], receivers: [nop]}}}\nreceivers: {nop: }',
      ),
      load(
        'receivers: {nop: }\nexporters: {nop: }\nservice: {pipelines: {traces/2: ' +
          '{receivers: [nop], exporters: [nop]}}}',
      ),
    ].map(({ version }) => version);
    expect(versions[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(versions[1]).toBe(versions[0]);
    expect(versions[2]).not.toBe(versions[0]);
    const journal = new Journal();
    build(['traces: {receivers: [nop], exporters: [nop]}'], journal);
    expect(journal.settings.get('receiver nop')?.configVersion).toMatch(/^[0-9a-f]{32}$/);
    expect(journal.settings.get('receiver nop')?.settings.current().version).toBe(0);
  });
});
