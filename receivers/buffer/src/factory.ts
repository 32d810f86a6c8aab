import { resolve } from 'node:path';
import type { ReceiverFactory } from '@sonde/pipeline';
import { BufferReceiver } from './buffer-receiver.ts';
import { type BufferReceiverConfig, bufferReceiverConfig } from './config.ts';
import { LogHost } from './log-host.ts';

/** The receiver `buffer`: batches out of the embedded log. */
export const bufferReceiverFactory: ReceiverFactory<BufferReceiverConfig> = {
  kind: 'receiver',
  type: 'buffer',
  config: bufferReceiverConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  readsFrom: ({ directory }) => ({
    key: 'directory',
    place: directory,
    identity: resolve(directory),
  }),
  threads: {
    count: ({ workers }) => workers,
    createHost: (settings, config) => new LogHost(settings, config),
  },
  create: (settings, config, next) => new BufferReceiver(settings, config, next),
};
