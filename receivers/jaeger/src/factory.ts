import type { ReceiverFactory } from '@sonde/pipeline';
import { type JaegerConfig, jaegerConfig } from './config.ts';
import { JaegerReceiver } from './jaeger-receiver.ts';

/** The receiver `jaeger`. */
export const jaegerReceiverFactory: ReceiverFactory<JaegerConfig> = {
  kind: 'receiver',
  type: 'jaeger',
  config: jaegerConfig,
  signals: { traces: 'beta' },
  create: (settings, config, next) => new JaegerReceiver(settings, config, next.traces),
};
