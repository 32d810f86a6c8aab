import type { ReceiverFactory } from '@sonde/pipeline';
import { type EbpfConfig, EbpfConfigSchema } from './config.ts';
import { EbpfReceiver } from './ebpf-receiver.ts';

/** The receiver `ebpf`: every process, TCP connection and request of the host, from the kernel. */
export const ebpfReceiverFactory: ReceiverFactory<EbpfConfig> = {
  kind: 'receiver',
  type: 'ebpf',
  config: EbpfConfigSchema,
  signals: { metrics: 'alpha', traces: 'alpha' },
  create: (settings, config, next) => new EbpfReceiver({ settings, config, next }),
};
