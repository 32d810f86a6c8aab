import { type Buffer, KafkaBuffer, TOPICS } from '@sonde/buffer';
import { UsageError } from '../usage-error.ts';

/** Whose member has the letters' partition puts letters back; others wait. */
const TURN_GROUP = 'sonde.replay.apply';
/** One that was killed is a member for ten seconds more. */
const WAIT_MS_MAX = 25_000;

export interface ReplayTurn {
  /** Aborts when the turn is somebody else's. */
  readonly lost: AbortSignal;
  end(): Promise<void>;
}

/**
 * Resolves when no other replay of the buffer puts letters back: two at once would put each back twice.
 * The folder of an embedded log is one process's anyway. Throws `UsageError` when it is not this one's
 * turn in time, or no broker says so.
 */
export async function replayTurn(buffer: Buffer): Promise<ReplayTurn> {
  const lost = new AbortController();
  if (!(buffer instanceof KafkaBuffer)) return { lost: lost.signal, end: async () => {} };
  await buffer.createTopic(TOPICS.deadLetters, { partitions: 1 });
  let trouble: Error | undefined;
  let hasTurn = (): void => {};
  const turn = new Promise<void>((resolve) => {
    hasTurn = resolve;
  });
  const membership = buffer.join({
    group: TURN_GROUP,
    topics: [TOPICS.deadLetters],
    onReader: (reader) => {
      if (reader.partition === 0) hasTurn();
    },
    onRevoked: (reader) => {
      if (reader.partition === 0) lost.abort();
      void reader.close();
    },
    onTrouble: (error) => {
      trouble = error;
    },
  });
  if (!(await inTime(turn))) {
    await membership.leave();
    throw new UsageError(reasonOf(trouble));
  }
  return { lost: lost.signal, end: () => membership.leave() };
}

async function inTime(turn: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), WAIT_MS_MAX);
  });
  try {
    return await Promise.race([turn.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(trouble: Error | undefined): string {
  return trouble === undefined
    ? 'another sonde replay --apply of this Kafka is running: let it end, then call again'
    : `Kafka does not say whether another replay is running: ${trouble.message}`;
}
