import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../src/contract-fixtures.ts';
import { validateConfig } from '../src/read-config.ts';
import { runService } from '../src/run-service.ts';
import { Service } from '../src/service.ts';
import { StaticSettingsSource } from '../src/settings/static-settings-source.ts';
import { fixtureFactories, Journal } from './fixture-components.ts';
import { load, WORKING } from './fixture-config.ts';

const YAML = `
receivers: {nop: , nop/2: }
processors: {tag: , tag/2: }
exporters: {nop: , nop/2: }
extensions: {probe: , probe/2: }
service:
  extensions: [probe, probe/2]
  pipelines:
    traces: {receivers: [nop], processors: [tag, tag/2], exporters: [nop]}
    logs: {receivers: [nop, nop/2], exporters: [nop/2]}
`;

interface Fixture {
  readonly service: Service;
  readonly journal: Journal;
  readonly logger: RecordingLogger;
}

function fixture(shutdownDeadlineMs = 5000): Fixture {
  const journal = new Journal();
  const logger = new RecordingLogger();
  const config = load(YAML, { journal });
  const settings = new StaticSettingsSource();
  return {
    journal,
    logger,
    service: new Service({ config, logger, settings, shutdownDeadlineMs }),
  };
}

describe('a service', () => {
  it('starts what is behind first, and shuts down the other way', async () => {
    const { service, journal } = fixture();
    await service.start();
    await service.start();
    await service.shutdown();
    await service.shutdown();
    expect(journal.entries).toEqual([
      'start extension probe',
      'start extension probe/2',
      'start exporter nop traces',
      'start exporter nop/2 logs',
      'start processor tag/2 traces',
      'start processor tag traces',
      'start receiver nop',
      'start receiver nop/2',
      'shutdown receiver nop',
      'shutdown receiver nop/2',
      'shutdown processor tag traces',
      'shutdown processor tag/2 traces',
      'shutdown exporter nop traces',
      'shutdown exporter nop/2 logs',
      'shutdown extension probe/2',
      'shutdown extension probe',
    ]);
  });

  it('says the lines that scripts wait for', async () => {
    const { service, logger } = fixture();
    await service.start();
    await service.shutdown();
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Starting sonde...',
      'Starting extensions...',
      'Everything is ready. Begin running and processing data.',
      'Starting shutdown...',
      'Shutdown complete.',
    ]);
  });

  it('names the component that cannot start, and shuts everything down', async () => {
    const { service, journal } = fixture();
    const taken = Object.assign(new Error('listen EADDRINUSE'), {
      code: 'EADDRINUSE',
      address: '127.0.0.1',
      port: 4317,
    });
    journal.failing.set('start receiver nop/2', taken);
    await expect(service.start()).rejects.toMatchObject({
      code: 'START_FAILED',
      component: 'receiver nop/2',
      message:
        'cannot start pipelines: failed to start "nop/2" receiver: listen tcp 127.0.0.1:4317: ' +
        'bind: address already in use',
    });
    expect(journal.entries.filter((entry) => entry.startsWith('shutdown'))).toHaveLength(8);
    expect(service.status.phase).toBe('stopped');
  });

  it('starts nothing behind an extension that cannot start', async () => {
    const { service, journal } = fixture();
    journal.failing.set('start extension probe/2', new Error('no'));
    await expect(service.start()).rejects.toThrow(
      'failed to start extensions: failed to start extension "probe/2": no',
    );
    expect(journal.entries.filter((entry) => entry.startsWith('start'))).toEqual([
      'start extension probe',
      'start extension probe/2',
    ]);
  });

  it('gives up a component that does not shut down in time, and goes on', async () => {
    const { service, journal, logger } = fixture(250);
    journal.hanging.add('processor tag traces');
    await service.start();
    await expect(service.shutdown()).rejects.toMatchObject({
      code: 'SHUTDOWN_FAILED',
      message: 'failed to shutdown pipelines: processor tag traces did not shut down within 250 ms',
    });
    expect(journal.entries.at(-1)).toBe('shutdown extension probe');
    expect(logger.lines).toContainEqual({
      level: 'error',
      message: 'Component did not shut down in time',
      fields: { component: 'processor tag traces', deadline_ms: 250 },
    });
  });

  it('shuts the rest down when one component fails to', async () => {
    const { service, journal } = fixture();
    journal.failing.set('shutdown receiver nop', new Error('stuck'));
    await service.start();
    await expect(service.shutdown()).rejects.toThrow('receiver nop: stuck');
    expect(journal.entries.at(-1)).toBe('shutdown extension probe');
  });

  it('shows how it and its components fare', async () => {
    const { service, journal } = fixture();
    expect(service.status).toMatchObject({ phase: 'starting', readySinceUnixMs: undefined });
    await service.start();
    expect(service.status.phase).toBe('ready');
    expect(service.status.readySinceUnixMs).toBeGreaterThan(0);
    const host = journal.hosts.get('exporter nop traces');
    host?.reportStatus({ state: 'recoverable', error: new Error('away') });
    expect(host?.serviceStatus().components.get('exporter nop traces')?.state).toBe('recoverable');
    expect(host?.extension('probe/2')).toBeDefined();
    expect(host?.extension('none')).toBeUndefined();
    expect(() => host?.authenticator('none')).toThrow(
      'failed to resolve authenticator "none": authenticator not found',
    );
    expect(() => host?.authenticator('probe')).toThrow('is not an authenticator');
    await service.shutdown();
    expect(service.status.phase).toBe('stopped');
  });
});

describe('a run', () => {
  function run(options: {
    readonly signal: AbortSignal;
    readonly journal: Journal;
    readonly onReady?: (service: Service) => void;
  }): Promise<void> {
    return runService({
      configUris: [`yaml:${WORKING}`],
      sets: ['receivers.otlp.protocols.http=null'],
      factories: fixtureFactories(options.journal),
      env: {},
      logger: new RecordingLogger(),
      ...options,
    });
  }

  it('lasts until its signal aborts', async () => {
    const journal = new Journal();
    const stop = new AbortController();
    await run({ journal, signal: stop.signal, onReady: () => stop.abort() });
    expect(journal.entries.at(-1)).toBe('shutdown exporter nop traces');
  });

  it('stops in the middle of a start, with the component it is at', async () => {
    const journal = new Journal();
    const stop = new AbortController();
    journal.pause = async () => {
      stop.abort();
      await nextTurn();
    };
    await run({ journal, signal: stop.signal, onReady: () => journal.note('ready') });
    expect(journal.entries).toEqual([
      'start exporter nop traces',
      'shutdown receiver otlp',
      'shutdown exporter nop traces',
    ]);
  });

  it('makes its logger from what the configuration says of logs', async () => {
    const lines: string[] = [];
    await runService({
      configUris: [`yaml:${WORKING}`],
      sets: ['service.telemetry.logs={level: warn, encoding: json}'],
      factories: fixtureFactories(),
      env: {},
      signal: AbortSignal.abort(),
      makeLogger: (logs) => {
        lines.push(`${logs.level} ${logs.encoding}`);
        return new RecordingLogger();
      },
    });
    expect(lines).toEqual(['warn json']);
  });

  it('is validated without anything being started', async () => {
    const journal = new Journal();
    const options = { configUris: [`yaml:${WORKING}`], env: {}, logger: new RecordingLogger() };
    await validateConfig({ ...options, factories: fixtureFactories(journal) });
    expect(journal.entries).toEqual([]);
    expect(journal.created).toEqual(['exporter nop traces', 'receiver otlp']);
    await expect(
      validateConfig({
        ...options,
        sets: [
          'exporters.debug=null',
          'service.pipelines.logs={receivers: [otlp], exporters: [debug]}',
        ],
        factories: fixtureFactories(),
      }),
    ).rejects.toThrow('telemetry type is not supported');
  });

  it('stops at once when its signal has aborted before', async () => {
    const journal = new Journal();
    await run({ journal, signal: AbortSignal.abort() });
    expect(journal.entries).toContain('shutdown receiver otlp');
  });

  it('ends with the component that failed for good, after it has shut down', async () => {
    const journal = new Journal();
    const running = run({
      journal,
      signal: new AbortController().signal,
      onReady: () =>
        journal.hosts
          .get('receiver otlp')
          ?.reportStatus({ state: 'fatal', error: new Error('socket lost') }),
    });
    await expect(running).rejects.toMatchObject({
      code: 'COMPONENT_FATAL',
      message: 'receiver otlp failed: socket lost',
    });
    expect(journal.entries.at(-1)).toBe('shutdown exporter nop traces');
  });

  it('tells why it ends even if the shutdown fails too', async () => {
    const journal = new Journal();
    journal.failing.set('shutdown receiver otlp', new Error('stuck'));
    const running = run({
      journal,
      signal: new AbortController().signal,
      onReady: () => journal.hosts.get('receiver otlp')?.reportStatus({ state: 'fatal' }),
    });
    await expect(running).rejects.toThrow('receiver otlp failed: fatal status');
  });
});
