import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  byteSize,
  duration,
  endpoint,
  formatEndpoint,
  isLoopback,
  nullMeansDefaults,
  parseByteSize,
  parseDuration,
  parseEndpoint,
  Secret,
  section,
  sendingQueue,
  textList,
} from '../src/config/fields/index.ts';

describe('a duration', () => {
  it.each([
    ['300ms', 300],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['-1.5s', -1500],
    ['0', 0],
    ['0s', 0],
    ['5us', 0.005],
    ['5µs', 0.005],
    ['2m3.5s', 123_500],
    ['.5s', 500],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, ms });
  });

  it.each([
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['abc', 'time: invalid duration "abc"'],
    ['5', 'time: missing unit in duration "5"'],
    ['', 'time: invalid duration ""'],
    ['1s!', 'time: unknown unit "s!" in duration "1s!"'],
  ])('%j is none', (text, reason) => {
    expect(parseDuration(text)).toEqual({ ok: false, reason });
  });

  it('has a default, and refuses a bare number', () => {
    expect(duration('5s').parse(undefined)).toBe(5000);
    expect(duration('5s').parse(0)).toBe(0);
    expect(duration('5s').safeParse(5).error?.issues[0]).toMatchObject({
      message: 'time: missing unit in duration',
      params: { stage: 'unmarshal', hint: 'write the unit: 5s, 5ms' },
    });
  });
});

describe('a size', () => {
  it.each([
    ['1kb', 1000],
    ['1KiB', 1024],
    ['20MiB', 20_971_520],
    ['5gb', 5_000_000_000],
    ['1.5 MiB', 1_572_864],
    ['17', 17],
    ['17B', 17],
    ['ten', undefined],
    ['1xb', undefined],
  ])('%s is %s bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it('is a number or a text, not below zero', () => {
    expect(byteSize('1KiB').parse(undefined)).toBe(1024);
    expect(byteSize().parse(5)).toBe(5);
    expect(byteSize().safeParse(-1).success).toBe(false);
  });
});

describe('an endpoint', () => {
  it.each([
    ['localhost:4317', { host: 'localhost', port: 4317 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    [':4317', { host: '', port: 4317 }],
  ])('%s', (text, expected) => {
    expect(parseEndpoint(text)).toEqual({ ok: true, endpoint: expected });
    expect(formatEndpoint(expected)).toBe(text);
  });

  it.each([
    ['localhost', 'address localhost: missing port in address'],
    ['[::1]', 'address [::1]: missing port in address'],
    ['::1:80', 'address ::1:80: too many colons in address'],
    ['a:65536', 'address a:65536: invalid port "65536"'],
    ['a:http', 'address a:http: invalid port "http"'],
  ])('%s is refused', (text, reason) => {
    expect(parseEndpoint(text)).toEqual({ ok: false, reason });
    expect(endpoint().safeParse(text).success).toBe(false);
  });

  it('knows loopback', () => {
    expect(
      ['localhost', '127.0.0.1', '127.8.0.1', '::1'].every((host) => isLoopback({ host, port: 1 })),
    ).toBe(true);
    expect(
      ['', '0.0.0.0', '10.0.0.1', '127.evil.com'].some((host) => isLoopback({ host, port: 1 })),
    ).toBe(false);
  });
});

describe('a section', () => {
  const inner = z.strictObject({ a: z.number().default(1) });
  const schema = z.strictObject({
    off: section(inner, { absent: 'off' }),
    on: section(inner, { absent: 'on' }),
  });

  it.each([
    [{}, { off: undefined, on: { a: 1 } }],
    [
      { off: null, on: null },
      { off: { a: 1 }, on: { a: 1 } },
    ],
    [
      { off: {}, on: {} },
      { off: { a: 1 }, on: { a: 1 } },
    ],
    [
      { off: { a: 2 }, on: { enabled: false } },
      { off: { a: 2 }, on: undefined },
    ],
    [
      { off: { enabled: true, a: 3 }, on: { enabled: false, a: 3 } },
      { off: { a: 3 }, on: undefined },
    ],
  ])('%j', (raw, expected) => {
    expect(schema.parse(raw)).toEqual(expected);
  });

  it('is a queue with the defaults of upstream', () => {
    expect(sendingQueue().parse(undefined)).toEqual({
      numConsumers: 10,
      queueSize: 1000,
      sizer: 'requests',
      waitForResult: false,
      blockOnOverflow: false,
      storage: undefined,
      batch: undefined,
    });
  });
});

describe('other fields', () => {
  it('splits one text into a list at commas', () => {
    expect(textList().parse('env,system')).toEqual(['env', 'system']);
    expect(textList(['a']).parse(undefined)).toEqual(['a']);
    expect(textList(['a']).parse([])).toEqual([]);
  });

  it('takes null for the defaults of a component', () => {
    const schema = nullMeansDefaults(z.strictObject({ a: z.number().default(1) }));
    expect(schema.parse(null)).toEqual({ a: 1 });
    expect(schema.parse(undefined)).toEqual({ a: 1 });
  });

  it('never prints a secret', () => {
    const secret = new Secret('hunter2');
    expect(secret.reveal()).toBe('hunter2');
    expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret)}`).not.toContain('hunter2');
  });
});
