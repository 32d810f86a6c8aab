import { describe, expect, it } from 'vitest';
import { labelName, metricName, type NamedKind, trimSuffixes } from '../src/index.ts';

const FULL = { namespace: '', withSuffixes: true, utf8: false };

function full(name: string, unit = '', kind: NamedKind = 'other'): string | undefined {
  return metricName({ name, unit, kind }, FULL);
}

describe('the name of a metric', () => {
  it('has its unit in words, once', () => {
    expect(full('http.server.duration', 's')).toBe('http_server_duration_seconds');
    expect(full('duration.seconds', 's')).toBe('duration_seconds');
    expect(full('system.io', 'By/s')).toBe('system_io_bytes_per_second');
    expect(full('speed', 'm/s')).toBe('speed_meters_per_second');
    expect(full('requests', '{request}/s')).toBe('requests_per_second');
    expect(full('requests', '{request}')).toBe('requests');
    expect(full('odd', 'foo*bar')).toBe('odd_foo_bar');
    expect(full('active', '1')).toBe('active');
  });

  it('says that it is a counter or a ratio', () => {
    expect(full('requests', '1', 'counter')).toBe('requests_total');
    expect(full('requests.total.count', 's', 'counter')).toBe('requests_count_seconds_total');
    expect(full('used', '1', 'gauge')).toBe('used_ratio');
    expect(full('ratio.used', '1', 'gauge')).toBe('used_ratio');
  });

  it('has no character that classic names cannot have', () => {
    expect(full('a..b__c/d')).toBe('a_b_c_d');
    expect(full('4xx')).toBe('_4xx');
    expect(full('日本')).toBe(undefined);
    expect(full('')).toBe(undefined);
    expect(
      metricName({ name: 'a', unit: '', kind: 'other' }, { ...FULL, namespace: 'my ns' }),
    ).toBe('my_ns_a');
  });

  it('keeps its own suffixes where none are added', () => {
    const naming = { namespace: 'shop', withSuffixes: false, utf8: false };
    expect(metricName({ name: 'a.b_total', unit: 's', kind: 'counter' }, naming)).toBe(
      'shop_a_b_total',
    );
  });

  it('keeps its characters where UTF-8 is allowed', () => {
    const naming = { namespace: '', withSuffixes: true, utf8: true };
    expect(metricName({ name: 'http.time', unit: 's', kind: 'other' }, naming)).toBe(
      'http.time_seconds',
    );
    expect(metricName({ name: 'req.total', unit: 'By/s', kind: 'counter' }, naming)).toBe(
      'req_bytes_per_second_total',
    );
    const none = { namespace: '', withSuffixes: false, utf8: true };
    expect(metricName({ name: 'http.time', unit: 's', kind: 'other' }, none)).toBe('http.time');
  });
});

describe('the name of a label', () => {
  it('has no character that classic names cannot have', () => {
    expect(labelName('http.status_code', false)).toBe('http_status_code');
    expect(labelName('a..b', false)).toBe('a_b');
    expect(labelName('1st', false)).toBe('key_1st');
    expect(labelName('_private', false)).toBe('key_private');
    expect(labelName('__name__', false)).toBe('__name__');
    expect(labelName('!!', false)).toBe('key_');
    expect(labelName('__', true)).toBe(undefined);
    expect(labelName('a.b', true)).toBe('a.b');
  });
});

describe('trimming', () => {
  it('takes away what the type and the unit say already', () => {
    expect(trimSuffixes('a_seconds_total', { unit: 'seconds', isCounter: true })).toBe('a');
    expect(trimSuffixes('a_bytes_per_second', { unit: 'bytes_per_second', isCounter: false })).toBe(
      'a',
    );
    expect(trimSuffixes('a_total', { unit: '', isCounter: false })).toBe('a_total');
    expect(trimSuffixes('total', { unit: '', isCounter: true })).toBe('total');
  });
});
