import { COMPONENTS } from '@sonde/cli/components';
import {
  contractHost,
  contractSettings,
  contractSignalSettings,
  GatedConsumer,
  requestBytes,
} from '@sonde/pipeline/contract-suite';
import { OtlpReceiver, otlpConfig } from '@sonde/receiver-otlp';
import { expect, it, onTestFinished } from 'vitest';

// Line 37 of the OTLP checklist: the real memory_limiter behind the real receiver.
it('37: memory_limiter answers 503 with its words and a delay, and nothing goes on', async () => {
  const entry = COMPONENTS.find(({ names }) => names.includes('memory_limiter'));
  const factory = await entry?.load();
  if (factory?.kind !== 'processor') throw new Error('no processor memory_limiter');
  const settings = contractSignalSettings('memory_limiter', 'traces');
  const behind = new GatedConsumer();
  // Every process takes more than a mebibyte.
  const config = factory.config.parse({ check_interval: '2s', limit_mib: 1 });
  const limiter = factory.create(settings, config, behind);
  const receiver = new OtlpReceiver(
    otlpConfig.parse({ protocols: { http: { endpoint: '127.0.0.1:0' } } }),
    { traces: limiter },
    contractSettings('otlp'),
  );
  await limiter.start(contractHost());
  await receiver.start(contractHost());
  onTestFinished(async () => {
    await receiver.shutdown(AbortSignal.abort());
    await limiter.shutdown(AbortSignal.abort());
  });
  const answer = await fetch(`http://${receiver.addresses.http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(requestBytes('traces')),
  });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await answer.text()).toContain('data refused due to high memory usage');
  expect(behind.taken).toHaveLength(0);
});
