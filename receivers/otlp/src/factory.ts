import type { ReceiverFactory } from '@sonde/pipeline';
import { type OtlpConfig, otlpConfig } from './config.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

/** The receiver `otlp`: one server a protocol for all signals. */
export const otlpReceiverFactory: ReceiverFactory<OtlpConfig> = {
  kind: 'receiver',
  type: 'otlp',
  config: otlpConfig,
  signals: { traces: 'stable', metrics: 'stable', logs: 'stable', profiles: 'alpha' },
  create: (settings, config, next) => new OtlpReceiver(config, next, settings),
};
