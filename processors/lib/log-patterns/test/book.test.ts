import { describe, expect, it } from 'vitest';
import { type LeafFact, leafId, PatternBook, PatternMiner } from '../src/index.ts';

const NAMES = 'ant bee cat dog eel fox gnu hen ibis jay kite lark mole newt owl pig'.split(' ');

/** What a process that reads these lines tells, and the ids it gave them. */
function tell(lines: readonly string[], miner = new PatternMiner({ hasNews: true })) {
  const source = miner.source('a');
  const ids = lines.map((line) => {
    const bytes = Buffer.from(line);
    return leafId(miner.add(source, bytes, 0, bytes.length));
  });
  miner.settle();
  return { ids, facts: source.news?.take(10_000) ?? [], miner, source };
}

function entriesOf(facts: readonly LeafFact[]) {
  const book = new PatternBook();
  for (const fact of facts) book.learn(fact);
  const steps = book.group();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return new Map(step.value.map((entry) => [entry.leafId, entry]));
  }
}

const lines = NAMES.flatMap((name, i) => [
  `the job of user ${name} has ended with code ${i}`,
  `connection to host-${i} refused after ${i} ms`,
]);

describe('a book of patterns', () => {
  it('knows every id that a process gave, its template, and where its values are', () => {
    const { ids, facts } = tell(lines);
    const entries = entriesOf(facts);
    expect(ids.filter((id) => !entries.has(id))).toEqual([]);
    const [job, host] = ids.map((id) => entries.get(id));
    expect(job?.template).toBe('the job of user <*> has ended with code <*>');
    expect(job?.slots).toEqual([
      { place: 0, word: 'ant' },
      { place: 1, word: '' },
    ]);
    expect(host?.template).toBe('connection to host-<*> refused after <*> ms');
    expect(new Set(ids.map((id) => entries.get(id)?.patternId)).size).toBe(2);
  });

  it('says the same of facts in another order, twice, and of two processes', () => {
    const { facts } = tell(lines);
    const half = lines.length / 2;
    const others = [tell(lines.slice(half)).facts, tell(lines.slice(0, half)).facts].flat();
    const patternsOf = (of: readonly LeafFact[]) =>
      new Set([...entriesOf(of).values()].map(({ patternId, template }) => patternId + template));
    const said = patternsOf(facts);
    expect(said.size).toBe(2);
    expect(patternsOf([...facts.toReversed(), ...facts])).toEqual(said);
    expect(patternsOf(others)).toEqual(said);
  });

  it('follows lines whose header was learned later', () => {
    const raw = (i: number) =>
      `2026-05-0${(i % 9) + 1} 10:00:${10 + i} INFO worker: took task ${i} of queue ${i}`;
    const { ids, facts } = tell(Array.from({ length: 40 }, (_, i) => raw(i)));
    const entries = entriesOf(facts);
    const patterns = new Set(ids.map((id) => entries.get(id)?.patternId));
    expect(new Set(ids).size).toBeGreaterThan(1);
    expect(patterns.size).toBe(1);
    expect([...entries.values()][0]?.template).toContain('took task <*> of queue <*>');
  });

  it('hears of a leaf again on another day, and when it grew', () => {
    const { facts, miner, source } = tell(['user=bob logged in']);
    expect(facts).toHaveLength(1);
    const again = () => {
      const bytes = Buffer.from('user=bob logged in');
      miner.add(source, bytes, 0, bytes.length);
      return source.news?.take(10).map(({ count }) => count);
    };
    expect(again()).toEqual([]);
    miner.day = 1;
    expect(again()).toEqual([3]);
    const counts = Array.from({ length: 60 }, () => again() ?? []).flat();
    expect(counts).toEqual([48]);
  });

  it('shows what values of all lines have in common once processes tell of it', () => {
    const { facts } = tell(['from node-1 to the store', 'from node-2 to the store']);
    expect([...entriesOf(facts).values()][0]?.template).toBe('from node-<*> to the store');
  });
});
