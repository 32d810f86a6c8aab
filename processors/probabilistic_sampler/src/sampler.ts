import type { SamplerConfig } from './config.ts';
import { BUCKETS } from './randomness.ts';
import { ALWAYS, NEVER, probabilityOf, thresholdOf } from './threshold.ts';

/** What an item brings with it. */
export interface Arriving {
  readonly threshold: bigint | undefined;
  /** Said outright, in the trace state or an attribute. */
  readonly randomness: bigint | undefined;
  /** Of the trace id or the attribute that is the source; undefined without one. */
  readonly derived: bigint | undefined;
  readonly isSound: boolean;
}

export interface Decision {
  readonly isSampled: boolean;
  /** What it is sampled with from now on; `NEVER` where that is not known. */
  readonly threshold: bigint;
  /** Randomness to write down because nobody could derive it; undefined otherwise. */
  readonly writtenRandomness: bigint | undefined;
  /** What the item says of sampling is another rule's: as upstream, it stays as it is. */
  readonly keepsState: boolean;
}

/** Decides by mode and percentage; pure. */
export class Sampler {
  readonly #isHashing: boolean;
  readonly #failing: bigint;
  readonly #ratio: number;
  readonly #precision: number;
  readonly #fixed: bigint | undefined;

  constructor(config: SamplerConfig) {
    const { mode, sampling_percentage: percentage, sampling_precision: precision } = config;
    this.#failing = config.fail_closed ? NEVER : ALWAYS;
    this.#ratio = Math.min(percentage, 100) / 100;
    this.#precision = precision;
    if (this.#ratio === 0) this.#fixed = NEVER;
    else if (mode === 'hash_seed') this.#fixed = hashThreshold(Math.min(percentage, 100));
    else if (mode === 'equalizing') this.#fixed = thresholdOf(this.#ratio, precision);
    // Where nothing but a priority can let an item pass, nothing is hashed.
    this.#isHashing = mode === 'hash_seed' && this.#fixed !== NEVER;
  }

  /** `least` is a threshold that is enough whatever the percentage says: priority. */
  decide(arriving: Arriving, least: bigint = NEVER): Decision {
    const randomness = this.#isHashing
      ? arriving.derived
      : (arriving.randomness ?? arriving.derived);
    const error = this.#hasError(arriving, randomness);
    const own = error ? this.#failing : this.#thresholdFor(arriving);
    const threshold = least < own ? least : own;
    const isSampled = threshold === ALWAYS || (randomness ?? NEVER - 1n) >= threshold;
    return {
      isSampled: isSampled && threshold !== NEVER,
      threshold: kept(arriving, threshold, error),
      writtenRandomness: this.#isHashing && !error ? arriving.derived : undefined,
      keepsState: !arriving.isSound || this.#isForeign(arriving),
    };
  }

  #hasError(arriving: Arriving, randomness: bigint | undefined): boolean {
    if (!arriving.isSound) return true;
    if (this.#fixed === NEVER) return false;
    if (randomness === undefined) return true;
    // Whoever wrote them decides by another rule: the seed's would contradict.
    if (this.#isForeign(arriving)) return true;
    if (this.#isHashing) return false;
    return arriving.threshold !== undefined && randomness < arriving.threshold;
  }

  #isForeign({ randomness, threshold }: Arriving): boolean {
    return this.#isHashing && (randomness !== undefined || threshold !== undefined);
  }

  #thresholdFor({ threshold }: Arriving): bigint {
    if (this.#fixed !== undefined) return this.#fixed;
    const incoming = threshold === undefined ? 1 : probabilityOf(threshold);
    return thresholdOf(incoming * this.#ratio, this.#precision);
  }
}

/** An item never stands for fewer than it stood for; what contradicts itself stands for itself. */
function kept(arriving: Arriving, threshold: bigint, error: boolean): bigint {
  if (error || arriving.threshold === undefined) return threshold;
  return arriving.threshold > threshold ? arriving.threshold : threshold;
}

function hashThreshold(percentage: number): bigint {
  const buckets = Math.trunc(Math.fround(Math.fround(percentage) * Math.fround(BUCKETS / 100)));
  return buckets === 0 ? NEVER : BigInt(BUCKETS - buckets) << 42n;
}
