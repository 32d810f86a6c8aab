import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Buffer, BufferError, EmbeddedLog, KafkaBuffer, TOPICS } from '@sonde/buffer';
import {
  isKafkaClientConfig,
  type KafkaClientConfig,
  packer,
  toKafkaOptions,
} from '@sonde/kafka-client';
import { readConfig } from '@sonde/pipeline';
import { UsageError } from '../usage-error.ts';
import { type ConfigFlagValues, configOptions } from './config-flags.ts';

interface ReplayedFlags extends ConfigFlagValues {
  readonly directory?: string | undefined;
  readonly brokers?: readonly string[] | undefined;
}

/**
 * The buffer whose dead letters are meant: a folder of the embedded log, brokers without a login, or
 * the Kafka of a gateway's configuration. Throws `UsageError` where not exactly one is named, or it
 * cannot be opened.
 */
export async function openReplayed(flags: ReplayedFlags): Promise<Buffer> {
  const { directory, brokers = [], config = [] } = flags;
  const named = [directory !== undefined, brokers.length > 0, config.length > 0];
  if (named.filter(Boolean).length !== 1) {
    throw new UsageError(
      'sonde replay needs either --directory FOLDER, --brokers HOST:PORT or --config FILE',
    );
  }
  try {
    if (directory !== undefined) {
      refuseWithoutLog(directory);
      return await EmbeddedLog.open(directory);
    }
    if (config.length > 0)
      return await KafkaBuffer.open(await toKafkaOptions(await kafkaOf(flags)));
    // Who wrote the letters may have packed them.
    return await KafkaBuffer.open({ brokers: brokers.flatMap((text) => text.split(',')), packer });
  } catch (error) {
    if (error instanceof BufferError) throw new UsageError(error.message);
    throw error;
  }
}

/** What lies in every log: one that is not there would be made, and have no letters. */
const OF_EVERY_LOG = ['.groups', '.groups-copy', TOPICS.deadLetters];

function refuseWithoutLog(directory: string): void {
  if (OF_EVERY_LOG.some((name) => existsSync(join(directory, name)))) return;
  throw new UsageError(
    `there is no embedded log in ${directory}: that of sonde up is the folder buffer in its data folder (.sonde/buffer)`,
  );
}

/** Of the receiver that writes dead letters, else of an exporter. */
async function kafkaOf(flags: ConfigFlagValues): Promise<KafkaClientConfig> {
  const { receivers, exporters } = await readConfig(configOptions(flags));
  for (const { factory, config } of [...receivers.values(), ...exporters.values()]) {
    if (factory.type === 'kafka' && isKafkaClientConfig(config)) return config;
  }
  throw new UsageError('the configuration has neither a receiver nor an exporter kafka');
}
