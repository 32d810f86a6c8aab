import {
  type Consumer,
  type ExporterFactory,
  type Factory,
  nullMeansDefaults,
  type ReceiverFactory,
  runService,
  SondeError,
  Telemetry,
} from '@sonde/pipeline';
import { GatedConsumer, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { forwardConnectorFactory } from '../src/index.ts';

const EMPTY = nullMeansDefaults(z.strictObject({}));

const YAML = `yaml:
receivers: {hand: , hand/2: }
exporters: {keep: , keep/2: }
connectors: {forward: }
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces/in: {receivers: [hand], exporters: [forward]}
    traces/in2: {receivers: [hand/2], exporters: [forward]}
    traces/out: {receivers: [forward], exporters: [keep]}
    traces/out2: {receivers: [forward], exporters: [keep/2]}
`;

interface Fixture {
  readonly kept: Map<string, GatedConsumer>;
  readonly hands: Map<string, Consumer>;
  readonly factories: readonly Factory[];
}

function fixture(): Fixture {
  const kept = new Map<string, GatedConsumer>();
  const hands = new Map<string, Consumer>();
  const hand: ReceiverFactory = {
    kind: 'receiver',
    type: 'hand',
    signals: { traces: 'beta' },
    config: EMPTY,
    create: ({ id }, _config, { traces }) => {
      if (traces !== undefined) hands.set(id, traces);
      return { start: async () => {}, shutdown: async () => {} };
    },
  };
  const keep: ExporterFactory = {
    kind: 'exporter',
    type: 'keep',
    signals: { traces: 'beta' },
    config: EMPTY,
    create: ({ id }) => {
      const consumer = new GatedConsumer();
      kept.set(id, consumer);
      return {
        start: async () => {},
        shutdown: async () => {},
        consume: (telemetry) => consumer.consume(telemetry),
      };
    },
  };
  return { kept, hands, factories: [hand, keep, forwardConnectorFactory] };
}

function batch(itemCount: number): Telemetry {
  return new Telemetry({
    signal: 'traces',
    requests: [
      {
        signal: 'traces',
        bytes: new Uint8Array(1),
        itemCount,
        tenant: 'default',
        receivedUnixMs: 0,
      },
    ],
    decode: () => {
      throw new Error('nobody decodes this');
    },
  });
}

async function run({ factories }: Fixture, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  let onReady: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  const running = runService({
    configUris: [YAML],
    factories,
    env: {},
    logger: new RecordingLogger(),
    signal: stop.signal,
    onReady: () => onReady(),
  });
  await Promise.race([ready, running]);
  try {
    await work();
  } finally {
    stop.abort();
    await running;
  }
}

describe('forward between pipelines', () => {
  it('merges and forks them', async () => {
    const parts = fixture();
    await run(parts, async () => {
      await parts.hands.get('hand')?.consume(batch(3));
      await parts.hands.get('hand/2')?.consume(batch(4));
    });
    expect(parts.kept.get('keep')?.itemCount).toBe(7);
    expect(parts.kept.get('keep/2')?.itemCount).toBe(7);
  });

  it('gives the refusal of one pipeline back, and asks the other all the same', async () => {
    const parts = fixture();
    await run(parts, async () => {
      parts.kept.get('keep')?.failWith(new SondeError('OVERLOADED', 'full'));
      await expect(parts.hands.get('hand')?.consume(batch(3))).rejects.toMatchObject({
        code: 'OVERLOADED',
      });
    });
    expect(parts.kept.get('keep/2')?.itemCount).toBe(3);
  });
});
