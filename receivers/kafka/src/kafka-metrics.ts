import type { PartitionState } from '@sonde/buffer';
import { type Level, observeLevels, type ReadRequest } from '@sonde/delivery';
import { OwnTelemetry } from '@sonde/pipeline';

const PREFIX = 'otelcol_kafka_receiver';

interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** The Collector's metrics of its receiver, by its names. */
export class KafkaMetrics {
  readonly #group: string;
  readonly #telemetry: OwnTelemetry;
  readonly #messages: ReturnType<OwnTelemetry['counter']>;
  readonly #started: ReturnType<OwnTelemetry['counter']>;
  readonly #closed: ReturnType<OwnTelemetry['counter']>;

  constructor(group: string, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#group = group;
    this.#telemetry = telemetry;
    const counter = (name: string, unit: string, description: string) =>
      telemetry.counter(`${PREFIX}_${name}`, { unit, description });
    this.#messages = counter('messages', '1', 'The number of received messages.');
    this.#started = counter('partition_start', '1', 'The number of started partitions.');
    this.#closed = counter('partition_close', '1', 'The number of finished partitions.');
  }

  started({ topic, partition }: Partition): void {
    this.#started.add(1, { topic, partition });
  }

  closed({ topic, partition }: Partition): void {
    this.#closed.add(1, { topic, partition });
  }

  /** Counts what `read` reads. */
  counting(read: ReadRequest): ReadRequest {
    return (record) => {
      this.#messages.add(1);
      return read(record);
    };
  }

  /** Read when metrics are collected, of partitions that are read here. Returns what ends it. */
  observe(state: () => readonly PartitionState[]): () => void {
    const offset = this.#telemetry.gauge(`${PREFIX}_current_offset`, {
      unit: '1',
      description: 'The current message offset.',
    });
    const lag = this.#telemetry.gauge(`${PREFIX}_offset_lag`, {
      unit: '1',
      description: 'The current offset lag.',
    });
    const group = this.#group;
    const partitions = function* (): Generator<Level & { readonly position: number }, void> {
      for (const { topic, partition, endOffset, groups } of state()) {
        const position = groups[group];
        if (position === undefined) continue;
        // Upstream counts from the last message that it has read: behind it nothing waits.
        yield { position, value: endOffset - position, labels: { topic, partition } };
      }
    };
    type Result = Parameters<Parameters<typeof offset.addCallback>[0]>[0];
    const observeOffset = (result: Result): void => {
      for (const { position, labels } of partitions()) result.observe(position - 1, labels);
    };
    offset.addCallback(observeOffset);
    const endLag = observeLevels(lag, partitions);
    return () => {
      offset.removeCallback(observeOffset);
      endLag();
    };
  }
}
