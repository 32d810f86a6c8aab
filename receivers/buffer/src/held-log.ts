import {
  describeLogEvent,
  type EmbeddedLog,
  isLoss,
  isWarning,
  type LogEvent,
  openSharedLog,
  RemoteLog,
  type ServedLog,
  TOPICS,
  type TopicLimits,
} from '@sonde/buffer';
import { DeliveryEvents, LetterWatch, type TopicBounds, type WatchedBuffer } from '@sonde/delivery';
import type { Logger, SignallessCreateSettings, ThreadPlace } from '@sonde/pipeline';
import type { BufferReceiverConfig } from './config.ts';
import { observeDamage } from './observe-damage.ts';

/** Nobody has to read dead letters, so old ones make way for new ones; that is counted and said. */
const DEAD_LETTER_LIMITS: Partial<TopicLimits> = {
  segmentBytes: 16 * 1024 * 1024,
  sizeBytesMax: 256 * 1024 * 1024,
  ageMsMax: 14 * 86_400_000,
  whenFull: 'drop_oldest',
};

/** A log that a receiver reads, until it closes it. */
export interface HeldLog {
  readonly log: ServedLog;
  close(): Promise<void>;
}

/** The log in this thread, with the topic of dead letters; its lag and damage are shown. */
export async function holdLog(
  { id, logger }: Pick<SignallessCreateSettings, 'id' | 'logger'>,
  { directory, group }: BufferReceiverConfig,
): Promise<HeldLog> {
  const onEvent = (event: LogEvent): void => writeEvent(logger, event);
  const { log, release } = await openSharedLog(directory, { onEvent });
  try {
    await log.createTopic(TOPICS.deadLetters, { partitions: 1 });
  } catch (error) {
    await release();
    throw error;
  }
  log.setLimits(TOPICS.deadLetters, DEAD_LETTER_LIMITS);
  const events = new DeliveryEvents({ id, type: 'buffer', group }, logger);
  const endLag = events.observeLag(() => log.state());
  const endDamage = observeDamage(id, log.counters);
  const letters = new LetterWatch(watchedLog(log, id), logger);
  const endLetters = events.observeLetters(() => letters.groups());
  letters.start();
  return {
    log,
    close: async () => {
      endLag();
      endDamage();
      endLetters();
      await letters.stop();
      await release();
    },
  };
}

/** A group of its own for each receiver: one that waits keeps nothing from being dropped. */
function watchedLog(log: EmbeddedLog, id: string): WatchedBuffer {
  const group = `sonde.letters.${id}`;
  const bounds = async (topic: string): Promise<TopicBounds | undefined> => {
    const state = log.state().find((one) => one.topic === topic);
    return state === undefined ? undefined : { start: state.startOffset, end: state.endOffset };
  };
  return { buffer: log, group, bounds, done: () => log.forgetGroup(group) };
}

/** The log that the first thread holds. */
export function reachLog({ port }: ThreadPlace): HeldLog {
  const log = new RemoteLog(port);
  return { log, close: async () => log.close() };
}

function writeEvent(logger: Logger, event: LogEvent): void {
  const message = describeLogEvent(event);
  if (isLoss(event)) logger.error(message, { event: event.type });
  else if (isWarning(event)) logger.warn(message, { event: event.type });
  else logger.info(message, { event: event.type });
}
