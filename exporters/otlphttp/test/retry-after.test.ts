import { requestBytes, telemetryOf } from '@sonde/pipeline/contract-suite';
import { encodeStatus, RpcCode, readStatus } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../src/retry-after.ts';
import { Backend } from './backend.ts';
import { exporting } from './exporting.ts';

const NOW = Date.parse('Thu, 26 Nov 2026 11:00:00 GMT');

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    [' 7 ', 7000],
    ['0000000000000007', 7000],
    ['99999999999', 99_999_999_999_000],
    // As long as RetryInfo can say.
    ['9'.repeat(400), 315_576_000_000_000],
    ['Thu, 26 Nov 2026 11:01:00 GMT', 60_000],
    ['Thu, 26 Nov 2026 10:59:00 GMT', 0],
  ])('of %s is so many milliseconds: %i', (text, ms) => {
    expect(parseRetryAfter(text, NOW)).toBe(ms);
    const status = { code: RpcCode.unavailable, message: '', retryAfterMs: ms };
    const passedOn = readStatus('protobuf', encodeStatus(status, 'protobuf'));
    expect(passedOn.retryAfterMs).toBe(ms);
  });

  it.each([undefined, '', 'soon', '-5', '1.5', '1e3', '0x10', '2026-11-26'])(
    'of %s says nothing',
    (text) => {
      expect(parseRetryAfter(text, NOW)).toBeUndefined();
    },
  );

  it('over max_elapsed_time ends the attempts, and is passed on', async () => {
    const server = new Backend();
    const endpoint = `http://${await server.listen()}`;
    server.answer = () => ({ status: 503, headers: { 'retry-after': '99999999999' } });
    const { exporter } = await exporting({ endpoint, sending_queue: { enabled: false } });
    await expect(
      exporter.consume(telemetryOf('traces', requestBytes('traces'))),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/^no more retries left: error exporting items/),
      retryAfterMs: 99_999_999_999_000,
    });
    expect(server.received).toHaveLength(1);
  });
});
