import { describe, expect, it } from 'vitest';
import { type ConsoleLoggerOptions, createConsoleLogger } from '../src/console-logger.ts';
import type { Logger } from '../src/logger.ts';

const TIME = Date.UTC(2026, 10, 25, 18, 40, 27, 123);

function logInto(lines: string[], options: ConsoleLoggerOptions = {}): Logger {
  return createConsoleLogger({ now: () => TIME, write: (line) => lines.push(line), ...options });
}

describe('the console logger', () => {
  it('writes the lines of the Collector', () => {
    const lines: string[] = [];
    const logger = logInto(lines, { initialFields: { service: 'sonde' } });
    logger
      .with({ 'otelcol.component.id': 'otlp' })
      .info('Starting GRPC server', { endpoint: 'a:1' });
    logInto(lines).warn('alone');
    expect(lines).toEqual([
      '2026-11-25T18:40:27.123Z\tinfo\tStarting GRPC server\t' +
        '{"service":"sonde","otelcol.component.id":"otlp","endpoint":"a:1"}\n',
      '2026-11-25T18:40:27.123Z\twarn\talone\n',
    ]);
  });

  it('writes one JSON object a line', () => {
    const lines: string[] = [];
    logInto(lines, { encoding: 'json' }).error('broken', { code: 5 });
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { ts: '2026-11-25T18:40:27.123Z', level: 'error', msg: 'broken', code: 5 },
    ]);
  });

  it('leaves out what is below its level', () => {
    const lines: string[] = [];
    const logger = logInto(lines, { level: 'warn' });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    expect(lines).toHaveLength(1);
  });

  it('lets no text from outside begin a line of its own', () => {
    const lines: string[] = [];
    logInto(lines).info('a\nfake\tline', { b: 'c\nd' });
    expect(lines.join('').trimEnd()).not.toContain('\n');
  });

  it('samples lines that repeat', () => {
    const lines: string[] = [];
    let now = TIME;
    const sampling = { tickMs: 10_000, initial: 10, thereafter: 100 };
    const logger = logInto(lines, { sampling, now: () => now });
    for (let count = 0; count < 310; count += 1) logger.info('again');
    logger.info('another');
    expect(lines).toHaveLength(10 + 3 + 1);
    now += 10_000;
    logger.info('again');
    expect(lines).toHaveLength(15);
  });
});
