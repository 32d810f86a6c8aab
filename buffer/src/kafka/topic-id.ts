import { KafkaFailure } from './kafka-failure.ts';
import type { FramedRequest, FrameHead } from './kafkajs-frames.ts';
import type { KafkaJsBroker, KafkaJsRequest } from './kafkajs-modules.ts';

const METADATA_KEY = 3;
/** The first version with topic ids (Kafka 2.8, KIP-516); kafkajs itself ends at 6. */
const VERSION = 10;
const UUID_BYTES = 16;
const UNKNOWN_TOPIC = 3;
/** Lists and texts of an answer to one topic; a broker that says more is not read on. */
const VARINT_BYTES_MAX = 5;

/**
 * The id a topic got when it was made, as `kafka-topics.sh --describe` shows it. One that was deleted
 * and made anew has another. Undefined where the broker knows no ids. Rejects with
 * `UNKNOWN_TOPIC_OR_PARTITION` (`KafkaFailure`) where there is no such topic.
 */
export async function askTopicId(
  broker: KafkaJsBroker,
  topic: string,
): Promise<string | undefined> {
  const build = broker.lookupRequest(METADATA_KEY, {
    versions: [String(VERSION)],
    protocol:
      ({ version }) =>
      () =>
        requestOf(topic, version),
  });
  const whole = build({});
  if (whole.request.apiVersion < VERSION) return undefined;
  return await broker.connectionPool.send(whole);
}

function requestOf(topic: string, version: number): TopicIdRequest {
  const request: FramedRequest = {
    apiKey: METADATA_KEY,
    apiVersion: version,
    apiName: 'Metadata',
    frame: (head) => frameOf(topic, head),
  };
  // kafkajs looks for throttling in what is decoded.
  const decode = async (bytes: Buffer): Promise<Answer> => ({ id: readAnswer(bytes) });
  return { request, response: { decode, parse: async ({ id }) => id } };
}

interface TopicIdRequest extends KafkaJsRequest<string | undefined> {
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<Answer>;
    readonly parse: (decoded: Answer) => Promise<string | undefined>;
  };
}

interface Answer {
  readonly id: string | undefined;
}

/** KIP-482's encoding: lengths are one more than they are, every structure ends with its tags. */
function frameOf(topic: string, { clientId, correlationId, version }: FrameHead): Buffer {
  const name = Buffer.from(topic);
  const client = Buffer.from(clientId);
  const head = Buffer.alloc(14);
  head.writeInt16BE(METADATA_KEY, 4);
  head.writeInt16BE(version, 6);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(client.length, 12);
  const noTags = Buffer.from([0]);
  const oneTopic = Buffer.from([2]);
  const anyId = Buffer.alloc(UUID_BYTES);
  // Not made by asking; no permissions wanted, of the cluster nor of the topic.
  const flags = Buffer.from([0, 0, 0]);
  const ofTopic = [anyId, uvarint(name.length + 1), name, noTags];
  const frame = Buffer.concat([head, client, noTags, oneTopic, ...ofTopic, flags, noTags]);
  frame.writeInt32BE(frame.length - 4, 0);
  return frame;
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

/** Only as far as the id of the first topic, which is the one that was asked for. */
function readAnswer(bytes: Buffer): string | undefined {
  const at = new Cursor(bytes);
  at.tags();
  at.skip(4);
  for (let left = at.uvarint() - 1; left > 0; left -= 1) {
    at.skip(4);
    at.text();
    at.skip(4);
    at.text();
    at.tags();
  }
  at.text();
  at.skip(4);
  if (at.uvarint() - 1 < 1) throw new KafkaFailure('UNKNOWN', 'an answer without the topic');
  const error = at.int16();
  at.text();
  if (error === UNKNOWN_TOPIC) {
    throw new KafkaFailure('UNKNOWN_TOPIC_OR_PARTITION', 'there is no such topic');
  }
  if (error !== 0) throw new KafkaFailure('LEADER_NOT_AVAILABLE', `the topic has error ${error}`);
  const id = at.take(UUID_BYTES);
  return id.every((byte) => byte === 0) ? undefined : id.toString('base64url');
}

/** Reads forwards; throws `RangeError` behind the end. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.take(count);
  }

  take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new RangeError('the answer ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  int16(): number {
    return this.take(2).readInt16BE(0);
  }

  uvarint(): number {
    let value = 0;
    for (let index = 0; index < VARINT_BYTES_MAX; index += 1) {
      const byte = this.take(1)[0] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number of the answer is too long');
  }

  /** Passes over a text, absent ones too. */
  text(): void {
    this.skip(Math.max(0, this.uvarint() - 1));
  }

  tags(): void {
    for (let left = this.uvarint(); left > 0; left -= 1) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }
}
