import type { PartStatus, RefusalStatus } from '../api/contract/index.ts';
import { sumOfMetrics } from './metrics-page.ts';
import { type Refusals, readRefusals, refusalStatus, riseOf } from './refusals.ts';

/** How long a refusal counts as one of now. */
const WINDOW_MS = 300_000;
/** At one reading every `GATEWAY_READ_MS`, and one a request for the status. */
const READINGS_MAX = 240;
/** Readings closer together say nothing more. */
const APART_MS_MIN = 2000;
/** Growth of the buffer is judged over at least that long: a burst is no trouble. */
const GROWTH_MS_MIN = 60_000;
/** Below it a growing buffer is one between two commits. */
const LAG_MIN = 100;

/**
 * Codes of refusals that the sender did not cause. `otelcol_receiver_refused_*` counts items
 * whatever the reason, so that one bad client would make Sonde look ill.
 */
const OUR_CODES: ReadonlySet<string> = new Set([
  'OVERLOADED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
]);

/** Of whoever reads the buffer: the embedded log, or Kafka. */
export const DELIVERY_METRICS: Readonly<Record<'lag' | 'lost' | 'retries', readonly string[]>> = {
  lag: ofReceivers('lag'),
  lost: ofReceivers('lost'),
  retries: ofReceivers('retries'),
};

function ofReceivers(name: string): readonly string[] {
  return ['buffer', 'kafka'].map((type) => `sonde_receiver_${type}_${name}`);
}

/** The gateway's counters, cumulative since it started, and the lag. */
export interface GatewayReading {
  readonly atMs: number;
  /** Requests that were refused for what the sender did not cause. */
  readonly refused: number;
  readonly refusals: Refusals;
  readonly lost: number;
  readonly retries: number;
  readonly lag: number;
}

export function readGatewayPage(page: string, atMs: number): GatewayReading {
  const refusals = readRefusals(page);
  const ours = [...refusals.values()].filter(({ code }) => OUR_CODES.has(code));
  return {
    atMs,
    refused: ours.reduce((sum, { sinceStart }) => sum + sinceStart, 0),
    refusals,
    lost: sumOfMetrics(page, DELIVERY_METRICS.lost),
    retries: sumOfMetrics(page, DELIVERY_METRICS.retries),
    lag: sumOfMetrics(page, DELIVERY_METRICS.lag),
  };
}

/** Remembers the gateway's readings of the last minutes and says what they mean. */
export class GatewayWatch {
  #readings: GatewayReading[] = [];

  add(reading: GatewayReading): void {
    const [before, last] = this.#readings.slice(-2);
    const hasTwo = before !== undefined && last !== undefined;
    if (hasTwo && last.atMs - before.atMs < APART_MS_MIN) this.#readings.pop();
    this.#readings = [...this.#readings, reading]
      .filter(({ atMs }) => reading.atMs - atMs <= WINDOW_MS)
      .slice(-READINGS_MAX);
  }

  /** Empty without a reading. */
  parts(): PartStatus[] {
    const latest = this.#readings.at(-1);
    if (latest === undefined) return [];
    return [this.#intake(), bufferPart(latest.lost), this.#storing(latest)];
  }

  /** What was refused; empty without a reading. */
  refusals(): RefusalStatus[] {
    return refusalStatus(this.#readings.map(({ refusals }) => refusals));
  }

  #intake(): PartStatus {
    const refused = this.#rise('refused');
    if (refused === 0) {
      return { name: 'intake', state: 'ok', detail: 'refused nobody in the last minutes' };
    }
    return {
      name: 'intake',
      state: 'degraded',
      detail:
        `refused ${said(refused, 'request')} in the last minutes; senders keep the data for a ` +
        "while. Is the disk full, or memory? The gateway's log says which",
    };
  }

  #storing(latest: GatewayReading): PartStatus {
    const name = 'storing';
    const retries = this.#rise('retries');
    const waiting = `${said(latest.lag, 'request')} ${latest.lag === 1 ? 'waits' : 'wait'}`;
    if (retries > 0 && latest.lag > 0 && latest.lag >= (this.#readings[0]?.lag ?? 0)) {
      const detail = `${waiting} in the buffer and the store takes none; nothing is lost yet. Is the store up, and its disk not full? The gateway's log says why`;
      return { name, state: 'degraded', detail };
    }
    if (this.#keepsGrowing(latest)) {
      const detail = `${waiting} in the buffer and more come than are stored. Give the store more, or send less`;
      return { name, state: 'degraded', detail };
    }
    return { name, state: 'ok', detail: 'puts what arrived into the store' };
  }

  #keepsGrowing(latest: GatewayReading): boolean {
    const first = this.#readings[0];
    if (first === undefined || latest.lag < LAG_MIN) return false;
    if (latest.atMs - first.atMs < GROWTH_MS_MIN) return false;
    return this.#readings.slice(1).every(({ lag }, i) => lag > (this.#readings[i]?.lag ?? 0));
  }

  /** Within the window. */
  #rise(counter: 'refused' | 'retries'): number {
    return riseOf(this.#readings.map((reading) => reading[counter]));
  }
}

function bufferPart(lost: number): PartStatus {
  if (lost === 0)
    return { name: 'buffer', state: 'ok', detail: 'lost nothing since it was opened' };
  return {
    name: 'buffer',
    state: 'degraded',
    detail:
      `lost ${said(lost, 'request')} to damage on the disk since it was opened. ` +
      "Check the disk; the gateway's log says where",
  };
}

function said(count: number, noun: string): string {
  return `${Math.round(count)} ${noun}${count === 1 ? '' : 's'}`;
}
