import type { BufferRecord, Intent, PartitionState } from '@sonde/buffer';
import { type Logger, OwnTelemetry, type SondeError } from '@sonde/pipeline';
import { observeLevels } from './observe-levels.ts';
import type { LetterGroup } from './replay/letter-groups.ts';

type Counter = ReturnType<OwnTelemetry['counter']>;

/** One partition, in the events of its pump. */
export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** How a group's position in a partition began anew. */
interface Reset {
  readonly from: number;
  readonly to: number;
  /** Records that were not read, as far as that was known. */
  readonly lostRecords: number;
  readonly reason: string;
}

export interface DeliveryNames {
  /** The receiver's id. */
  readonly id: string;
  /** The receiver's type, a part of the metrics' names. */
  readonly type: string;
  readonly group: string;
}

/** What happens while a buffer's ranges are delivered: a counter and, where wanted, a line. */
export class DeliveryEvents {
  readonly #names: DeliveryNames;
  readonly #prefix: string;
  readonly #logger: Logger;
  readonly #telemetry: OwnTelemetry;
  readonly #deadLetters: Counter;
  readonly #retries: Counter;
  readonly #replays: Counter;
  readonly #resets: Counter;

  constructor(names: DeliveryNames, logger: Logger, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#names = names;
    this.#prefix = `sonde_receiver_${names.type}`;
    this.#logger = logger;
    this.#telemetry = telemetry;
    this.#deadLetters = telemetry.counter(`${this.#prefix}_dead_letters`, {
      unit: '{records}',
      description: 'Number of requests that no pipeline can take, put into the dead-letter topic.',
    });
    this.#retries = telemetry.counter(`${this.#prefix}_retries`, {
      unit: '{tries}',
      description: 'Number of failed tries that are repeated.',
    });
    this.#replays = telemetry.counter(`${this.#prefix}_replays`, {
      unit: '{ranges}',
      description: 'Number of ranges that an earlier process began and did not commit.',
    });
    this.#resets = telemetry.counter(`${this.#prefix}_position_resets`, {
      unit: '{resets}',
      description: 'Number of times that offsets of a partition began anew under a group.',
    });
  }

  /** Read when metrics are collected. Returns what ends it. */
  observeLag(state: () => readonly PartitionState[]): () => void {
    const gauge = this.#telemetry.meter.createObservableGauge(`${this.#prefix}_lag`, {
      unit: '{records}',
      description: 'Number of requests in the buffer that the group has not committed.',
    });
    const lost = this.#telemetry.meter.createObservableGauge(`${this.#prefix}_lost`, {
      unit: '{records}',
      description:
        'Number of requests that damage to the log, retention or a deleted topic has cost, as found since it was opened.',
    });
    const names = this.#names;
    const labels = (name: PartitionName) => this.#labels(name);
    const endLag = observeLevels(gauge, function* () {
      for (const { groups, endOffset, ...name } of state()) {
        const position = groups[names.group];
        if (position !== undefined) yield { value: endOffset - position, labels: labels(name) };
      }
    });
    const endLost = observeLevels(lost, function* () {
      for (const { lostRecords, ...name } of state()) {
        yield { value: lostRecords, labels: labels(name) };
      }
    });
    return () => {
      endLag();
      endLost();
    };
  }

  /** Read when metrics are collected: letters that nobody has put back. Returns what ends it. */
  observeLetters(groups: () => readonly LetterGroup[]): () => void {
    const gauge = this.#telemetry.meter.createObservableGauge(
      `${this.#prefix}_dead_letters_waiting`,
      {
        unit: '{records}',
        description:
          'Number of dead letters that lie in the buffer and were not put back, by reason.',
      },
    );
    const receiver = this.#names.id;
    return observeLevels(gauge, () =>
      groups().map(({ count, code, signal, tenant, reason }) => ({
        labels: { receiver, code, signal, tenant, reason },
        value: count,
      })),
    );
  }

  replaying(name: PartitionName, intent: Intent, configVersion: string): void {
    this.#replays.add(1, this.#labels(name));
    const { from, to } = intent;
    const fields = { ...name, from, to };
    this.#logger.info('Delivering a range again that was begun before.', fields);
    if (intent.configVersion === configVersion) return;
    this.#logger.warn('The configuration has changed since this range was begun.', {
      ...fields,
      begun_with: intent.configVersion,
      now: configVersion,
      hint: 'rows of it that are stored already stay as the earlier configuration made them',
    });
  }

  retrying(name: PartitionName, error: Error & { readonly code: string }, waitMs: number): void {
    this.#retries.add(1, { ...this.#labels(name), code: error.code });
    this.#logger.warn('A range could not be delivered for now, trying again.', {
      ...name,
      code: error.code,
      error: error.message,
      wait_ms: Math.round(waitMs),
    });
  }

  searchingPoison(name: PartitionName, records: number, error: SondeError): void {
    this.#logger.warn('A range was refused, looking for the requests that cause it.', {
      ...name,
      records,
      code: error.code,
      error: error.message,
    });
  }

  deadLettered(name: PartitionName, record: BufferRecord, error: SondeError): void {
    this.#deadLetters.add(1, { ...this.#labels(name), code: error.code });
    this.#logger.error('A request can not be processed, it is in the dead letters.', {
      ...name,
      offset: record.offset,
      bytes: record.value.length,
      code: error.code,
      error: error.message,
    });
  }

  /** The topic was deleted and made anew, or its log was cut. */
  positionReset(name: PartitionName, reset: Reset): void {
    this.#resets.add(1, this.#labels(name));
    const { from, to, lostRecords, reason } = reset;
    this.#logger.error('A partition is read anew: offsets of the group count no more.', {
      ...name,
      ...{ from, to, reason, lost: lostRecords },
    });
  }

  failed(name: PartitionName, error: Error): void {
    this.#logger.error('Reading the buffer failed for good.', { ...name, error: error.message });
  }

  #labels({ topic, partition }: PartitionName): Record<string, string | number> {
    return { receiver: this.#names.id, topic, partition };
  }
}
