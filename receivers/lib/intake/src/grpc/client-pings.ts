import { GRPC_PING_STRIKES_MAX } from '../limits.ts';

/** How often a client without a call in progress may ping where it may not at all: gRPC's servers. */
const IDLE_PING_INTERVAL_MS_MIN = 7_200_000;

export interface PingPolicy {
  /** `min_time`: pings more often than that are strikes. */
  readonly intervalMsMin: number;
  /** `permit_without_stream`. */
  readonly isAllowedWithoutCall: boolean;
}

/** Counts the pings that a client sends too often (gRPC's A8-client-side-keepalive). */
export class ClientPings {
  readonly #policy: PingPolicy;
  #strikes = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isExcused = false;

  constructor(policy: PingPolicy) {
    this.#policy = policy;
  }

  /** An answer excuses the ping after it: clients measure their way with it. */
  excuse(): void {
    this.#isExcused = true;
  }

  /** Whether the client may stay after a ping at `nowMs` of a clock that never goes back. */
  isTolerable(nowMs: number, hasCalls: boolean): boolean {
    const sinceLastMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (this.#isExcused) {
      this.#isExcused = false;
      this.#strikes = 0;
      return true;
    }
    const { intervalMsMin, isAllowedWithoutCall } = this.#policy;
    const isPolicyOfCalls = hasCalls || isAllowedWithoutCall;
    const min = isPolicyOfCalls ? intervalMsMin : IDLE_PING_INTERVAL_MS_MIN;
    if (sinceLastMs < min) this.#strikes += 1;
    return this.#strikes <= GRPC_PING_STRIKES_MAX;
  }
}
