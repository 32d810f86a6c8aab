import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../src/contract-fixtures.ts';
import { SondeError } from '../src/errors.ts';
import { runService } from '../src/run-service.ts';
import { Service } from '../src/service.ts';
import { StaticSettingsSource } from '../src/settings/static-settings-source.ts';
import { batchOf, fixtureFactories, Journal } from './fixture-components.ts';
import { load } from './fixture-config.ts';

const SECTIONS = `
receivers: {nop: , nop/2: }
processors: {tag: , tag/2: }
exporters: {nop: , nop/2: , twin/x: }
connectors: {forward: }
`;

async function running(
  pipelines: string,
  work: (journal: Journal, service: Service) => Promise<void>,
): Promise<Journal> {
  const journal = new Journal();
  const service = new Service({
    config: load(`${SECTIONS}service: {pipelines: ${pipelines}}`, { journal }),
    logger: new RecordingLogger(),
    settings: new StaticSettingsSource(),
  });
  await service.start();
  try {
    await work(journal, service);
  } finally {
    await service.shutdown();
  }
  return journal;
}

function consumed(journal: Journal): readonly string[] {
  return journal.entries
    .filter((entry) => entry.startsWith('consume'))
    .map((entry) => entry.slice('consume '.length));
}

describe('an exporter of several pipelines', () => {
  const PIPELINES = `{
    traces: {receivers: [nop], processors: [tag], exporters: [nop]},
    traces/2: {receivers: [nop], exporters: [nop]}}`;

  it('is started and shut down once, and gets the data of each', async () => {
    const journal = await running(PIPELINES, async (open) => {
      await open.consumers.get('receiver nop traces')?.consume(batchOf(1));
    });
    expect(consumed(journal)).toEqual([
      'processor tag traces',
      'exporter nop traces',
      'exporter nop traces',
    ]);
    const about = journal.entries.filter((entry) => entry.endsWith(' exporter nop traces'));
    expect(about.filter((entry) => entry.startsWith('start'))).toHaveLength(1);
    expect(about.filter((entry) => entry.startsWith('shutdown'))).toHaveLength(1);
  });
});

describe('a processor that throws', () => {
  it('fails the request alone: its sender is told, other pipelines and the next request go on', async () => {
    const pipelines = `{
      traces/1: {receivers: [nop], processors: [tag], exporters: [nop]},
      traces/2: {receivers: [nop], exporters: [nop/2]}}`;
    const journal = await running(pipelines, async (open, service) => {
      const receiver = open.consumers.get('receiver nop traces');
      open.failing.set('consume processor tag traces', new TypeError('x is not a function'));
      await expect(receiver?.consume(batchOf(1))).rejects.toMatchObject({
        code: 'INTERNAL',
        retryable: false,
        message: expect.stringContaining('x is not a function'),
      });
      expect(service.status.phase).toBe('ready');
      open.failing.clear();
      await receiver?.consume(batchOf(1));
    });
    expect(consumed(journal)).toEqual([
      'processor tag traces',
      'exporter nop/2 traces',
      'processor tag traces',
      'exporter nop traces',
      'exporter nop/2 traces',
    ]);
  });
});

describe('fan-out', () => {
  it('follows the order of pipelines and exporters in the file', async () => {
    const pipelines = `{
      traces/b: {receivers: [nop], exporters: [nop/2, nop]},
      traces/a: {receivers: [nop], exporters: [twin/x]}}`;
    const journal = await running(pipelines, async (open) => {
      await open.consumers.get('receiver nop traces')?.consume(batchOf(1));
    });
    expect(consumed(journal)).toEqual([
      'exporter nop/2 traces',
      'exporter nop traces',
      'exporter twin/x traces',
    ]);
  });

  it('asks everybody, joins what was refused, and repeats for all when the sender does', async () => {
    const pipelines = `{traces: {receivers: [nop], exporters: [nop, nop/2, twin/x]}}`;
    const journal = await running(pipelines, async (open) => {
      const receiver = open.consumers.get('receiver nop traces');
      open.failing.set('consume exporter nop traces', new SondeError('INVALID_DATA', 'never'));
      open.failing.set('consume exporter nop/2 traces', new SondeError('UNAVAILABLE', 'later'));
      await expect(receiver?.consume(batchOf(1))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: 'never; later',
      });
      open.failing.clear();
      await receiver?.consume(batchOf(1));
    });
    const once = ['exporter nop traces', 'exporter nop/2 traces', 'exporter twin/x traces'];
    expect(consumed(journal)).toEqual([...once, ...once]);
  });

  it('through a connector has the same order, and gives the same answer', async () => {
    const pipelines = `{
      traces/in: {receivers: [nop], exporters: [forward, twin/x]},
      traces/1: {receivers: [forward], exporters: [nop]},
      traces/2: {receivers: [forward], processors: [tag], exporters: [nop/2]}}`;
    const journal = await running(pipelines, async (open) => {
      open.failing.set('consume exporter nop traces', new SondeError('OVERLOADED', 'full'));
      await expect(
        open.consumers.get('receiver nop traces')?.consume(batchOf(1)),
      ).rejects.toMatchObject({ code: 'OVERLOADED' });
    });
    expect(consumed(journal)).toEqual([
      'connector forward traces to traces (traces/1,traces/2)',
      'exporter nop traces',
      'processor tag traces',
      'exporter nop/2 traces',
      'exporter twin/x traces',
    ]);
  });
});

describe('a shutdown under load', () => {
  it('lets what receivers still hand on through to exporters that are still there', async () => {
    const journal = await running(
      '{traces: {receivers: [nop], processors: [tag], exporters: [nop]}}',
      async (open) => {
        const receiver = open.consumers.get('receiver nop traces');
        open.onNote = (entry) => {
          if (entry !== 'shutdown receiver nop') return;
          open.onNote = () => {};
          void receiver?.consume(batchOf(5));
        };
      },
    );
    const order = ['consume exporter nop traces', 'shutdown exporter nop traces'];
    expect(journal.entries.filter((entry) => order.includes(entry))).toEqual(order);
  });
});

describe('a fatal error', () => {
  it('of any component ends the run once everything was shut down, and is told first', async () => {
    const journal = new Journal();
    const logger = new RecordingLogger();
    const run = runService({
      configUris: [
        `yaml:${SECTIONS}service: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}`,
      ],
      factories: fixtureFactories(journal),
      env: {},
      logger,
      signal: new AbortController().signal,
      onReady: () => {
        const error = new Error('disk gone');
        journal.hosts.get('exporter nop traces')?.reportStatus({ state: 'fatal', error });
        journal.hosts.get('receiver nop')?.reportStatus({ state: 'fatal' });
      },
    });
    await expect(run).rejects.toThrow('exporter nop traces failed: disk gone');
    expect(journal.entries.filter((entry) => entry.startsWith('shutdown'))).toHaveLength(2);
    expect(logger.lines).toContainEqual({
      level: 'error',
      message: 'Asynchronous error received, terminating process',
      fields: { component: 'exporter nop traces', error: 'disk gone' },
    });
  });
});
