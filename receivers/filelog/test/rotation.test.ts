import {
  appendFileSync,
  copyFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folder, type RunningFilelog, runFilelog, type Taker } from './running-filelog.ts';

let path = '';
let clean = (): void => {};
let running: RunningFilelog | undefined;
let taker: Taker;

beforeEach(() => {
  ({ path, clean } = folder());
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  clean();
});

async function run(include: string): Promise<void> {
  running = await runFilelog({ include: [`${path}/${include}`], start_at: 'beginning' });
  taker = running.taker;
}

describe('a rotation', () => {
  it('by renaming loses nothing that is written before or after', async () => {
    writeFileSync(`${path}/app.log`, 'one\n');
    await run('app.log*');
    await taker.upTo('one');
    appendFileSync(`${path}/app.log`, 'two\n');
    renameSync(`${path}/app.log`, `${path}/app.log.1`);
    writeFileSync(`${path}/app.log`, 'three\n');
    // The writer has it open still.
    appendFileSync(`${path}/app.log.1`, 'late\n');
    await taker.until(() => taker.bodies.includes('late') && taker.bodies.includes('three'));
    appendFileSync(`${path}/app.log`, 'four\n');
    const bodies = await taker.upTo('four');
    expect([...bodies].sort()).toEqual(['four', 'late', 'one', 'three', 'two']);
  });

  it('to a name that no pattern finds is read to its end', async () => {
    writeFileSync(`${path}/app.log`, 'one\n');
    await run('app.log');
    await taker.upTo('one');
    appendFileSync(`${path}/app.log`, 'two\n');
    renameSync(`${path}/app.log`, `${path}/old`);
    writeFileSync(`${path}/app.log`, 'three\n');
    await taker.until(() => taker.bodies.includes('two') && taker.bodies.includes('three'));
    appendFileSync(`${path}/old`, 'late\n');
    const bodies = await taker.upTo('late');
    expect([...bodies].sort()).toEqual(['late', 'one', 'three', 'two']);
  });

  it('whose new file begins as the old one did gives both', async () => {
    const banner = 'service starting\n';
    writeFileSync(`${path}/app.log`, banner);
    await run('app.log*');
    await taker.upTo('service starting');
    renameSync(`${path}/app.log`, `${path}/app.log.1`);
    writeFileSync(`${path}/app.log`, `${banner}after\n`);
    expect(await taker.upTo('after')).toEqual(['service starting', 'service starting', 'after']);
  });

  it('by copy and truncation gives every line once, though the copy is found too', async () => {
    writeFileSync(`${path}/app.log`, 'one\n');
    await run('app.log*');
    await taker.upTo('one');
    for (const [i, lines] of ['two\nthree\n', 'four\n'].entries()) {
      appendFileSync(`${path}/app.log`, lines);
      copyFileSync(`${path}/app.log`, `${path}/app.log.${i + 1}`);
      truncateSync(`${path}/app.log`, 0);
      await taker.upTo(i === 0 ? 'three' : 'four');
    }
    appendFileSync(`${path}/app.log`, 'five\n');
    const bodies = await taker.upTo('five');
    expect([...bodies].sort()).toEqual(['five', 'four', 'one', 'three', 'two']);
  });

  it('by truncation and more than was there before starts anew', async () => {
    writeFileSync(`${path}/app.log`, 'old one\n');
    await run('app.log');
    await taker.upTo('old one');
    writeFileSync(`${path}/app.log`, 'new one that is longer\nnew two\n');
    expect(await taker.upTo('new two')).toEqual(['old one', 'new one that is longer', 'new two']);
  });

  it('keeps a copy of a file that goes on unread', async () => {
    writeFileSync(`${path}/a.log`, 'one\ntwo\n');
    await run('*.log');
    await taker.upTo('two');
    copyFileSync(`${path}/a.log`, `${path}/b.log`);
    writeFileSync(`${path}/mark.log`, 'mark\n');
    await taker.upTo('mark');
    appendFileSync(`${path}/a.log`, 'three\n');
    expect(await taker.upTo('three')).toEqual(['one', 'two', 'mark', 'three']);
  });

  it('reads two files that begin alike and go on differently', async () => {
    const head = `${'the same header '.repeat(100)}\n`;
    writeFileSync(`${path}/a.log`, `${head}one\n`);
    await run('*.log');
    await taker.upTo('one');
    writeFileSync(`${path}/b.log`, `${head}two\n`);
    await taker.upTo('two');
    expect(taker.bodies.filter((body) => body !== head.trim())).toEqual(['one', 'two']);
  });

  it('reads a file that is deleted to its end', async () => {
    writeFileSync(`${path}/a.log`, 'one\n');
    await run('*.log');
    await taker.upTo('one');
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
    appendFileSync(`${path}/a.log`, `${lines.join('\n')}\n`);
    unlinkSync(`${path}/a.log`);
    writeFileSync(`${path}/a.log`, 'another\n');
    await taker.until(
      () => taker.bodies.includes('another') && taker.bodies.includes('line 19999'),
    );
    expect(taker.records).toHaveLength(20_002);
  });
});
