import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, SondeError } from '../src/errors.ts';

const TABLE = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const match = /^\| `([A-Z_]+)` \| (yes|no) \| \d{3} \| \d+ [A-Z_]+ \|/.exec(line);
    return match === null ? [] : [{ code: match[1], retryable: match[2] === 'yes' }];
  });

describe('docs/errors.md', () => {
  it('has every code, with whether it is retryable', () => {
    const codes = ERROR_CODES.map((code) => ({
      code,
      retryable: new SondeError(code, '').retryable,
    }));
    expect(TABLE).toEqual(codes);
  });
});

describe('an error of the engine', () => {
  it('has a delay only where the same data may succeed later', () => {
    for (const code of ERROR_CODES) {
      const { retryable, retryAfterMs } = new SondeError(code, '', { retryAfterMs: 5 });
      expect(retryAfterMs).toBe(retryable ? 5 : undefined);
    }
  });

  it('takes anything else that was thrown for a bug, and keeps it as the cause', () => {
    const cause = new TypeError('x');
    expect(SondeError.from(cause)).toMatchObject({ code: 'INTERNAL', message: 'x', cause });
    expect(SondeError.from('text')).toMatchObject({ code: 'INTERNAL', message: 'text' });
    const own = new SondeError('OVERLOADED', 'full', { retryAfterMs: 5 });
    expect(SondeError.from(own)).toBe(own);
  });
});
