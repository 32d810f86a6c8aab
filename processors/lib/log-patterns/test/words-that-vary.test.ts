import { describe, expect, it } from 'vitest';
import { PatternMiner, renderTemplate } from '../src/index.ts';

const NAMES = 'ant bee cat dog eel fox gnu hen ibis jay kite lark mole newt owl pig rat sow'.split(
  ' ',
);
const name = (i: number): string => NAMES[((i * 7) ^ (i >> 2)) % NAMES.length] ?? '';

/** The templates of lines, each once, in the order of their first line. */
function templatesOf(lines: readonly string[]): readonly string[] {
  const miner = new PatternMiner();
  const leaves = lines.map((line) => {
    const bytes = Buffer.from(line);
    miner.tend(64);
    return miner.add(miner.source('a'), bytes, 0, bytes.length);
  });
  miner.settle();
  return [...new Set(leaves.map((leaf) => renderTemplate(leaf.head, miner.tokenizer)))];
}

const many = (count: number, make: (i: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe('words that vary', () => {
  it('in several places at once are values, though no two lines differ in one alone', () => {
    const lines = many(
      60,
      (i) =>
        `copied rows of ${name(i)} into ${name(i * 3 + 1)} by order of ${name(i * 5 + 2)} today`,
    );
    expect(templatesOf(lines)).toEqual(['copied rows of <*> into <*> by order of <*> today']);
  });

  it('do not make one of statements that share few words', () => {
    const lines = [
      'opened the store for writing',
      'closed the cache before reading',
      'moved the index behind dawn',
      'loaded the shard after noon',
      'lost the lease while sleeping',
    ];
    expect(templatesOf(lines)).toEqual(lines);
  });

  it('of several words are one value', () => {
    const services = ['Clock', 'Print Spooler', 'Remote Desk Helper', 'Mail', 'Disk Watch'];
    const lines = many(50, (i) => `the ${services[i % 5]} service is now in the running state`);
    expect(templatesOf(lines)).toHaveLength(1);
  });

  it('keep a statement apart that says more than another', () => {
    const lines = many(80, (i) =>
      i % 2 === 0
        ? `wrong password of ${name(i)} from the remote end`
        : `wrong password of unknown user ${name(i)} from the remote end`,
    );
    expect(templatesOf(lines).toSorted()).toEqual([
      'wrong password of <*> from the remote end',
      'wrong password of unknown user <*> from the remote end',
    ]);
  });

  it('of addresses with queries are one value', () => {
    const queries = ['', '?page=2', '?q=shoes&page=3', '?sort=name&of=7'];
    const lines = many(40, (i) => `asked for /items/${name(i)}${queries[i % 4]} in vain`);
    expect(templatesOf(lines)).toEqual(['asked for <*> in vain']);
  });

  it('of JSON inside a message are values, and what never varied is shown', () => {
    const lines = many(40, (i) => `saved {"who": "${name(i)}", "how": "fast", "n": ${i}} for good`);
    expect(templatesOf(lines)).toEqual(['saved {"who": "<*>", "how": "fast", "n": <*>} for good']);
  });

  it('of a beginning that only some lines have make no statements of their own', () => {
    const said = [
      'asked the peer for keys',
      'told the peer to wait',
      'lost the peer',
      'met a peer',
      'left it',
    ];
    const lines = many(
      100,
      (i) => `${i % 2 === 0 ? `{task ${name(i)}} ` : ''}${said[i % 5]} again`,
    );
    expect(templatesOf(lines)).toHaveLength(5);
  });
});
