import { type Buffer, BufferError, type KafkaBuffer, TOPICS } from '@sonde/buffer';
import { REPLAY_GROUP, type TopicBounds, type WatchedBuffer } from '@sonde/delivery';

/** The dead letters' topic is made with the first of them. */
export function deadLettersTo(buffer: KafkaBuffer): Pick<Buffer, 'append'> {
  return {
    append: async (topic, partition, records) => {
      try {
        return await buffer.append(topic, partition, records);
      } catch (error) {
        if (!(error instanceof BufferError) || error.code !== 'UNKNOWN_TOPIC') throw error;
      }
      await buffer.createTopic(TOPICS.deadLetters, { partitions: 1 });
      return buffer.append(topic, partition, records);
    },
  };
}

/** Asks the brokers each time: other processes write letters, and `sonde replay` puts them back. */
export function watchedLetters(buffer: KafkaBuffer): WatchedBuffer {
  const bounds = async (topic: string): Promise<TopicBounds | undefined> => {
    if (!(await buffer.findTopic(topic))) return undefined;
    // A reader that is opened asks for the offsets.
    await (await buffer.openReader(REPLAY_GROUP, topic, 0)).close();
    const state = buffer.state().find((one) => one.topic === topic && one.partition === 0);
    return state === undefined ? undefined : { start: state.startOffset, end: state.endOffset };
  };
  return { buffer, group: REPLAY_GROUP, bounds, done: () => Promise.resolve() };
}
