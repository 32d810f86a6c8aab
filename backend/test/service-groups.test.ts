import { describe, expect, it } from 'vitest';
import { groupOf } from '../src/model/service-map/service-groups.ts';

describe('the group of a service', () => {
  it.each([
    ['shop', 'shop', true],
    ['shop', 'shops', false],
    ['shop*', 'shops', true],
    ['*-exporter', 'node-exporter', true],
    ['*-exporter', 'node-exporter-2', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'acb', false],
    ['aa*aa', 'aaa', false],
    ['store/*', 'shop', true],
    ['kube-system/*', 'shop', false],
    ['store/shop', 'shop', true],
    ['*', 'anything', true],
  ])('%s names %s: %s', (pattern, name, isNamed) => {
    const groups = [{ name: 'mine', services: [pattern] }];
    expect(groupOf(groups, { name, namespace: 'store' })).toBe(isNamed ? 'mine' : '');
  });

  it('is the first of a list', () => {
    const groups = [
      { name: 'first', services: ['none', 'sh*'] },
      { name: 'second', services: ['shop'] },
    ];
    expect(groupOf(groups, { name: 'shop', namespace: '' })).toBe('first');
  });

  it('takes no time for a pattern of many stars', () => {
    const groups = [{ name: 'x', services: [`${'*a'.repeat(100)}b`] }];
    const began = performance.now();
    expect(groupOf(groups, { name: 'a'.repeat(10_000), namespace: '' })).toBe('');
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
