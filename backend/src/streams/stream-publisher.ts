import { type StreamMessage, type StreamRecord, text, toStreamRecord } from './stream-message.ts';

export interface StreamPublisherOptions {
  /** Of a gateway with `deploy/config/streams.yaml`: `http://127.0.0.1:4320`. */
  readonly endpoint: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** Of one request: the gateway takes 20 MiB. */
const REQUEST_MESSAGES_MAX = 1000;
const REQUEST_CHARACTERS_MAX: number = 4 * 1024 * 1024;
const ANSWER_CHARACTERS_MAX = 500;
const SECOND_MS = 1000;

/** Some of the messages may be in their topic. */
export class StreamError extends Error {
  /** The same messages may be taken later. */
  readonly retryable: boolean;
  /** When that makes sense, where the gateway said so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryable: boolean; retryAfterMs?: number | undefined }) {
    super(message);
    this.name = 'StreamError';
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Has messages of derived streams written by a gateway. At least once: who is killed before it heard
 * the answer publishes the same again, under the same names.
 */
export class StreamPublisher {
  readonly #url: string;
  readonly #timeoutMs: number;

  constructor({ endpoint, timeoutMs = TIMEOUT_MS }: StreamPublisherOptions) {
    this.#url = `${endpoint.replace(/\/+$/, '')}/v1/logs`;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves when all in-sync replicas of the brokers have all of them, in order by key. Rejects with
   * `StreamError`; messages before those that failed are written then.
   */
  async publish(messages: readonly StreamMessage[], signal?: AbortSignal): Promise<void> {
    for (const request of requestsOf(messages)) await this.#post(request, signal);
  }

  async #post(body: string, signal: AbortSignal | undefined): Promise<void> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    let response: Response;
    try {
      response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StreamError(`no answer of ${this.#url}: ${reason}`, { retryable: true });
    }
    const answer = (await response.text()).slice(0, ANSWER_CHARACTERS_MAX);
    if (!response.ok) throw refusal(response, answer);
    // A record that no message may hold lies in the dead letters: it would be refused again.
    if (answer.includes('rejectedLogRecords')) throw new StreamError(answer, { retryable: false });
  }
}

function refusal(response: Response, answer: string): StreamError {
  const { status, headers } = response;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return new StreamError(`the gateway answered ${status}: ${answer}`, {
    retryable: status === 429 || status >= 502,
    retryAfterMs: Number.isFinite(seconds) ? seconds * SECOND_MS : undefined,
  });
}

/** Bodies of requests, each of one stream and within the limits, in order. */
function* requestsOf(messages: readonly StreamMessage[]): Generator<string> {
  let stream = '';
  let records: StreamRecord[] = [];
  let characters = 0;
  for (const message of messages) {
    const record = toStreamRecord(message);
    const size = record.body.bytesValue.length;
    const isFull =
      records.length >= REQUEST_MESSAGES_MAX || characters + size > REQUEST_CHARACTERS_MAX;
    if (records.length > 0 && (isFull || message.stream !== stream)) {
      yield bodyOf(stream, records);
      records = [];
      characters = 0;
    }
    stream = message.stream;
    records.push(record);
    characters += size;
  }
  if (records.length > 0) yield bodyOf(stream, records);
}

function bodyOf(stream: string, logRecords: readonly StreamRecord[]): string {
  const resource = { attributes: [text('sonde.stream', stream)] };
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
}
