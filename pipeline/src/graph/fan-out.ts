import type { Consumer } from '../component.ts';
import { SondeError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';

/**
 * One consumer for several: calls each in order, every one even if one before it failed, and
 * rejects with all errors as one. Consumers that took the data see it again when the sender
 * retries.
 */
export function fanOut(consumers: readonly Consumer[]): Consumer {
  const [only] = consumers;
  if (only !== undefined && consumers.length === 1) return only;
  return {
    givesBack: consumers.length > 0 && consumers.every(({ givesBack }) => givesBack === true),
    async consume(telemetry: Telemetry): Promise<void> {
      const errors: SondeError[] = [];
      for (const consumer of consumers) {
        try {
          await consumer.consume(telemetry);
        } catch (error) {
          errors.push(SondeError.from(error));
        }
      }
      if (errors.length > 0) throw joinErrors(errors);
    },
  };
}

/**
 * A retryable error among them decides: the data is still wanted somewhere. (Upstream lets a
 * permanent one decide, which loses the data of the pipeline that would have taken it later.)
 */
export function joinErrors(errors: readonly SondeError[]): SondeError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  const deciding = errors.find((error) => error.retryable) ?? first;
  const delays = errors.flatMap((error) => error.retryAfterMs ?? []);
  return new SondeError(
    deciding?.code ?? 'INTERNAL',
    errors.map((error) => error.message).join('; '),
    {
      cause: new AggregateError(errors),
      ...(delays.length === 0 ? {} : { retryAfterMs: Math.max(...delays) }),
    },
  );
}
