import type { ReceiverFactory } from '@sonde/pipeline';
import { type JournaldConfig, journaldConfig } from './config.ts';
import { JournaldReceiver } from './journald-receiver.ts';

/** The receiver `journald`: the systemd journal, through `journalctl`. */
export const journaldReceiverFactory: ReceiverFactory<JournaldConfig> = {
  kind: 'receiver',
  type: 'journald',
  config: journaldConfig,
  signals: { logs: 'alpha' },
  create: ({ id, logger }, config, { logs: next }) => {
    if (next === undefined) throw new Error('journald without a logs pipeline');
    return new JournaldReceiver({ id, logger, config, next });
  },
};
