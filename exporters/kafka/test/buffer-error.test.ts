import { BufferError } from '@sonde/buffer';
import { describe, expect, it } from 'vitest';
import { toSondeError } from '../src/buffer-error.ts';

describe('what a sender is told when Kafka did not take its request', () => {
  it('is when to come back, where too many wait', () => {
    const error = toSondeError(new BufferError('BUFFER_FULL', '10000 appends wait already'));
    expect(error).toMatchObject({ code: 'OVERLOADED', retryable: true, retryAfterMs: 1000 });
  });

  it('is that it may come again where no broker answered, and that it never can be taken', () => {
    const away = toSondeError(new BufferError('BUFFER_IO', 'no broker'));
    expect(away).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    const tooLarge = toSondeError(new BufferError('RECORD_TOO_LARGE', 'over the limit'));
    expect(tooLarge).toMatchObject({ code: 'TOO_LARGE', retryable: false });
    expect(tooLarge.retryAfterMs).toBeUndefined();
  });
});
