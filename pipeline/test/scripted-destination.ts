import type { SondeError } from '../src/errors.ts';
import type { Attempt, Destination, SendResult } from '../src/exporting/index.ts';
import type { Telemetry } from '../src/telemetry.ts';

/** A push that waits for the test to answer it. */
export interface Push {
  readonly telemetry: Telemetry;
  readonly attempt: Attempt;
  readonly succeed: (result?: SendResult) => void;
  readonly fail: (error: SondeError) => void;
}

/** A destination whose answers the test gives, one by one. */
export class ScriptedDestination implements Destination {
  readonly pushes: Push[] = [];
  closed = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  async start(): Promise<void> {}

  push(telemetry: Telemetry, attempt: Attempt): Promise<SendResult> {
    const answer = new Promise<SendResult>((resolve, reject) => {
      const succeed = (result: SendResult = { rejectedItems: 0 }): void => resolve(result);
      this.pushes.push({ telemetry, attempt, succeed, fail: reject });
    });
    for (const { count, resolve } of this.#waiting) {
      if (this.pushes.length >= count) resolve();
    }
    return answer;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  /** Resolves with the n-th push (from 0), when it comes. */
  async nth(index: number): Promise<Push> {
    if (this.pushes.length <= index) {
      await new Promise<void>((resolve) => {
        this.#waiting.push({ count: index + 1, resolve });
      });
    }
    const push = this.pushes[index];
    if (push === undefined) throw new Error(`no push ${index}`);
    return push;
  }
}
