import { Telemetry } from '@sonde/pipeline';
import {
  contractHost,
  contractSignalSettings,
  exporterContract,
} from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { nopExporterFactory } from '../src/index.ts';

function telemetry(): Telemetry {
  return new Telemetry({
    signal: 'traces',
    requests: [],
    decode: () => {
      throw new Error('nobody decodes this');
    },
  });
}

const NOWHERE = 'what it takes is nowhere';

exporterContract({
  factory: nopExporterFactory,
  config: () => ({}),
  telemetry,
  received: () => Promise.resolve(0),
  skips: { 'shutdown keeps data': NOWHERE, backpressure: NOWHERE },
});

describe('the exporter nop', () => {
  it('takes everything and decodes nothing', async () => {
    const { config } = nopExporterFactory;
    const settings = contractSignalSettings('nop', 'traces');
    const exporter = nopExporterFactory.create(settings, config.parse(null));
    await exporter.start(contractHost());
    await expect(exporter.consume(telemetry())).resolves.toBeUndefined();
  });
});
