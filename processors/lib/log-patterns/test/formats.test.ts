import { describe, expect, it } from 'vitest';
import { PatternMiner, parseTime, renderTemplate } from '../src/index.ts';

interface Read {
  readonly template: string;
  readonly severity: number;
  readonly time: string;
  readonly variables: readonly string[];
}

/** Reads every line twice, so that headers are known; gives what the second reading found. */
function readLines(lines: readonly string[], source = 'a'): readonly Read[] {
  const miner = new PatternMiner();
  const from = miner.source(source);
  const add = (line: string) => {
    const bytes = Buffer.from(line);
    return miner.add(from, bytes, 0, bytes.length);
  };
  for (const line of lines) add(line);
  miner.settle();
  const found = lines.map((line) => {
    const leaf = add(line);
    const { severity, timeText } = miner;
    const { count, start, end } = miner.variables(leaf);
    const { bytes } = miner.reader;
    const variables = Array.from({ length: count }, (_, i) =>
      Buffer.from(bytes.subarray(start[i], end[i])).toString(),
    );
    return { leaf, severity, time: timeText, variables };
  });
  miner.settle();
  return found.map(({ leaf, ...rest }) => ({
    ...rest,
    template: renderTemplate(leaf.head, miner.tokenizer),
  }));
}

const MESSAGES = [
  'worker 12 started in 34 ms',
  'connection refused by 10.0.0.7:80',
  'connection timeout after 5 tries',
  "can't read [the (block 9",
  'user "bob" logged out',
];
const TEMPLATES = [
  'worker <*> started in <*> ms',
  'connection refused by <*>',
  'connection timeout after <*> tries',
  "can't read [the (block <*>",
  'user "bob" logged out',
];

type Header = (i: number, message: string) => string;
const pad = (n: number): string => String(n).padStart(2, '0');
const LEVELS = ['INFO', 'WARN', 'ERROR'];
const NUMBERS = [9, 13, 17];
const level = (i: number): string => LEVELS[i % 3] ?? '';

const HEADERS: Readonly<Record<string, Header>> = {
  log4j: (i, m) => `2024-03-05 10:11:${pad(i)},123 ${level(i)} [main-${i}] com.shop.Cart: ${m}`,
  python: (i, m) => `2024-03-05 10:11:${pad(i)},123 - shop.cart - ${level(i)} - ${m}`,
  klog: (i, m) => `${level(i)[0]}0305 10:11:${pad(i)}.123456    ${i + 1} cart.go:${i + 7}] ${m}`,
  json: (i, m) =>
    JSON.stringify({ time: `2024-03-05T10:11:${pad(i)}Z`, level: level(i).toLowerCase(), msg: m }),
  logfmt: (i, m) =>
    `time=2024-03-05T10:11:${pad(i)}Z level=${level(i).toLowerCase()} msg=${JSON.stringify(m)} n=${i}`,
  cri: (i, m) => `2024-03-05T10:11:${pad(i)}.123456789Z stderr F [${level(i)}] ${m}`,
  apache: (i, m) => `[Tue Mar 05 10:11:${pad(i)} 2024] [${level(i).toLowerCase()}] ${m}`,
  colours: (i, m) => `2024-03-05T10:11:${pad(i)}Z \u001b[32m${level(i)}\u001b[0m ${m}`,
};

describe('lines with a header', () => {
  it.each(Object.entries(HEADERS))('of %s are read to time, severity and message', (_, header) => {
    const lines = Array.from({ length: 60 }, (_item, i) => header(i, MESSAGES[i % 5] ?? ''));
    const read = readLines(lines);
    expect(read.map(({ template }) => template)).toEqual(lines.map((_line, i) => TEMPLATES[i % 5]));
    expect(read.map(({ severity }) => severity)).toEqual(lines.map((_line, i) => NUMBERS[i % 3]));
    const times = read.map(({ time }) => parseTime(time, 2024));
    const first = BigInt(Date.UTC(2024, 2, 5, 10, 11)) * 1_000_000n;
    expect(times.map((time) => (time ?? 0n) / 1_000_000_000n)).toEqual(
      lines.map((_line, i) => first / 1_000_000_000n + BigInt(i)),
    );
  });

  it('of syslog keep the program apart from what it said', () => {
    const lines = Array.from(
      { length: 60 },
      (_, i) => `Mar  5 10:11:${pad(i)} web1 cart[${i}]: ${MESSAGES[i % 5]}`,
    );
    const read = readLines(lines);
    expect(read.map(({ template }) => template)).toEqual(lines.map((_line, i) => TEMPLATES[i % 5]));
    expect(parseTime(read[7]?.time ?? '', 2024)).toBe(
      BigInt(Date.UTC(2024, 2, 5, 10, 11, 7)) * 1_000_000n,
    );
  });

  it('of nginx are one pattern, whatever was asked for', () => {
    const lines = Array.from(
      { length: 60 },
      (_, i) =>
        `10.0.0.${i} - - [05/Mar/2024:10:11:${pad(i)} +0000] "GET /item/${i}?q=${i} HTTP/1.1" 200 ${i * 7} "-" "curl/8.${i}"`,
    );
    expect(new Set(readLines(lines).map(({ template }) => template)).size).toBe(1);
  });
});

describe('records of several lines', () => {
  it.each([
    [
      'Java',
      'java.io.IOException: no block 7\n\tat shop.Cart(Cart.java:7)\n\tat x',
      'java.io.IOException: no block <*>',
    ],
    [
      'Python',
      'Traceback (most recent call last):\n  File "a.py", line 7\n    x()\nValueError: bad 7',
      'Traceback (most recent call last): ValueError: bad <*>',
    ],
    [
      'Node',
      '/app/a.js:7\n    throw x;\n    ^\n\nError: bad 7\n    at a (/app/a.js:7:9)',
      'Error: bad <*>',
    ],
    [
      'Rust',
      "thread 'main' panicked at src/a.rs:7:9:\nno block 7\nnote: run",
      "thread 'main' panicked at <*>: no block <*>",
    ],
    ['Go', 'panic: no block 7\n\ngoroutine 1 [running]:\nmain.main()', 'panic: no block <*>'],
  ])('of %s are known by what happened', (_, text, template) => {
    expect(readLines([text])[0]?.template).toBe(template);
  });
});

describe('odd bytes', () => {
  it('of scripts without blanks are words beside their numbers', () => {
    const lines = ['用户123登录成功，耗时45毫秒', '用户9登录成功，耗时7毫秒'];
    const read = readLines(lines);
    expect(read.map(({ template }) => template)).toEqual([
      '用户<*>登录成功，耗时<*>毫秒',
      '用户<*>登录成功，耗时<*>毫秒',
    ]);
    expect(read[0]?.variables).toEqual(['123', '45']);
  });

  it('keep accents, emoji and curly quotes whole', () => {
    expect(readLines(['naïve café can’t open 7 🙂 files'])[0]?.template).toBe(
      'naïve café can’t open <*> 🙂 files',
    );
  });

  it('of wrappings that break off still give the message', () => {
    expect(readLines(['{"msg":"disk 7 full'])[0]?.template).toBe('disk <*> full');
    expect(readLines(['{"level":"info","n":7'])[0]?.template).toContain('level');
  });

  it('give escapes of JSON as what they stand for', () => {
    const [read] = readLines(['{"msg":"caf\\u00e9 \\ud83d\\ude42 \\"x\\" 7"}']);
    expect(read?.template).toBe('café 🙂 "x" <*>');
  });
});
