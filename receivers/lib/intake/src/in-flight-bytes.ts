import { type MemoryBudget, SondeError } from '@sonde/pipeline';
import { IN_FLIGHT_RETRY_AFTER_MS } from './limits.ts';

/** Counts the bytes that requests hold on to, and refuses more than `bytesMax`. */
export class InFlightBytes {
  readonly #bytesMax: number;
  readonly #memory: MemoryBudget | undefined;
  #bytes = 0;

  /** `memory` hears of bytes that are held, and of those that are held no more. */
  constructor(bytesMax: number, memory?: MemoryBudget) {
    this.#bytesMax = bytesMax;
    this.#memory = memory;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Over half of the room is taken: who holds bytes without need stands in the way of others. */
  get isCrowded(): boolean {
    return this.#bytes * 2 > this.#bytesMax;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= this.#bytesMax;
  }

  /** Of an account: it has asked `hasRoomFor` before it takes more. */
  change(bytes: number): void {
    this.#bytes += bytes;
    if (bytes < 0) this.#memory?.letGo(-bytes);
    else this.#memory?.took(bytes);
  }

  /** An account for one request; it must be closed. */
  open(): InFlightAccount {
    return new InFlightAccount(this);
  }
}

/** The bytes of one request. */
export class InFlightAccount {
  readonly #all: InFlightBytes;
  #bytes = 0;

  constructor(all: InFlightBytes) {
    this.#all = all;
  }

  get isCrowded(): boolean {
    return this.#all.isCrowded;
  }

  /** Throws `SondeError` `OVERLOADED` when `bytes` more would not fit now; takes nothing. */
  refuseWithoutRoom(bytes: number): void {
    if (this.#all.hasRoomFor(bytes)) return;
    throw new SondeError('OVERLOADED', 'too many bytes of requests in flight', {
      retryAfterMs: IN_FLIGHT_RETRY_AFTER_MS,
    });
  }

  /** Throws `SondeError` `OVERLOADED` when there is no room. */
  take(bytes: number): void {
    this.refuseWithoutRoom(bytes);
    this.#all.change(bytes);
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#all.change(-bytes);
    this.#bytes -= bytes;
  }

  /** Gives back what is left. Idempotent. */
  close(): void {
    this.giveBack(this.#bytes);
  }
}
