import type { ReceiverFactory } from '@sonde/pipeline';
import { type PrometheusReceiverConfig, prometheusReceiverConfig } from './config/config.ts';
import { PrometheusReceiver } from './prometheus-receiver.ts';

const NOBODY = { consume: (): Promise<void> => Promise.resolve() };

/** The receiver `prometheus`. */
export const prometheusReceiverFactory: ReceiverFactory<PrometheusReceiverConfig> = {
  kind: 'receiver',
  type: 'prometheus',
  config: prometheusReceiverConfig,
  signals: { metrics: 'beta' },
  create: (settings, config, next) =>
    new PrometheusReceiver(settings, config, next.metrics ?? NOBODY),
};
