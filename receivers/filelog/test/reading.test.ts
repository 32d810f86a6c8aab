import {
  appendFileSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FilePoll } from '../src/file-poll.ts';
import { folder, type RunningFilelog, runFilelog, type Taker } from './running-filelog.ts';

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

async function run(config: Record<string, unknown> = {}): Promise<Taker> {
  running = await runFilelog({ include: [`${path}/*.log`], start_at: 'beginning', ...config });
  return running.taker;
}

describe('links that say whose a file is', () => {
  it('give the resource, and the file is known by its own name', async () => {
    const links = `${path}/links/service.name=cart%2F1/host.name=h1`;
    mkdirSync(links, { recursive: true });
    writeFileSync(`${path}/a.log`, 'one\n');
    const include = [`${path}/links/**/*.log`, `${path}/*.log`];
    const taker = await run({ include, include_path_resource: true, include_file_path: true });
    expect(await taker.upTo('one')).toEqual(['one']);
    expect(taker.records[0]?.resource).toEqual({});
    // Found later, by a pattern that comes first: no line is read twice.
    symlinkSync(`${path}/a.log`, `${links}/a-1.log`);
    await running?.stop();
    const again = await run({
      include,
      include_path_resource: true,
      include_file_path: true,
      operators: [{ type: 'noop' }],
    });
    appendFileSync(`${path}/a.log`, 'two\n');
    await again.upTo('two');
    const last = again.records.at(-1);
    expect(last?.resource).toEqual({ 'service.name': 'cart/1', 'host.name': 'h1' });
    expect(last?.attributes).toMatchObject({
      'log.file.name': 'a.log',
      'log.file.path': `${path}/a.log`,
    });
  });
});

describe('records of several lines', () => {
  const text = '1 first\n  at a\n  at b\n2 second\n3 third\n';

  it('begin where a line does', async () => {
    writeFileSync(`${path}/a.log`, text);
    const taker = await run({
      multiline: { line_start_pattern: '^\\d' },
      force_flush_period: '20ms',
    });
    expect(await taker.upTo('3 third')).toEqual(['1 first\n  at a\n  at b', '2 second', '3 third']);
  });

  it('begin where a line does that is neither indented, a bracket nor a cause', async () => {
    writeFileSync(`${path}/a.log`, 'Error: x\n  at a\n}\nCaused by: y\n  at b\nCan\nnext\n');
    const taker = await run({
      multiline: { line_start_pattern: '^([^\\s})\\]C]|C$|C[^a]|Ca$|Ca[^u]|Cau$|Cau[^s])' },
      force_flush_period: '20ms',
    });
    expect(await taker.upTo('next')).toEqual([
      'Error: x\n  at a\n}\nCaused by: y\n  at b',
      'Can',
      'next',
    ]);
  });

  it('end where a line does, without what says so', async () => {
    writeFileSync(`${path}/a.log`, 'a\nb;\nc;\nd;\n');
    const taker = await run({ multiline: { line_end_pattern: ';$', omit_pattern: true } });
    expect(await taker.upTo('d')).toEqual(['a\nb', 'c', 'd']);
  });

  it('begin and end anywhere', async () => {
    writeFileSync(`${path}/a.log`, 'xLOG1ü aLOG22 bLOG3');
    const taker = await run({
      multiline: { line_start_pattern: 'LOG\\d+' },
      force_flush_period: '20ms',
    });
    expect(await taker.upTo('LOG3')).toEqual(['x', 'LOG1ü a', 'LOG22 b', 'LOG3']);
    appendFileSync(`${path}/b.log`, 'aENDbENDc');
    await running?.stop();
    const other = await run({
      multiline: { line_end_pattern: 'END' },
      include: [`${path}/b.log`],
      force_flush_period: '20ms',
    });
    expect(await other.upTo('c')).toEqual(['aEND', 'bEND', 'c']);
  });

  it('that never end are cut at max_log_size', async () => {
    writeFileSync(`${path}/a.log`, `1 ${'x'.repeat(100)}\n2 end\n3\n`);
    const taker = await run({
      max_log_size: 40,
      multiline: { line_start_pattern: '^\\d' },
      force_flush_period: '20ms',
    });
    await taker.upTo('3');
    expect(taker.bodies.map((body) => String(body).length)).toEqual([40, 40, 22, 5, 1]);
  });
});

describe('an encoding', () => {
  it.each([
    ['utf-16le', Buffer.from('ein ü\nzwei Ċ\n', 'utf16le'), 'zwei Ċ'],
    ['utf-16be', Buffer.from('ein ü\nzwei Ċ\n', 'utf16le').swap16(), 'zwei Ċ'],
    ['big5', Buffer.from([0xa4, 0xa4, 0x0a, 0xa4, 0xe5, 0x0a]), '文'],
    ['iso-8859-1', Buffer.from([0xfc, 0x0a, 0xe4, 0x0a]), 'ä'],
    ['latin1', Buffer.from([0x61, 0x0a, 0xff, 0x93, 0x0a]), 'ÿ\u0093'],
    ['windows-1252', Buffer.from([0x61, 0x0a, 0x80, 0x93, 0x41, 0x94, 0xff, 0x0a]), '€“A”ÿ'],
  ])('%s is decoded', async (encoding, bytes, last) => {
    writeFileSync(`${path}/a.log`, bytes);
    const taker = await run({ encoding });
    await taker.upTo(last);
    expect(taker.records).toHaveLength(2);
  });

  it('of one or two bytes has carriage returns that belong to the line feed', async () => {
    const preserve = { preserve_trailing_whitespaces: true, preserve_leading_whitespaces: true };
    writeFileSync(`${path}/a.log`, ' one \r\n\r\ntwo\r\n');
    const narrow = await run({ ...preserve, include: [`${path}/a.log`] });
    expect(await narrow.upTo('two')).toEqual([' one ', 'two']);
    writeFileSync(`${path}/b.log`, Buffer.from(' one \r\n\r\ntwo\r\n', 'utf16le'));
    const wide = await run({ ...preserve, include: [`${path}/b.log`], encoding: 'utf-16le' });
    expect(await wide.upTo('two')).toEqual([' one ', 'two']);
  });

  it('nop gives bytes as they are', async () => {
    writeFileSync(`${path}/a.log`, Buffer.from([1, 255, 10, 2]));
    const taker = await run({ encoding: 'nop' });
    await taker.until(() => taker.records.length === 1);
    expect(taker.bodies).toEqual([Buffer.from([1, 255, 10, 2]).toString('base64')]);
  });
});

describe('files', () => {
  it('that are packed are read, and what is appended to them', async () => {
    const packed = `${path}/a.log.gz`;
    writeFileSync(packed, gzipSync('one\ntwo\n'));
    const taker = await run({ include: [`${path}/*`], compression: 'auto' });
    await taker.upTo('two');
    appendFileSync(packed, gzipSync('three\n'));
    expect(await taker.upTo('three')).toEqual(['one', 'two', 'three']);
  });

  it('that are packed after they were read are not read again', async () => {
    writeFileSync(`${path}/a.log`, 'one\ntwo\n');
    const taker = await run({ include: [`${path}/*`], compression: 'auto' });
    await taker.upTo('two');
    writeFileSync(`${path}/a.log.gz`, gzipSync('one\ntwo\nlate\n'));
    writeFileSync(`${path}/b.log`, 'mark\n');
    await taker.upTo('mark');
    appendFileSync(`${path}/b.log`, 'end\n');
    expect(await taker.upTo('end')).toEqual(['one', 'two', 'mark', 'end']);
  });

  it('are deleted once they were read and taken', async () => {
    writeFileSync(`${path}/a.log`, 'one\ntwo');
    const taker = await run({ delete_after_read: true });
    expect(await taker.upTo('two')).toEqual(['one', 'two']);
    await running?.stop();
    expect(existsSync(`${path}/a.log`)).toBe(false);
  });

  it('have a header that says something about all their lines', async () => {
    writeFileSync(`${path}/a.log`, '# app=shop\n# zone=eu\none\n# two\n');
    const taker = await run({
      header: {
        pattern: '^#',
        metadata_operators: [
          { type: 'regex_parser', regex: '^# (?P<key>\\w+)=(?P<value>\\w+)$' },
          {
            type: 'add',
            field: 'attributes.header',
            value: 'EXPR(attributes.key + attributes.value)',
          },
        ],
      },
    });
    await taker.upTo('# two');
    expect(taker.bodies).toEqual(['one', '# two']);
    expect(taker.records[1]?.attributes).toMatchObject({ header: 'zoneeu', key: 'zone' });
  });

  it('are found by patterns and left out by others', async () => {
    mkdirSync(`${path}/x/deep/er`, { recursive: true });
    for (const name of [
      'x/a.log',
      'x/deep/b.log',
      'x/deep/er/c1.log',
      'x/deep/er/c2.txt',
      'x/no.log',
    ]) {
      writeFileSync(`${path}/${name}`, `${name}\n`);
    }
    const taker = await run({
      include: [`${path}/**/[a-c]*.{log,txt}`],
      exclude: [`${path}/x/**/*2.*`],
    });
    await taker.until(() => taker.records.length === 3);
    expect([...taker.bodies].sort()).toEqual(['x/a.log', 'x/deep/b.log', 'x/deep/er/c1.log']);
  });

  it('that are too old are left out', async () => {
    writeFileSync(`${path}/old.log`, 'old\n');
    utimesSync(`${path}/old.log`, 1, 1);
    writeFileSync(`${path}/new.log`, 'new\n');
    const taker = await run({ exclude_older_than: '1h' });
    expect(await taker.upTo('new')).toEqual(['new']);
  });

  it('are chosen by what their names say', async () => {
    for (const day of ['20260101', '20260301', '20260201']) {
      for (const app of ['a', 'b']) writeFileSync(`${path}/${app}-${day}.log`, `${app}${day}\n`);
    }
    const taker = await run({
      ordering_criteria: {
        regex: '(?P<day>\\d{8})\\.log$',
        group_by: '(?P<app>[ab])-\\d{8}',
        top_n: 2,
        sort_by: [{ sort_type: 'timestamp', regex_key: 'day', layout: '%Y%m%d' }],
      },
    });
    await taker.until(() => taker.records.length === 4);
    expect([...taker.bodies].sort()).toEqual(['a20260201', 'a20260301', 'b20260201', 'b20260301']);
  });

  it('of which there are many are read with few of them open', async () => {
    for (let i = 0; i < 60; i++) writeFileSync(`${path}/${i}.log`, `file ${i}\n`);
    const taker = await run({ max_concurrent_files: 4 });
    await taker.until(() => taker.records.length === 60);
    for (let i = 0; i < 60; i++) appendFileSync(`${path}/${i}.log`, `again ${i}\n`);
    await taker.until(() => taker.records.length === 120);
    expect(new Set(taker.bodies).size).toBe(120);
  });
});

describe('operators and labels', () => {
  it('make records of lines', async () => {
    writeFileSync(`${path}/a.log`, '{"level":"error","msg":"one"}\nno json\n');
    const taker = await run({
      attributes: { fixed: 'yes', made: 'EXPR(len(body) > 10 ? "long" : "short")' },
      resource: { 'service.name': 'shop' },
      operators: [
        {
          type: 'json_parser',
          on_error: 'drop_quiet',
          severity: { parse_from: 'attributes.level' },
        },
        { type: 'move', from: 'attributes.msg', to: 'body' },
      ],
    });
    await taker.upTo('one');
    expect(taker.records).toEqual([
      {
        body: 'one',
        attributes: { 'log.file.name': 'a.log', fixed: 'yes', made: 'long', level: 'error' },
        resource: { 'service.name': 'shop' },
        timeUnixNano: undefined,
        severityText: 'error',
      },
    ]);
  });

  it('hand on what they held back when nothing keeps it', async () => {
    writeFileSync(`${path}/a.log`, '1 a\n b\n');
    const operators = [
      { type: 'recombine', combine_field: 'body', is_first_entry: 'body startsWith "1"' },
    ];
    const taker = await run({ operators });
    writeFileSync(`${path}/b.log`, '1 first\n1 second\n');
    await taker.upTo('1 first');
    await running?.stop();
    expect([...taker.bodies].sort()).toEqual(['1 a\nb', '1 first', '1 second']);
  });

  it('hand it on of files, too, that were found changed while it stopped', async () => {
    const operators = [
      { type: 'recombine', combine_field: 'body', is_first_entry: 'body startsWith "1"' },
    ];
    const look = FilePoll.prototype.run;
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    writeFileSync(`${path}/a.log`, '1 first\n1 second\n');
    const taker = await run({ operators });
    await taker.upTo('1 first');
    const looking = vi.spyOn(FilePoll.prototype, 'run').mockImplementation(async function (
      this: FilePoll,
    ) {
      await gate;
      return look.call(this);
    });
    try {
      await vi.waitUntil(() => looking.mock.calls.length > 0);
      appendFileSync(`${path}/a.log`, '1 third\n');
      const stopped = running?.stop();
      open();
      await stopped;
    } finally {
      looking.mockRestore();
    }
    expect(taker.bodies).toEqual(['1 first', '1 second']);
  });
});
