import { describe, expect, it } from 'vitest';
import { absoluteRange, parseRelative } from '../src/lib/location/time-range.ts';
import { KeyReader } from '../src/lib/shell/keys.ts';
import { pageName } from '../src/lib/shell/page-names.ts';
import { paletteEntries } from '../src/lib/shell/palette-entries.ts';
import { recentRanges, rememberRange } from '../src/lib/shell/recent-ranges.ts';
import { refreshChoice, refreshEveryMs, rememberRefresh } from '../src/lib/shell/refresh-choice.ts';
import { frozenAddress } from '../src/lib/shell/saved-views.ts';
import { connectLines } from '../src/lib/status/connect-lines.ts';
import { headline } from '../src/lib/status/headline.ts';

/** What `Storage` does, in memory. */
class MemoryStorage implements Storage {
  readonly #map = new Map<string, string>();
  get length(): number {
    return this.#map.size;
  }
  clear(): void {
    this.#map.clear();
  }
  getItem(key: string): string | null {
    return this.#map.get(key) ?? null;
  }
  key(index: number): string | null {
    return [...this.#map.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.#map.delete(key);
  }
  setItem(key: string, value: string): void {
    this.#map.set(key, value);
  }
}

describe('keys', () => {
  it('go to a page by g and a letter, within a moment', () => {
    const reader = new KeyReader();
    expect(reader.read('g', 0)).toBeUndefined();
    expect(reader.read('t', 300)).toEqual({ kind: 'go', path: '/traces' });
    reader.read('g', 1000);
    expect(reader.read('t', 5000)).toBeUndefined();
    expect(reader.read('t', 5001)).toBeUndefined();
  });

  it('search, help and refresh alone', () => {
    const reader = new KeyReader();
    expect(reader.read('/', 0)).toEqual({ kind: 'search' });
    expect(reader.read('?', 0)).toEqual({ kind: 'keys' });
    expect(reader.read('r', 0)).toEqual({ kind: 'refresh' });
    expect(reader.read('q', 0)).toBeUndefined();
  });

  it('start a new chord when g is pressed twice', () => {
    const reader = new KeyReader();
    reader.read('g', 0);
    reader.read('g', 100);
    expect(reader.read('s', 200)).toEqual({ kind: 'go', path: '/services' });
  });
});

describe('the palette', () => {
  const sources = {
    services: ['checkout', 'cart'],
    views: [
      {
        ...{ id: 'a1', name: 'slow carts', address: '/traces?where=service%3Dcart' },
        ...{ createdMs: 0, actor: 'ann' },
      },
    ],
  };
  const labels = (text: string): string[] =>
    paletteEntries(text, sources).map(({ label }) => label);

  it('takes a trace id as it is pasted', () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    expect(paletteEntries(`  ${id.toUpperCase()} `, sources)).toMatchObject([
      { does: { kind: 'go', path: `/traces/${id}` } },
    ]);
  });

  it('finds pages, services and views, what begins with the text first', () => {
    expect(labels('')).toEqual(
      expect.arrayContaining(['Services', 'Traces', 'cart', 'slow carts']),
    );
    expect(labels('cart').slice(0, 2)).toEqual(['cart', 'slow carts']);
    expect(labels('nothing like it')).toHaveLength(2);
  });

  it('searches spans by what is typed, whatever it is', () => {
    const search = paletteEntries('a "b', sources).find(({ id }) => id === 'search');
    // A path, not an address: the time range goes along.
    expect(search?.does).toEqual({
      ...{ kind: 'go', path: '/traces' },
      patch: { where: 'name~"a \\"b"' },
    });
  });
});

describe('the address of a short link', () => {
  it('is of the time that is seen now', () => {
    const url = new URL('http://sonde.test/logs?q=a&from=now-3h');
    expect(frozenAddress(url, 20_000_000)).toBe('/logs?q=a&from=9200000&to=20000000');
    const fixed = new URL('http://sonde.test/map?from=5000&to=9000');
    expect(frozenAddress(fixed, 20_000_000)).toBe('/map?from=5000&to=9000');
  });
});

describe('ranges used lately', () => {
  it('are kept newest first, once each, and at most five', () => {
    const storage = new MemoryStorage();
    for (const text of ['5m', '1h', '3h', '6h', '12h', '1d', '5m']) {
      const range = parseRelative(text);
      if (range !== undefined) rememberRange(storage, range);
    }
    rememberRange(storage, absoluteRange(1000, 9000));
    const texts = recentRanges(storage).map((range) =>
      range.kind === 'relative' ? range.text : `${range.fromMs}-${range.toMs}`,
    );
    expect(texts).toEqual(['1000-9000', '5m', '1d', '12h', '6h']);
  });

  it('are none without storage or with rubbish in it', () => {
    expect(recentRanges(undefined)).toEqual([]);
    const storage = new MemoryStorage();
    storage.setItem('sonde.ranges', 'x y');
    expect(recentRanges(storage)).toEqual([]);
  });
});

describe('the header', () => {
  it('names the page a path belongs to', () => {
    expect(pageName('/traces/abc')).toBe('Traces');
    expect(pageName('/nowhere')).toBe('Sonde');
  });
});

const endpoints = {
  otlpGrpc: 'http://10.0.0.7:14317',
  otlpHttp: 'http://10.0.0.7:14318',
  clickhouse: 'http://10.0.0.7:18123',
  page: 'http://10.0.0.7:18080',
};

describe('lines to connect', () => {
  it('carry the addresses of this instance, the default ports nowhere', () => {
    const lines = connectLines(endpoints);
    const text = lines.map((entry) => entry.lines).join('\n');
    expect(text).not.toMatch(/:(4317|4318|8123)\b/);
    expect(lines.find(({ id }) => id === 'env')?.lines).toContain(endpoints.otlpHttp);
    expect(lines.find(({ id }) => id === 'sql')?.lines).toContain(
      `curl '${endpoints.clickhouse}/'`,
    );
    expect(lines.find(({ id }) => id === 'collector')?.lines).toContain(
      'endpoint: 10.0.0.7:14317\n',
    );
  });
});

describe('the refresh', () => {
  const at = (path: string, query = '') => ({ path, parameters: new URLSearchParams(query) });
  const hour = { kind: 'relative', spanMs: 3_600_000, text: '1h' } as const;

  it('is calm by itself, and remembers what was chosen', () => {
    const storage = new MemoryStorage();
    expect(refreshChoice(at('/services'), storage)).toBe('30s');
    rememberRefresh(storage, 'off');
    expect(refreshChoice(at('/services'), storage)).toBe('off');
    expect(refreshChoice(at('/services', 'refresh=5s'), storage)).toBe('5s');
    expect(refreshChoice(at('/services', 'refresh=1ms'), undefined)).toBe('30s');
  });

  it('leaves one trace and a fixed range as they are', () => {
    expect(refreshChoice(at('/traces/0af7651916cd43dd8448eb211c80319c'), undefined)).toBe('off');
    expect(refreshChoice(at('/traces'), undefined)).toBe('30s');
    expect(refreshEveryMs('30s', hour)).toBe(30_000);
    expect(refreshEveryMs('30s', { kind: 'absolute', fromMs: 0, toMs: 1 })).toBe(0);
  });
});

describe('the headline of the status', () => {
  const status = {
    version: '0.1.0',
    startedMs: 0,
    endpoints,
    parts: [{ name: 'store', state: 'ok' as const, detail: '' }],
    signals: [],
    refusals: [],
    deadLetters: 0,
    deadLetterKinds: [],
    detached: [],
    bufferLag: 0,
    telemetryOfOthersSeen: true,
  };

  it('lets the worst speak', () => {
    expect(headline(status)).toEqual({ state: 'ok', words: 'All parts work' });
    expect(headline({ ...status, deadLetters: 2 }).state).toBe('degraded');
    const down = { name: 'gateway', state: 'down' as const, detail: '' };
    expect(headline({ ...status, parts: [...status.parts, down] })).toEqual({
      state: 'down',
      words: 'gateway is down',
    });
  });

  it('says in words what is wrong with a part that is degraded', () => {
    const intake = { name: 'intake', state: 'degraded' as const, detail: 'refused 9 requests' };
    expect(headline({ ...status, parts: [...status.parts, intake] })).toEqual({
      state: 'degraded',
      words: 'intake: refused 9 requests',
    });
  });

  it('says when nobody sends yet', () => {
    expect(headline({ ...status, telemetryOfOthersSeen: false }).words).toMatch(/No telemetry/);
  });
});
