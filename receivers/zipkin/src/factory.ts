import type { ReceiverFactory } from '@sonde/pipeline';
import { type ZipkinConfig, zipkinConfig } from './config.ts';
import { ZipkinReceiver } from './zipkin-receiver.ts';

/** The receiver `zipkin`. */
export const zipkinReceiverFactory: ReceiverFactory<ZipkinConfig> = {
  kind: 'receiver',
  type: 'zipkin',
  config: zipkinConfig,
  signals: { traces: 'beta' },
  create: (settings, config, next) => new ZipkinReceiver(settings, config, next.traces),
};
