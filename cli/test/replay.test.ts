import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog, TOPICS } from '@sonde/buffer';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { projectRoot } from '../src/project-root.ts';
import { LETTER_HEADERS } from './dead-letter.ts';

let directory = '';

/** The built command, as `npm test` has it. */
function replay(
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = join(projectRoot(), 'cli/dist/sonde.js');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, 'replay', ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function endOf(topic: string): Promise<number | undefined> {
  const log = await EmbeddedLog.open(directory);
  const state = log.state().find((one) => one.topic === topic);
  await log.close();
  return state?.endOffset;
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sonde-replay-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const log = await EmbeddedLog.open(directory);
  await log.createTopic(TOPICS.logs, { partitions: 1 });
  await log.createTopic(TOPICS.deadLetters, { partitions: 1 });
  await log.append(TOPICS.deadLetters, 0, [
    { value: Buffer.from('request'), headers: LETTER_HEADERS, timestampUnixMs: 1_750_000_000_000 },
  ]);
  await log.close();
});

describe('sonde replay', () => {
  it('counts first and changes nothing, then puts back once', async () => {
    const dry = await replay('--directory', directory);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain('Dead letters that wait: 1');
    expect(dry.stdout).toContain('1 INVALID_DATA (logs, tenant acme, 7 bytes, oldest 2025-06-15T');
    expect(dry.stdout).toContain('an id of 3 bytes');
    expect(await endOf(TOPICS.logs)).toBe(0);
    expect((await replay('--directory', directory, '--apply')).stdout).toContain('Put back: 1.');
    expect((await replay('--directory', directory, '--apply')).stdout).toContain('Put back: 0.');
    expect(await endOf(TOPICS.logs)).toBe(1);
  });

  it.each([
    [[], 'either --directory FOLDER, --brokers HOST:PORT or --config'],
    [['--directory', 'x', '--signal', 'rows'], 'invalid argument "rows" for "--signal"'],
    [['--directory', 'x', '--since', 'tea'], 'invalid argument "tea" for "--since"'],
  ])('%j is refused in words', async (args, text) => {
    const { code, stderr } = await replay(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(text);
  });

  it('makes no log where none is, of which it would say that it has no letters', async () => {
    const folder = join(directory, 'elsewhere');
    const { code, stdout, stderr } = await replay('--directory', folder);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`there is no embedded log in ${folder}`);
    expect(existsSync(folder)).toBe(false);
  });

  it('says who holds the folder', async () => {
    const log = await EmbeddedLog.open(directory);
    const { code, stderr } = await replay('--directory', directory);
    await log.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`in use by process ${process.pid}`);
  });
});
