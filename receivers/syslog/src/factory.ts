import type { ReceiverFactory } from '@sonde/pipeline';
import { type SyslogReceiverConfig, syslogConfig } from './config.ts';
import { SyslogReceiver } from './syslog-receiver.ts';

/** The receiver `syslog`: messages over TCP or UDP. */
export const syslogReceiverFactory: ReceiverFactory<SyslogReceiverConfig> = {
  kind: 'receiver',
  type: 'syslog',
  config: syslogConfig,
  signals: { logs: 'beta' },
  create: ({ id, logger }, config, { logs: next }) => {
    if (next === undefined) throw new Error('syslog without a logs pipeline');
    return new SyslogReceiver({ id, logger, config, next });
  },
};
