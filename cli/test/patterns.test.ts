import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../src/project-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'sonde-patterns-'));
const log = join(folder, 'app.log');
const LINES = Array.from({ length: 40 }, (_, i) => {
  const said = ['job # done', "can't open disk #", 'user # is in'][i % 3] ?? '';
  const level = i % 3 === 1 ? 'ERROR' : 'INFO';
  return `2024-01-02 03:04:${10 + i} ${level} ${said.replace('#', String(i))}\n`;
});
writeFileSync(log, LINES.join(''));

afterAll(() => rmSync(folder, { recursive: true }));

function patterns(args: readonly string[], input?: string): Promise<Record<string, string>> {
  const main = join(projectRoot(), 'cli/src/main.ts');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', main, 'patterns', ...args],
      { cwd: projectRoot() },
      (_error, stdout, stderr) => resolve({ stdout, stderr }),
    );
    child.stdin?.end(input ?? '');
  });
}

describe('sonde patterns', () => {
  it('prints the patterns of a file, the most frequent first', async () => {
    const { stdout = '', stderr } = await patterns([log]);
    expect(stdout.split('\n').map((line) => line.replace(/ [0-9a-f]{16} /, ' '))).toEqual([
      '       14  35.0% info  job <*> done',
      "       13  32.5% error can't open disk <*>",
      '       13  32.5% info  user <*> is in',
      '',
    ]);
    expect(stderr).toBe('40 records, 3 patterns, 0 records without one\n');
  });

  it('says how many records have none where very many come once, and shows no pattern of them', async () => {
    const word = (i: number): string => `w${i.toString(26).replaceAll(/[0-9]/g, 'q')}`;
    const lines = Array.from(
      { length: 6000 },
      (_, i) => `${word(i)} ${word(i * 7)} ${word(i * 31)}\n`,
    );
    const { stdout = '', stderr = '' } = await patterns([], lines.join(''));
    const [, without = '0'] = / (\d+) records without one/.exec(stderr) ?? [];
    expect(Number(without)).toBeGreaterThan(1000);
    expect(stdout).not.toContain(' 0000000000000000 ');
    const counts = stdout
      .trim()
      .split('\n')
      .map((line) => Number.parseInt(line, 10));
    expect(counts.reduce((sum, count) => sum + count, Number(without))).toBe(lines.length);
  });

  it('prints an object a record, with time, level, message and values', async () => {
    const { stdout = '' } = await patterns(['--format', 'json', log]);
    const records = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(records.length).toBe(40);
    expect(records[1]).toEqual({
      pattern: expect.stringMatching(/^[0-9a-f]{16}$/),
      leaf: expect.stringMatching(/^[0-9a-f]{16}$/),
      timeUnixNano: String(BigInt(Date.UTC(2024, 0, 2, 3, 4, 11)) * 1_000_000n),
      severityNumber: 17,
      message: "can't open disk 1",
      variables: ['1'],
      template: "can't open disk <*>",
    });
  });

  it('reads standard input, and refuses what it does not know', async () => {
    const { stdout } = await patterns([], 'node 1 is up\nnode 2 is up\n');
    expect(stdout).toMatch(/^ +2 100\.0% - +[0-9a-f]{16} node <\*> is up\n$/);
    expect((await patterns(['--format', 'xml'])).stderr).toBe(
      'Error: invalid argument "xml" for "--format": patterns or json\n',
    );
  });
});
