import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folder } from './running-filelog.ts';

const KILLS = 4;
/** Each start compiles the child anew. */
const TIMEOUT_MS = 300_000;
const LINES_A_ROUND = 3000;

let path = '';
let clean = (): void => {};
let child: ChildProcess | undefined;

beforeEach(() => {
  ({ path, clean } = folder());
  mkdirSync(`${path}/logs`);
  writeFileSync(`${path}/taken`, '');
});

afterEach(async () => {
  await kill();
  clean();
});

async function start(operators: readonly object[] = []): Promise<void> {
  const file = fileURLToPath(new URL('tail-child.ts', import.meta.url));
  child = fork(file, [path, JSON.stringify(operators)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('the child has ended')));
  exited.catch(() => undefined);
  await Promise.race([once(child, 'message'), exited]);
}

async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  child = undefined;
}

function taken(): readonly string[] {
  return readFileSync(`${path}/taken`, 'utf8').split('\n').filter(Boolean).map(text);
}

function text(json: string): string {
  const value: unknown = JSON.parse(json);
  return String(value);
}

/** Resolves once `holds`, which is asked whenever something was taken. */
async function until(holds: () => boolean): Promise<void> {
  const watcher = watch(`${path}/taken`);
  try {
    while (!holds()) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

function expectAll(expected: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const line of taken()) counts.set(line, (counts.get(line) ?? 0) + 1);
  expect(expected.filter((line) => !counts.has(line))).toEqual([]);
  const known = new Set(expected);
  expect([...counts.keys()].filter((line) => !known.has(line))).toEqual([]);
}

describe('a process that is killed', { timeout: TIMEOUT_MS }, () => {
  it('has lost no line, through rotations of both kinds and new starts', async () => {
    const written: string[] = [];
    const log = `${path}/logs/app.log`;
    const write = (round: number, from: number, to: number): void => {
      const lines = Array.from({ length: to - from }, (_, i) => `round ${round} line ${from + i}`);
      written.push(...lines);
      appendFileSync(log, `${lines.join('\n')}\n`);
    };
    for (let round = 0; round < KILLS; round++) {
      await start();
      const before = taken().length;
      write(round, 0, LINES_A_ROUND);
      await until(() => taken().length > before);
      await kill();
      // What happens while nobody looks.
      write(round, LINES_A_ROUND, LINES_A_ROUND + 100);
      if (round % 3 === 1) renameSync(log, `${log}.${round}`);
      if (round % 3 === 2) {
        copyFileSync(log, `${log}.${round}`);
        truncateSync(log, 0);
      }
    }
    await start();
    write(KILLS, 0, 1);
    await until(() => taken().includes(`round ${KILLS} line 0`));
    const all = new Set(written);
    await until(() => new Set(taken()).size >= all.size);
    expectAll(written);
  });

  it('reads again what operators held back', async () => {
    const log = `${path}/logs/app.log`;
    const operators = [
      {
        type: 'recombine',
        combine_field: 'body',
        is_first_entry: 'body startsWith "#"',
        source_identifier: 'attributes["log.file.name"]',
        force_flush_period: '10m',
      },
    ];
    await start(operators);
    appendFileSync(log, '#1 first\n  more\n#2 second\n');
    await until(() => taken().length === 1);
    await kill();
    expect(existsSync(`${path}/storage`)).toBe(true);
    await start(operators);
    appendFileSync(log, '  rest\n#3 third\n');
    await until(() => taken().includes('#2 second\nrest'));
    expectAll(['#1 first\nmore', '#2 second\nrest']);
  });
});

describe('a new start', { timeout: TIMEOUT_MS }, () => {
  it('goes on where the last one stood, and reads files that are new from their beginning', async () => {
    const log = `${path}/logs/app.log`;
    await start();
    appendFileSync(log, 'one\ntwo\n');
    await until(() => taken().includes('two'));
    await kill();
    appendFileSync(log, 'three\n');
    appendFileSync(`${path}/logs/b.log`, 'new file\n');
    await start();
    await until(() => taken().includes('three') && taken().includes('new file'));
    expectAll(['one', 'two', 'three', 'new file']);
  });
});
