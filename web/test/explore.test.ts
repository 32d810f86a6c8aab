import { describe, expect, it } from 'vitest';
import {
  addTyped,
  type Condition,
  isRelation,
  joinWhere,
  readDraft,
  splitWhere,
  withCondition,
  withoutCondition,
} from '../src/lib/trace/conditions.ts';
import {
  boxedQuery,
  conditionsPatch,
  readBox,
  readExplore,
  sayBox,
  sayNs,
  scopeQuery,
} from '../src/lib/trace/explore.ts';

const RANGE = { fromMs: 1000, toMs: 2000 };
const is = (key: string, value: string): Condition => ({ key, operator: '=', value });

describe('what is typed into the filter', () => {
  const there = [is('service', 'cart')];

  it('adds conditions, and words as part of a name', () => {
    expect(addTyped('user.id=7 GET /a?b=c', there)).toEqual({
      conditions: [
        ...there,
        is('user.id', '7'),
        { key: 'name', operator: '~', value: 'GET /a?b=c' },
      ],
      unread: '',
    });
    expect(addTyped('<img src=x>', []).conditions).toEqual([
      { key: 'name', operator: '~', value: '<img src=x>' },
    ]);
  });

  it('is kept where it begins as a condition and cannot be read', () => {
    for (const text of ['duration>>1s', 'duration>', 'user.id="a']) {
      expect(addTyped(`host=x ${text}`, there)).toEqual({
        conditions: [...there, is('host', 'x')],
        unread: text,
      });
    }
  });
});

describe('a filter that cannot be read', () => {
  it('is asked as it was typed, so that the place of the fault is the place in it', () => {
    const explore = readExplore(new URLSearchParams({ where: 'host=x duration>>1s' }));
    expect(scopeQuery(explore, RANGE).where).toBe('host=x duration>>1s');
    const whole = readExplore(new URLSearchParams({ where: 'host=x' }));
    expect(scopeQuery(whole, RANGE).where).toBe('host=x');
  });
});

describe('the text of a filter', () => {
  it('is read into conditions and written back to the same', () => {
    const text =
      'service=checkout http.route!="/a b" duration>=250ms user.id exists name~"say \\"x\\""';
    const { conditions, rest } = splitWhere(text);
    expect(rest).toBe('');
    expect(conditions.map(({ operator }) => operator)).toEqual(['=', '!=', '>=', 'exists', '~']);
    expect(conditions[1]?.value).toBe('/a b');
    expect(conditions[4]?.value).toBe('say "x"');
    expect(joinWhere(conditions)).toBe(text);
  });

  it('keeps what cannot be read for the API to explain', () => {
    expect(splitWhere('service=a duration>>1s')).toEqual({
      conditions: [is('service', 'a')],
      rest: 'duration>>1s',
    });
    expect(splitWhere('words alone').rest).toBe('words alone');
  });

  it('has values of any text quoted so that they come back whole', () => {
    for (const value of ['a=b', '', 'back\\slash', '"', '~', 'ä ö', 'exists']) {
      expect(splitWhere(joinWhere([is('k.1', value)])).conditions).toEqual([is('k.1', value)]);
    }
  });

  it('has relations between its parts', () => {
    const text = 'service=a calls service=b status=error above name=c';
    const { conditions, rest } = splitWhere(text);
    expect(rest).toBe('');
    expect(conditions.filter(isRelation).map(({ operator }) => operator)).toEqual([
      'calls',
      'above',
    ]);
    expect(joinWhere(conditions)).toBe(text);
    // Words that are keys stay keys.
    expect(splitWhere('calls=3 above exists calls != 4').conditions.some(isRelation)).toBe(false);
    expect(splitWhere('service=a calls').conditions.map(isRelation)).toEqual([false, true]);
  });

  it('is a key until an operator is typed', () => {
    expect(readDraft('http.ro')).toEqual({ key: 'http.ro' });
    expect(readDraft('bank=ced')).toEqual({ key: 'bank', operator: '=', value: 'ced' });
    expect(readDraft('bank != "a b')).toMatchObject({ operator: '!=', value: 'a b' });
  });
});

describe('a condition that is added', () => {
  it('takes the place of another equality and of its own opposite', () => {
    expect(withCondition([is('a', '1')], is('a', '2'))).toEqual([is('a', '2')]);
    const not = { ...is('a', '1'), operator: '!=' };
    expect(withCondition([is('a', '1')], not)).toEqual([not]);
    expect(withCondition([not], { ...not, value: '2' })).toHaveLength(2);
    expect(withCondition([is('b', '1')], is('a', '1'))).toHaveLength(2);
  });

  it('belongs to the last part, which a relation begins', () => {
    const calls = { key: '', operator: 'calls', value: '' };
    const above = { ...calls, operator: 'above' };
    const asked = [is('a', '1'), calls];
    expect(withCondition(asked, is('a', '2'))).toEqual([...asked, is('a', '2')]);
    expect(withCondition(asked, above)).toEqual([is('a', '1'), above]);
    expect(withCondition([], calls)).toEqual([]);
    expect(withoutCondition([...asked, is('a', '2')], 0)).toEqual([is('a', '2')]);
    expect(withoutCondition([...asked, is('a', '2'), above, is('a', '3')], 2)).toEqual([
      ...asked,
      is('a', '3'),
    ]);
  });
});

describe('the explorer in the URL', () => {
  it('takes over the filters that other pages link with', () => {
    const explore = readExplore(
      new URLSearchParams('service=cart&operation=GET+%2F&min=1.5ms&max=fast&errors=true'),
    );
    expect(joinWhere(explore.conditions)).toBe(
      'service=cart name="GET /" status=error duration>=1500us',
    );
    expect(explore).toMatchObject({
      set: 'requests',
      mode: 'spans',
      sort: 'rate',
      hidesOwn: false,
    });
    expect(conditionsPatch(explore.conditions)).toMatchObject({ service: null, min: null });
  });

  it("leaves Sonde's own spans out until they are asked for", () => {
    const plain = readExplore(new URLSearchParams());
    expect(scopeQuery(plain, RANGE)).toEqual({ from: 1000, to: 2000, own: 'false' });
    expect(scopeQuery(readExplore(new URLSearchParams('own=true')), RANGE)).toEqual({
      from: 1000,
      to: 2000,
    });
  });

  it('asks lists for the box alone and the heatmap for all', () => {
    const box = { fromMs: 1200, toMs: 1400, minNs: 10, maxNs: 20 };
    const explore = readExplore(new URLSearchParams({ own: 'true', box: sayBox(box) }));
    expect(explore.box).toEqual(box);
    expect(scopeQuery(explore, RANGE)).toEqual({ from: 1000, to: 2000 });
    expect(boxedQuery(explore, RANGE)).toEqual({
      ...{ from: 1200, to: 1400 },
      where: 'duration>=10ns duration<20ns',
    });
    expect(readBox('5-4-1-2')).toBeUndefined();
    expect(readBox('1-2-3')).toBeUndefined();
    expect(readBox('')).toBeUndefined();
  });

  it('says durations in the largest whole unit', () => {
    expect([2e9, 15e5, 250e6, 7].map(sayNs)).toEqual(['2s', '1500us', '250ms', '7ns']);
  });
});
