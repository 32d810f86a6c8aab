import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundleChild } from './bundle-child.ts';
import { makeFolder } from './harness.ts';

const CHILD = await bundleChild('deliver-forever', import.meta.url);
const KILLS = 5;
const FOREVER = 1_000_000;

function start(paths: readonly string[], wanted: number, round: number): ChildProcess {
  const args = [CHILD, ...paths, String(wanted), String(round)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Body by offset, of what was acknowledged; kills the child after `linesMax` lines. */
async function listen(
  child: ChildProcess,
  acknowledged: Map<number, string>,
  linesMax: number,
): Promise<void> {
  if (child.stdout === null) throw new Error('the child has no standard output');
  const exit = once(child, 'exit');
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^a (\d+) (.{12})$/.exec(line);
    if (match !== null) acknowledged.set(Number(match[1]), match[2] ?? '');
    count += 1;
    if (count === linesMax) child.kill('SIGKILL');
  }
  await exit;
}

/** A store that knows ranges: one block a range, the same content each time it comes. */
function blocksOf(text: string): Map<string, readonly string[]> {
  const blocks = new Map<string, readonly string[]>();
  const lines = text.split('\n');
  for (const line of lines.slice(0, -1)) {
    const [from = '', to = '', ...bodies] = line.split(' ');
    const token = `${from}-${to}`;
    const known = blocks.get(token);
    if (known !== undefined) expect(bodies).toEqual(known);
    blocks.set(token, bodies);
  }
  return blocks;
}

describe('a process that is killed while it delivers', () => {
  it('has every acknowledged request in the store once, by ranges that come back as they were', async () => {
    const directory = await makeFolder();
    const paths = [join(directory, 'log'), join(directory, 'store')];
    const acknowledged = new Map<number, string>();
    for (let round = 0; round < KILLS; round += 1) {
      const child = start(paths, FOREVER, round);
      await listen(child, acknowledged, 10 + Math.floor(Math.random() * 200));
    }
    const last = start(paths, 50, KILLS);
    await listen(last, acknowledged, FOREVER);
    expect(last.exitCode).toBe(0);

    const blocks = blocksOf(await readFile(join(directory, 'store'), 'utf8'));
    const stored = new Map<number, string>();
    for (const [token, bodies] of blocks) {
      const from = Number(token.split('-')[0]);
      for (const [index, body] of bodies.entries()) {
        // A second block with this offset would be a second copy of the row.
        expect(stored.has(from + index)).toBe(false);
        stored.set(from + index, body);
      }
    }
    expect(acknowledged.size).toBeGreaterThan(100);
    for (const [offset, body] of acknowledged) expect(stored.get(offset)).toBe(body);
  });
});
