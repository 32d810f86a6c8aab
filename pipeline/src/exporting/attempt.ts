import { RecentObjects } from '@sonde/proto';
import { SondeError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Destination, SendResult } from './destination.ts';
import { TIMER_MS_MAX } from './limits.ts';

const recentControllers = new RecentObjects();

export interface AttemptOptions {
  /** 0 is no limit. */
  readonly timeoutMs: number;
  /** Aborts when the exporter gives up. */
  readonly giveUp: AbortSignal;
}

/**
 * One push, ended when its time is over (`DEADLINE_EXCEEDED`) or the exporter gives up
 * (`SHUTTING_DOWN`), whether or not the destination notices. Rejects with `SondeError` only.
 */
export function attemptPush(
  destination: Destination,
  telemetry: Telemetry,
  { timeoutMs, giveUp }: AttemptOptions,
): Promise<SendResult> {
  const limitMs = timeoutMs > 0 ? Math.min(timeoutMs, TIMER_MS_MAX) : undefined;
  const controller = new AbortController();
  recentControllers.keep(controller);
  return new Promise((resolve, reject) => {
    const end = (error: SondeError): void => {
      reject(error);
      controller.abort(error);
    };
    const onGiveUp = (): void => {
      end(new SondeError('SHUTTING_DOWN', 'interrupted due to shutdown'));
    };
    const onTimeout = (): void => {
      end(new SondeError('DEADLINE_EXCEEDED', `no answer within ${limitMs} ms`));
    };
    if (giveUp.aborted) return onGiveUp();
    const timer = limitMs === undefined ? undefined : setTimeout(onTimeout, limitMs);
    giveUp.addEventListener('abort', onGiveUp, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      giveUp.removeEventListener('abort', onGiveUp);
    };
    const deadlineUnixMs = limitMs === undefined ? undefined : Date.now() + limitMs;
    destination.push(telemetry, { signal: controller.signal, deadlineUnixMs }).then(
      (result) => {
        settle();
        resolve(result);
      },
      (error: unknown) => {
        settle();
        reject(SondeError.from(error));
      },
    );
  });
}
