import {
  contractHost,
  contractSignalSettings,
  GatedConsumer,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { batchConfig, batchProcessorFactory } from '../src/index.ts';

async function said(timeout: string): Promise<readonly string[]> {
  const logger = new RecordingLogger();
  const settings = contractSignalSettings('batch', 'traces', logger);
  const config = batchConfig.parse({ timeout });
  const batch = batchProcessorFactory.create(settings, config, new GatedConsumer());
  await batch.start(contractHost());
  await batch.shutdown(AbortSignal.timeout(1000));
  return logger.lines.map(({ level, message }) => `${level} ${message}`);
}

describe('a long timeout of batch', () => {
  it('is warned of where senders would give up', async () => {
    expect(await said('5s')).toEqual([expect.stringMatching(/^warn Senders wait for `timeout`/)]);
    expect(await said('4.9s')).toEqual([]);
  });
});
