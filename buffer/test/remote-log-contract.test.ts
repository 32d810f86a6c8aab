import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { describeBufferContract } from '../src/contract-suite.ts';
import { type Buffer, EmbeddedLog, RemoteLog, serveLog } from '../src/index.ts';

/** The log as a thread that does not hold it sees it; what only the holder can say it is asked. */
async function openRemote(directory: string): Promise<Buffer> {
  const log = await EmbeddedLog.open(directory);
  const { port1, port2 } = new MessageChannel();
  const end = serveLog(log, port1);
  const remote = new RemoteLog(port2);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    // Answered behind all that was asked before.
    await remote.createTopic('last', { partitions: 1 });
    await log.close();
    await end();
    remote.close();
  };
  return {
    createTopic: (topic, options) => remote.createTopic(topic, options),
    partitionCount: (topic) => log.partitionCount(topic),
    append: (topic, partition, records) => remote.append(topic, partition, records),
    openReader: (group, topic, partition) => remote.openReader(group, topic, partition),
    state: () => log.state(),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

describeBufferContract(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-remote-'));
  return {
    name: 'a log of another thread',
    open: () => openRemote(directory),
    destroy: () => rm(directory, { recursive: true }),
  };
});
