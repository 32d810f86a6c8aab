import { StoreError } from '@sonde/store';
import type { BackendLog } from './log.ts';
import { REQUEST_SETTING, requestSettings } from './running-requests.ts';

/** ClickHouse's name of what a server says to a setting that it does not have. */
const UNKNOWN_SETTING = 'UNKNOWN_SETTING';

/**
 * Reads that carry the id of their request, where the store takes it: servers before ClickHouse 24.10
 * do not have the setting, and refuse a statement that has it. The first one refused is asked again
 * without, as is every read from then on, until the backend starts anew: of a request that runs, its
 * progress then counts the queries that are over. Which server will answer is not known before, of
 * several addresses: nobody is asked for its settings.
 */
export class TaggedReads {
  readonly #log: BackendLog;
  #isTaken = true;

  constructor(log: BackendLog) {
    this.#log = log;
  }

  /** Rejects as `read` does; that is called twice at the most. */
  async read<T>(read: (tag: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    const tag = this.#isTaken ? requestSettings() : {};
    if (Object.keys(tag).length === 0) return read({});
    try {
      return await read(tag);
    } catch (error) {
      if (!(error instanceof StoreError && error.code === UNKNOWN_SETTING)) throw error;
      this.#giveUp();
      return read({});
    }
  }

  #giveUp(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#log.warn(
      `The store does not know the setting ${REQUEST_SETTING} (ClickHouse before 24.10): pages say ` +
        'what a request has read by its finished queries alone. A newer server mends it.',
    );
  }
}
