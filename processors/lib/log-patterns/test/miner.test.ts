import { describe, expect, it } from 'vitest';
import { type Leaf, PatternMiner, RecordSplitter, renderTemplate } from '../src/index.ts';

function mine(lines: readonly string[], miner = new PatternMiner()): readonly Leaf[] {
  const source = miner.source('a');
  const leaves = lines.map((line) => {
    const bytes = Buffer.from(line);
    return miner.add(source, bytes, 0, bytes.length);
  });
  miner.settle();
  return leaves;
}

const NAMES = 'ant bee cat dog eel fox gnu hen ibis jay kite lark mole newt owl pig'.split(' ');
const headIds = (leaves: readonly Leaf[]): readonly bigint[] => leaves.map(({ head }) => head.id);

describe('patterns', () => {
  it('take words in that vary, and keep apart what differs by meaning', () => {
    const lines = NAMES.map((name) => `the job of user ${name} has ended well`);
    const leaves = mine([...lines, 'connection refused', 'connection timeout']);
    const ids = headIds(leaves);
    expect(new Set(ids.slice(0, 16)).size).toBe(1);
    expect(new Set(ids).size).toBe(3);
  });

  it('do not depend on the order of lines, nor on the process', () => {
    const lines = NAMES.flatMap((name, i) => [
      `job ${i} of ${name} ended with code ${i}`,
      `cannot open the file of ${name} again`,
      `ended after ${i} ms`,
    ]);
    const forward = headIds(mine(lines));
    const backward = headIds(mine(lines.toReversed())).toReversed();
    expect(backward).toEqual(forward);
  });

  it('never change the id of a line: merging is an alias', () => {
    const miner = new PatternMiner();
    const [first] = mine([`the job of user ${NAMES[0]} has ended well`], miner);
    const before = first?.id;
    mine(
      NAMES.map((name) => `the job of user ${name} has ended well`),
      miner,
    );
    expect(first?.id).toBe(before);
    expect(first?.head.id).not.toBe(before);
    expect(miner.aliases.take()).toContain(first);
    expect(miner.aliases.take()).toEqual([]);
  });

  it('keep what all values have around them, and values that never varied', () => {
    const [leaf] = mine(['node-1 sent 5 kB via=eth to a', 'node-2 sent 7 kB via=eth to a']);
    const miner = new PatternMiner();
    expect(leaf === undefined ? '' : renderTemplate(leaf.head, miner.tokenizer)).toBe(
      'node-<*> sent <*> kB via=eth to a',
    );
  });

  it('of a stream that is not labelled are behind headers of several programs', () => {
    const miner = new PatternMiner();
    const source = miner.source('');
    const second = (i: number): string => String(i % 60).padStart(2, '0');
    const said = (i: number): string =>
      ['opened the file', `${i} files are lost`, `found ${i} of them`][i % 3] ?? '';
    // The same columns: a date, a clock, a word; what differs is how the clock is written.
    const programs = [
      (i: number) => `2024-11-03 06:00:${second(i)},1${second(i)} main - INFO ${said(i)}`,
      (i: number) => `2024-11-03 06:00:${second(i)}.1${second(i)} ${said(i + 1)} again`,
    ];
    const found = Array.from({ length: 600 }, (_, i) => {
      const bytes = Buffer.from(programs[i % 2]?.(i) ?? '');
      miner.tend(64);
      const leaf = miner.add(source, bytes, 0, bytes.length);
      return { leaf, message: miner.message };
    });
    miner.settle();
    expect(found.at(-2)?.message).toBe('598 files are lost');
    expect(found.at(-1)?.message).toBe('opened the file again');
    expect(new Set(headIds(found.map(({ leaf }) => leaf))).size).toBe(6);
  });

  it('keep the words of one statement that a source prints alone, whose lines look like headers', () => {
    const shown = (lines: readonly string[]): readonly string[] => {
      const leaves = mine(lines);
      const { tokenizer } = new PatternMiner();
      return [...new Set(leaves.map(({ head }) => renderTemplate(head, tokenizer)))].toSorted();
    };
    const numbers = Array.from({ length: 40 }, (_, i) => i + 10);
    expect(shown(numbers.map((i) => `peer ${i} sent ${i / 2} kB on ${1990 + i}-11-02`))).toEqual([
      'peer <*> sent <*> kB on <*>',
    ]);
    const verbs = ['opened', 'lost'];
    expect(
      shown(numbers.map((i) => `2024-11-03 06:00:${i} INFO main ${verbs[i % 2]} ${i}`)),
    ).toEqual(['main lost <*>', 'main opened <*>']);
  });

  it('follow a header that changes its layout', () => {
    const miner = new PatternMiner();
    const lines = (date: (i: number) => string) =>
      Array.from({ length: 3000 }, (_, i) => {
        const said = ['job # done', 'user # is in', 'disk # full', 'no cache for #'][i % 4] ?? '';
        return `${date(i)} INFO ${said.replace('#', String(i))}`;
      });
    mine(
      lines((i) => `2024-01-02 03:04:${10 + (i % 50)}`),
      miner,
    );
    mine(
      lines((i) => `[${1_700_000_000 + i}]`),
      miner,
    );
    const [leaf] = mine(['[1700000001] INFO job 5 done'], miner);
    expect(leaf === undefined ? '' : renderTemplate(leaf.head, miner.tokenizer)).toBe(
      'job <*> done',
    );
  });
});

describe('garbage', () => {
  /** The same words each run. */
  function* randomLines(count: number, words: number): Generator<string> {
    let state = 1;
    const next = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    for (let i = 0; i < count; i++) {
      const line = Array.from({ length: words }, () => next().toString(36).replaceAll(/\d/g, 'x'));
      yield line.join(' ');
    }
  }

  it('of ever new words is bounded, counted, and hides no pattern that comes again', () => {
    const miner = new PatternMiner({ leavesMax: 512 });
    const lines = [...randomLines(20_000, 6)];
    const leaves = mine(lines, miner);
    expect(miner.leaves).toBeLessThanOrEqual(1024);
    expect(leaves.filter((leaf) => leaf === miner.other).length).toBe(miner.overflown);
    expect(miner.overflown).toBeGreaterThan(10_000);
    const [, again] = mine(['one two six ten red big', 'one two six ten red big'], miner);
    expect(again).not.toBe(miner.other);
  });

  it('of ever new lengths lets the coldest go', () => {
    const miner = new PatternMiner({ leavesMax: 128 });
    const kept = mine(
      Array.from({ length: 50 }, () => 'the job is done'),
      miner,
    )[0];
    for (let words = 2; words < 120; words++) mine([...randomLines(8, words)], miner);
    expect(miner.evicted).toBeGreaterThan(0);
    expect(miner.leaves).toBeLessThanOrEqual(130);
    expect(mine(['the job is done'], miner)[0]?.head).toBe(kept?.head);
  });

  it('of a megabyte, of no text, and of zeros is a line like others', () => {
    const miner = new PatternMiner();
    const source = miner.source('a');
    for (const bytes of [
      Buffer.alloc(1 << 20, 'a'),
      Buffer.alloc(1 << 20, 'a b '),
      Buffer.from([0xff, 0xfe, 0, 1, 0x80, 0xc3, 27, 10, 0xe3, 0x80]),
      Buffer.alloc(5000),
      Buffer.alloc(0),
      Buffer.from('{'.repeat(5000)),
      Buffer.from('"['.repeat(5000)),
    ]) {
      expect(miner.add(source, bytes, 0, bytes.length)).toBeDefined();
    }
    miner.settle();
    expect(miner.lines).toBe(7);
  });

  it('of very many sources keeps the ones that speak', () => {
    const miner = new PatternMiner({ sourcesMax: 10 });
    const bytes = Buffer.from('hello 7');
    for (let i = 0; i < 1000; i++) miner.add(miner.source(`s${i}`), bytes, 0, bytes.length);
    expect([...miner.allSources()].length).toBe(10);
    expect(miner.leaves).toBeLessThanOrEqual(10);
  });
});

describe('grouping', () => {
  it('is done in steps, behind the lines', () => {
    const miner = new PatternMiner();
    const source = miner.source('a');
    for (let i = 0; i < 400; i++) {
      const bytes = Buffer.from(`${NAMES[i % 16]} ${NAMES[(i >> 4) % 16]} did a thing ${i}`);
      miner.add(source, bytes, 0, bytes.length);
    }
    let calls = 0;
    while (miner.tend(1)) calls++;
    expect(calls).toBeGreaterThan(20);
    expect(miner.tend(1)).toBe(false);
  });
});

describe('RecordSplitter', () => {
  function split(text: string, chunk: number): readonly string[] {
    const records: string[] = [];
    const splitter = new RecordSplitter((bytes, from, to) => {
      records.push(Buffer.from(bytes.subarray(from, to)).toString());
    });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += chunk) splitter.push(bytes.subarray(at, at + chunk));
    splitter.end();
    return records;
  }

  const trace = 'bad\n\tat a\n\tat b\nCaused by: x\n\tat c';
  const python = 'Traceback (most recent call last):\n  File "a"\n    x()\nValueError: 7';

  it.each([1, 3, 1000])('keeps stack traces together, in chunks of %i', (chunk) => {
    expect(split(`one\n${trace}\ntwo\n${python}\nthree\n`, chunk)).toEqual([
      'one',
      trace,
      'two',
      python,
      'three',
    ]);
  });

  it('bounds a line that never ends, and counts what it cut', () => {
    const lengths: number[] = [];
    const splitter = new RecordSplitter((_, from, to) => lengths.push(to - from));
    for (let i = 0; i < 64; i++) splitter.push(Buffer.alloc(1 << 16, 'a'));
    splitter.push(Buffer.from('\nnext\n'));
    splitter.end();
    expect(lengths.length).toBe(2);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65_536);
    expect(splitter.droppedBytes).toBeGreaterThan(4_000_000);
  });
});
