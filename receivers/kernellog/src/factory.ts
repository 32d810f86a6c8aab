import type { ReceiverFactory } from '@sonde/pipeline';
import { type KernelLogConfig, kernelLogConfig } from './config.ts';
import { KernelLogReceiver } from './kernel-log-receiver.ts';

/** The receiver `kernel_log`: what the kernel says, from /dev/kmsg. */
export const kernelLogReceiverFactory: ReceiverFactory<KernelLogConfig> = {
  kind: 'receiver',
  type: 'kernel_log',
  config: kernelLogConfig,
  signals: { logs: 'alpha' },
  create: ({ id, logger }, config, { logs: next }) => {
    if (next === undefined) throw new Error('kernel_log without a logs pipeline');
    return new KernelLogReceiver({ id, logger, config, next });
  },
};
