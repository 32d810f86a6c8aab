import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load, refusal, WORKING } from './fixture-config.ts';

/**
 * The reference Collector as `npm run setup:collector` builds it; undefined where it has not run.
 */
function findCollector(): string | undefined {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sonde/otelcol');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map((build) => join(folder, build, 'otelcol'))
    .find((path) => existsSync(path) && !path.includes('/build/'));
}

const COLLECTOR = findCollector();

/** What the Collector says that no value of ours could change: without prefixes of sections. */
function collectorLines(path: string, sets: readonly string[]): readonly string[] {
  const flags = sets.map((set) => `--set=${set}`);
  try {
    execFileSync(path, ['validate', `--config=yaml:${WORKING}`, ...flags], { stdio: 'pipe' });
    return [];
  } catch (error) {
    const { stderr }: { readonly stderr?: unknown } = Object(error);
    return String(stderr)
      .replace(/^Error: /, '')
      .split('\n')
      .filter((line) => line !== '' && !line.endsWith('following error(s):'))
      .map((line) => line.replace(/^'[a-z]+' (?:'' )?(?=in |id |unknown type|the logging)/, ''))
      .map((line) => line.replace(/ \(valid values: .*/, ''));
  }
}

describe.skipIf(COLLECTOR === undefined)('the reference Collector', () => {
  it.each([
    [['service.pipelines.traces.receivers=[]']],
    [['service.pipelines.traces.exporters=[]']],
    [['service.pipelines.traces.receivers=[x]']],
    [['service.pipelines.traces.exporters=[x]']],
    [['service.pipelines.traces.processors=[x]']],
    [['service.pipelines.traces.processors=[z, z]']],
    [['service.pipelines=null']],
    [['service=null']],
    [['service.extensions=[e]']],
    [['service.pipelines.profiles={receivers: [otlp], exporters: [nop]}']],
    [['service.pipelines.tracez={receivers: [otlp]}']],
    [['service.pipelines.traces/={receivers: [otlp]}']],
    [['service.pipelines.traces.exporters=[nop/]']],
    [['service.pipelines.traces.foo=1']],
    [['service.pipelines.traces=5']],
    [['service.pipelines.traces.exporters=5']],
    [['service.pipelines.traces.receivers=otlp']],
    [['service.foo=1', 'service.telemetry.unknown=1']],
    [['receivers=5']],
    [['receivers.otlp/.a=1']],
    [['receivers./x.a=1']],
    [['receivers.foo.a=1']],
    [['receivers.1otlp.a=1']],
    [['exporters.logging.a=1']],
    [['receivers.otlp/2.protocols={}']],
  ])('says of %j nothing that we do not say', (sets) => {
    const lines = collectorLines(COLLECTOR ?? '', sets);
    expect(lines.length).toBeGreaterThan(0);
    const ours = refusal(() => load(WORKING, { sets }));
    for (const line of lines) expect(ours).toContain(line);
  });

  it.each([
    [['processors.batch=null', 'service.pipelines.traces.exporters=[nop, nop]']],
    [['receivers.otlp.protocols.http=null']],
    [['receivers.otlp.protocols.grpc.max_recv_msg_size_mib=1.5']],
    [['service.telemetry.logs={level: debug, encoding: json, sampling: {enabled: false}}']],
    [['service.telemetry.metrics.level=none']],
    [['service.telemetry.resource={service.name: x}']],
  ])('takes %j as we do', (sets) => {
    expect(collectorLines(COLLECTOR ?? '', sets)).toEqual([]);
    expect(load(WORKING, { sets }).pipelines.size).toBe(1);
  });
});
