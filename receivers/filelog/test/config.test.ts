import { describe, expect, it } from 'vitest';
import { filelogConfig } from '../src/index.ts';

const include = ['/var/log/*.log'];

function refusal(config: Record<string, unknown>): string {
  const { error } = filelogConfig.safeParse({ include, ...config });
  return (error?.issues ?? [])
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('\n');
}

describe('the configuration of file_log', () => {
  it('has the defaults of upstream', () => {
    expect(filelogConfig.parse({ include })).toMatchObject({
      start_at: 'end',
      poll_interval: 200,
      fingerprint_size: 1000,
      initial_buffer_size: 16 * 1024,
      max_log_size: 1024 * 1024,
      max_concurrent_files: 1024,
      max_batches: 0,
      force_flush_period: 500,
      include_file_name: true,
      include_file_path: false,
      delete_after_read: false,
      operators: [],
    });
  });

  it('waits for ever for the pipeline unless it is told otherwise', () => {
    expect(filelogConfig.parse({ include }).retry_on_failure).toBeUndefined();
  });

  it('takes the section retry_on_failure when it is enabled', () => {
    const on = filelogConfig.parse({ include, retry_on_failure: { enabled: true } });
    expect(on.retry_on_failure).toMatchObject({
      initialIntervalMs: 1000,
      maxElapsedTimeMs: 300_000,
    });
    const off = filelogConfig.parse({ include, retry_on_failure: { max_interval: '1s' } });
    expect(off.retry_on_failure).toBeUndefined();
  });

  it('takes what does nothing when it says so itself', () => {
    expect(refusal({ acquire_fs_lock: false, polls_to_archive: 0 })).toBe('');
  });

  it.each<readonly [Record<string, unknown>, string]>([
    [{ include: [] }, "'include' must be specified"],
    [{ include: ['a[b'] }, 'include: parse glob: syntax error in pattern'],
    [{ exclude: ['{a'] }, 'exclude: parse glob: syntax error in pattern'],
    [{ start_at: 'middle' }, "invalid start_at location 'middle'"],
    [{ max_log_size: 0 }, '`max_log_size` must be positive'],
    [{ max_concurrent_files: 1 }, '`max_concurrent_files` must be greater than 1'],
    [{ fingerprint_size: 8 }, '`fingerprint_size` must be at least 16 bytes'],
    [{ max_batches: -1 }, '`max_batches` must not be negative'],
    [{ delete_after_read: true }, '`delete_after_read` cannot be used with `start_at: end`'],
    [{ header: { pattern: '^#' } }, '`header` cannot be specified with `start_at: end`'],
    [{ encoding: 'klingon' }, "unsupported encoding 'klingon'"],
    [
      { encoding: 'nop', multiline: { line_start_pattern: '^a' } },
      'multiline should not be set when using nop encoding',
    ],
    [
      { multiline: { line_start_pattern: 'a', line_end_pattern: 'b' } },
      'only one of line_start_pattern or line_end_pattern can be set',
    ],
    [
      { multiline: { line_start_pattern: '(' } },
      'multiline.line_start_pattern: error parsing regexp',
    ],
    [{ ordering_criteria: { sort_by: [{ sort_type: 'odd' }] } }, "'sort_type' must be specified"],
    [
      { ordering_criteria: { sort_by: [{ sort_type: 'numeric', regex_key: 'n' }] } },
      "'regex' must be specified when 'sort_by' is specified",
    ],
    [
      {
        ordering_criteria: {
          regex: '(?P<t>.*)',
          sort_by: [{ sort_type: 'timestamp', regex_key: 't', layout: '%Q' }],
        },
      },
      'timestamp sort: invalid strptime layout: unsupported directive: %Q',
    ],
    [{ acquire_fs_lock: true }, 'acquire_fs_lock: is not supported'],
    [{ polls_to_archive: 10 }, 'polls_to_archive: is not supported'],
    [{ operators: [{ type: 'nope' }] }, "operators.0.type: unsupported type 'nope'"],
    [{ compression: 'zip' }, 'compression: '],
    [{ attributes: { a: 'EXPR(1 +)' } }, 'attributes.a: failed to compile expression'],
  ])('%o is refused', (config, text) => {
    expect(refusal(config)).toContain(text);
  });
});
