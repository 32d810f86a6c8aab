import { appendFileSync } from 'node:fs';
import { fileStorageFactory } from '@sonde/extension-file-storage';
import { contractHost, contractSettings } from '@sonde/pipeline/contract-suite';
import { filelogReceiverFactory } from '../src/index.ts';
import { recordsOf } from './running-filelog.ts';

/** Follows the files of a folder into a file; the parent kills it whenever it likes. */
const [, , folder = '', operators = '[]'] = process.argv;
const storage = fileStorageFactory.create(
  contractSettings('file_storage'),
  fileStorageFactory.config.parse({ directory: `${folder}/storage`, create_directory: true }),
);
const host = contractHost({ file_storage: storage });
await storage.start(host);
const receiver = filelogReceiverFactory.create(
  contractSettings('file_log'),
  filelogReceiverFactory.config.parse({
    include: [`${folder}/logs/*.log*`],
    start_at: 'beginning',
    poll_interval: '5ms',
    storage: 'file_storage',
    operators: JSON.parse(operators),
  }),
  {
    logs: {
      consume: (telemetry) => {
        const lines = recordsOf(telemetry).map(({ body }) => JSON.stringify(body));
        appendFileSync(`${folder}/taken`, `${lines.join('\n')}\n`);
        return Promise.resolve();
      },
    },
  },
);
await receiver.start(host);
process.send?.('started');
