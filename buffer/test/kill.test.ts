import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readAll, textOf } from '../src/contract-suite.ts';
import { EmbeddedLog } from '../src/index.ts';
import { bundleChild } from './bundle-child.ts';
import { makeFolder, TOPIC } from './log-folder.ts';

const ROUNDS = 6;
const CHILD = await bundleChild('append-forever', import.meta.url);

interface Heard {
  readonly acknowledged: Map<number, string>;
  committed: number;
  begun: number;
}

function start(directory: string, round: number): ChildProcess {
  const child = spawn(process.execPath, [CHILD, directory, TOPIC, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function note(line: string, heard: Heard): void {
  const [kind, first, second = ''] = line.split(' ');
  if (kind === 'a') heard.acknowledged.set(Number(first), second);
  if (kind === 'b') heard.begun = Number(second);
  if (kind === 'c') heard.committed = Number(first);
}

/** Kills the child once it has said `lines` lines; returns after the last of its words. */
async function killAfter(child: ChildProcess, lines: number, heard: Heard): Promise<void> {
  if (child.stdout === null) throw new Error('the child has no standard output');
  // Its words end before it does: a sync in the kernel is waited for.
  const exit = once(child, 'exit');
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    // A line that the kill cut in two is no acknowledgement that anybody saw.
    if (/^(a \d+ .{20}|b \d+ \d+|c \d+)$/.test(line)) note(line, heard);
    count += 1;
    if (count === lines) child.kill('SIGKILL');
  }
  await exit;
}

describe('a process that is killed while it appends', () => {
  it('loses no acknowledged record, position or intent, round after round', async () => {
    const directory = await makeFolder();
    const heard: Heard = { acknowledged: new Map(), committed: 0, begun: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = heard.acknowledged.size;
      // Anywhere in a write, a sync, a new segment or a rewrite of the groups: the count is random.
      await killAfter(start(directory, round), 20 + Math.floor(Math.random() * 400), heard);
      expect(heard.acknowledged.size).toBeGreaterThan(before);

      const log = await EmbeddedLog.open(directory);
      const [state] = log.state();
      const end = state?.endOffset ?? 0;
      expect(state?.lostRecords).toBe(0);
      expect(end).toBeGreaterThan(Math.max(...heard.acknowledged.keys()));
      const store = await log.openReader('store', TOPIC, 0);
      expect(store.position()).toBeGreaterThanOrEqual(heard.committed);
      const pendingTo = store.pendingIntent()?.to ?? store.position();
      expect(pendingTo).toBeGreaterThanOrEqual(heard.begun);

      const check = await log.openReader(`check-${round}`, TOPIC, 0);
      const records = await readAll(check, 0, end);
      expect(records.map((record) => record.offset)).toEqual(records.map((_, index) => index));
      for (const [offset, text] of heard.acknowledged) {
        const record = records[offset];
        expect(record && textOf(record).slice(0, 20)).toBe(text);
      }
      await log.close();
    }
  });
});
