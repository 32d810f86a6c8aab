import type { ReceiverFactory } from '@sonde/pipeline';
import { type HostMetricsConfig, hostMetricsConfig } from './config.ts';
import { HostMetricsReceiver } from './hostmetrics-receiver.ts';

/** The receiver `host_metrics`: CPU, memory, disks, network and processes of the host. */
export const hostMetricsReceiverFactory: ReceiverFactory<HostMetricsConfig> = {
  kind: 'receiver',
  type: 'host_metrics',
  aliases: ['hostmetrics'],
  config: hostMetricsConfig,
  signals: { metrics: 'beta' },
  create: ({ id, logger, telemetry }, config, { metrics: next }) => {
    if (next === undefined) throw new Error('hostmetrics without a metrics pipeline');
    return new HostMetricsReceiver({ id, logger, config, next, telemetry });
  },
};
