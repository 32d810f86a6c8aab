/**
 * CPU time a line of `file_log`, from a file to a request that the next consumer has: plain lines,
 * then the same with operators. Prints microseconds; `tsx receivers/filelog/bench/lines.bench.ts`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Telemetry } from '@sonde/pipeline';
import { contractHost, contractSettings } from '@sonde/pipeline/contract-suite';
import { filelogReceiverFactory } from '../src/index.ts';

const LINES = 1_000_000;
const ROUNDS = 3;

const folder = mkdtempSync(join(tmpdir(), 'filelog-bench-'));

function write(name: string, line: (i: number) => string): void {
  const lines: string[] = [];
  for (let i = 0; i < LINES; i++) lines.push(line(i));
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
}

async function measure(config: Record<string, unknown>): Promise<number> {
  let taken = 0;
  let resolve = (): void => {};
  const done = new Promise<void>((settle) => {
    resolve = settle;
  });
  const consume = (telemetry: Telemetry): Promise<void> => {
    taken += telemetry.itemCount;
    if (taken >= LINES) resolve();
    return Promise.resolve();
  };
  const receiver = filelogReceiverFactory.create(
    contractSettings('file_log'),
    filelogReceiverFactory.config.parse({ start_at: 'beginning', ...config }),
    { logs: { consume } },
  );
  const started = process.cpuUsage();
  await receiver.start(contractHost());
  await done;
  const { user, system } = process.cpuUsage(started);
  await receiver.shutdown(AbortSignal.abort());
  return (user + system) / LINES;
}

async function print(name: string, config: Record<string, unknown>): Promise<void> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(config));
  rounds.sort((a, b) => a - b);
  const median = rounds[Math.floor(ROUNDS / 2)] ?? 0;
  process.stdout.write(`${name.padEnd(32)} ${median.toFixed(3)} us of CPU a line\n`);
}

try {
  write(
    'plain.log',
    (i) => `2026-01-02T03:04:05.678Z INFO request ${i} took ${i % 997} ms, user u${i % 311}`,
  );
  write('json.log', (i) =>
    JSON.stringify({ time: 1e9 + i, level: 'info', message: `request ${i}`, ms: i % 997 }),
  );
  const include = (name: string): object => ({ include: [join(folder, name)] });
  await print('plain lines', { ...include('plain.log') });
  await print('plain lines, number and offset', {
    ...include('plain.log'),
    include_file_record_number: true,
    include_file_record_offset: true,
  });
  const operators = process.argv.includes('--operators');
  if (operators) {
    await print('json_parser, severity', {
      ...include('json.log'),
      operators: [{ type: 'json_parser', severity: { parse_from: 'attributes.level' } }],
    });
    await print('regex_parser', {
      ...include('plain.log'),
      operators: [
        { type: 'regex_parser', regex: '^(?P<time>\\S+) (?P<level>[A-Z]+) (?P<message>.*)$' },
      ],
    });
  }
} finally {
  rmSync(folder, { recursive: true });
}
