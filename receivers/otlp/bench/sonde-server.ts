import { createConsoleLogger } from '@sonde/pipeline';
import { otlpConfig } from '../src/config.ts';
import { OtlpReceiver } from '../src/otlp-receiver.ts';
import { hostWith } from '../test/host.ts';

/** The whole receiver with all its checks, before a pipeline that takes everything at once. */
export async function startSonde(): Promise<string> {
  const config = otlpConfig.parse({ protocols: { grpc: { endpoint: '127.0.0.1:0' } } });
  const logger = createConsoleLogger({
    level: 'error',
    write: (line) => process.stderr.write(line),
  });
  const receiver = new OtlpReceiver(
    config,
    { traces: { consume: () => Promise.resolve() } },
    { id: 'otlp', logger },
  );
  await receiver.start(hostWith());
  return receiver.addresses.grpc ?? '';
}
