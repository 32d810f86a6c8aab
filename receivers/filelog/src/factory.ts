import type { ReceiverFactory } from '@sonde/pipeline';
import { type FilelogConfig, filelogConfig } from './config.ts';
import { FilelogReceiver } from './filelog-receiver.ts';

/** The receiver `file_log`: lines of files, as they are written. */
export const filelogReceiverFactory: ReceiverFactory<FilelogConfig> = {
  kind: 'receiver',
  type: 'file_log',
  aliases: ['filelog'],
  config: filelogConfig,
  signals: { logs: 'beta' },
  create: ({ id, logger, telemetry }, config, { logs: next }) => {
    if (next === undefined) throw new Error('file_log without a logs pipeline');
    return new FilelogReceiver({ id, logger, config, next, telemetry });
  },
};
