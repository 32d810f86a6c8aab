import { appendFileSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { WarningGate } from '@sonde/log-operators';
import { SondeError } from '@sonde/pipeline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { folder, type RunningFilelog, runFilelog, Taker } from './running-filelog.ts';

let path = '';
let clean = (): void => {};
let running: RunningFilelog | undefined;

beforeEach(() => {
  ({ path, clean } = folder());
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  clean();
});

async function run(config: Record<string, unknown> = {}, taker?: Taker): Promise<Taker> {
  running = await runFilelog(
    { include: [`${path}/*.log`], start_at: 'beginning', ...config },
    taker === undefined ? {} : { taker },
  );
  return running.taker;
}

describe('a file that is followed', () => {
  it('gives its lines once, those that are there and those that come', async () => {
    writeFileSync(`${path}/a.log`, 'one\n  two \r\n\nthree\n');
    const taker = await run();
    await taker.upTo('three');
    appendFileSync(`${path}/a.log`, 'four\nfive\n');
    expect(await taker.upTo('five')).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(taker.records[0]?.attributes).toEqual({ 'log.file.name': 'a.log' });
  });

  it('is read from its end when it was there before, others from their beginning', async () => {
    writeFileSync(`${path}/a.log`, 'old\n');
    const taker = await run({ start_at: 'end' });
    appendFileSync(`${path}/a.log`, 'new\n');
    await taker.upTo('new');
    writeFileSync(`${path}/b.log`, 'another\n');
    expect(await taker.upTo('another')).toEqual(['new', 'another']);
  });

  it('is read from its end though it is like another one', async () => {
    writeFileSync(`${path}/a.log`, 'same\n');
    writeFileSync(`${path}/b.log`, 'same\n');
    const taker = await run({ start_at: 'end' });
    appendFileSync(`${path}/b.log`, 'b\n');
    await taker.upTo('b');
    appendFileSync(`${path}/a.log`, 'a\n');
    expect(await taker.upTo('a')).toEqual(['b', 'a']);
  });

  it('keeps an unfinished line back until it is finished', async () => {
    writeFileSync(`${path}/a.log`, 'begin');
    const taker = await run({ force_flush_period: '0s' });
    writeFileSync(`${path}/b.log`, 'mark\n');
    await taker.upTo('mark');
    appendFileSync(`${path}/a.log`, 'ning\nend\n');
    expect(await taker.upTo('end')).toEqual(['mark', 'beginning', 'end']);
  });

  it('gives an unfinished line that does not grow any more', async () => {
    writeFileSync(`${path}/a.log`, 'whole\nunfinished');
    const taker = await run({ force_flush_period: '20ms' });
    expect(await taker.upTo('unfinished')).toEqual(['whole', 'unfinished']);
    appendFileSync(`${path}/a.log`, ' rest\nnext\n');
    expect(await taker.upTo('next')).toEqual(['whole', 'unfinished', 'rest', 'next']);
  });

  it('is cut where a line is longer than max_log_size, between characters', async () => {
    writeFileSync(`${path}/a.log`, `${'ab'.repeat(10)}\n${'ü'.repeat(5)}\nend\n`);
    const taker = await run({ max_log_size: 7 });
    expect(await taker.upTo('end')).toEqual(['abababa', 'bababab', 'ababab', 'üüü', 'üü', 'end']);
  });

  it('is read through lines that are longer than what is read at a time', async () => {
    const long = 'x'.repeat(700_000);
    writeFileSync(`${path}/a.log`, `first\n${long}\nlast\n`);
    const taker = await run();
    expect(await taker.upTo('last')).toEqual(['first', long, 'last']);
  });

  it('is read in order, whatever its size', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i} ${'y'.repeat(i % 50)}`);
    writeFileSync(`${path}/a.log`, `${lines.join('\n')}\n`);
    const taker = await run();
    expect(await taker.upTo(lines.at(-1)?.trim() ?? '')).toEqual(lines.map((line) => line.trim()));
  });

  it('has bytes that are no UTF-8 replaced', async () => {
    writeFileSync(`${path}/a.log`, Buffer.from([0x61, 0xff, 0x62, 0x0a, 0x63, 0x0a]));
    const taker = await run();
    expect(await taker.upTo('c')).toEqual(['a\ufffdb', 'c']);
  });

  it('is read once though several names lead to it', async () => {
    mkdirSync(`${path}/real`);
    writeFileSync(`${path}/real/a.txt`, 'one\n');
    symlinkSync(`${path}/real/a.txt`, `${path}/link.log`);
    symlinkSync(`${path}/real/a.txt`, `${path}/other.log`);
    const taker = await run({
      include_file_path: true,
      include_file_path_resolved: true,
      include_file_name_resolved: true,
      include_file_record_number: true,
      include_file_record_offset: true,
      include_file_owner_name: true,
    });
    await taker.upTo('one');
    expect(taker.records[0]?.attributes).toMatchObject({
      'log.file.name': 'link.log',
      'log.file.path': `${path}/link.log`,
      'log.file.name_resolved': 'a.txt',
      'log.file.path_resolved': `${path}/real/a.txt`,
      'log.file.record_number': '1',
      'log.file.record_offset': '0',
      'log.file.owner.name': expect.stringMatching(/./),
    });
    // A link that is moved to another file.
    writeFileSync(`${path}/real/b.txt`, 'two\n');
    unlinkSync(`${path}/link.log`);
    symlinkSync(`${path}/real/b.txt`, `${path}/link.log`);
    expect(await taker.upTo('two')).toEqual(['one', 'two']);
  });
});

describe('the pipeline', () => {
  it('that gives a batch back gets it again, and nothing else before', async () => {
    const taker = new Taker();
    taker.error = new SondeError('OVERLOADED', 'full');
    writeFileSync(`${path}/a.log`, 'one\n');
    await run(
      {
        retry_on_failure: {
          enabled: true,
          initial_interval: '1ms',
          max_interval: '2ms',
          max_elapsed_time: '0s',
        },
      },
      taker,
    );
    await taker.until(() => taker.refusals >= 3);
    appendFileSync(`${path}/a.log`, 'two\n');
    await taker.until(() => taker.refusals >= 6);
    expect(taker.records).toEqual([]);
    taker.error = undefined;
    expect(await taker.upTo('two')).toEqual(['one', 'two']);
  });

  it('that never takes a batch loses it, and gets the next one', async () => {
    const taker = new Taker();
    taker.error = new SondeError('INVALID_DATA', 'never');
    writeFileSync(`${path}/a.log`, 'one\n');
    await run({}, taker);
    await taker.until(() => taker.refusals === 1);
    taker.error = undefined;
    appendFileSync(`${path}/a.log`, 'two\n');
    expect(await taker.upTo('two')).toEqual(['two']);
    expect(running?.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'ConsumeLogs() failed' }),
    );
  });
});

describe('a folder without files', () => {
  it('is said once, and once more when its files are gone', async () => {
    const warn = vi.spyOn(WarningGate.prototype, 'warn');
    const said = (): number =>
      warn.mock.calls.filter(([message]) => message === 'no files match the configured criteria')
        .length;
    try {
      const taker = await run();
      await vi.waitUntil(() => said() === 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      writeFileSync(`${path}/a.log`, 'one\n');
      await taker.upTo('one');
      expect(said()).toBe(1);
      unlinkSync(`${path}/a.log`);
      await vi.waitUntil(() => said() === 2);
    } finally {
      warn.mockRestore();
    }
  });
});
