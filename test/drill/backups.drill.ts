import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Sonde } from '../system/sonde.ts';
import {
  copiesIn,
  digestOf,
  fillDays,
  halvesIn,
  isRestoring,
  SondeCommand,
} from './rig/backup-rounds.ts';
import { copyBundle } from './rig/rig.ts';

/**
 * `npm run drill -- backups [--every 100] [--rows 300000]`: SIGKILL of `sonde backup`, of `sonde
 * restore` and of `sonde restore --force` every so many milliseconds later than the time before, until
 * one comes to its end; then what is there is compared with what was. A third of the rows lies on a
 * cold volume. Ends with 1 when anything is left half or differs.
 */
const { values } = parseArgs({
  options: {
    every: { type: 'string', default: '100' },
    rows: { type: 'string', default: '300000' },
  },
});
const KILLS_MAX = 200;

const { bundle, remove } = copyBundle();
const directory = mkdtempSync(join(tmpdir(), 'sonde-backups-'));
const [backup, cold] = [join(directory, 'backup'), join(directory, 'cold')];
let faults = 0;

function expectSame(what: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  faults += 1;
  console.log(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

interface Sweep {
  readonly args: readonly string[];
  /** From when on the time until the kill is counted. */
  readonly isDue: () => boolean;
  /** Whether it was killed when all was done. */
  readonly afterKill: () => Promise<boolean> | boolean;
}

/** Kills later and later; the one that came to its end in time is the last. */
async function sweep({ args, isDue, afterKill }: Sweep): Promise<void> {
  for (let kills = 0; kills < KILLS_MAX; kills += 1) {
    const run = new SondeCommand(args, bundle);
    const isKilled = await run.killWhen(isDue, kills * Number(values.every));
    if (!isKilled) await run.done();
    if (isKilled && !(await afterKill())) continue;
    console.log(`${args[0]} ${args.at(-1)}: ${kills} kills`);
    return;
  }
  throw new Error(`${args.join(' ')} was killed ${KILLS_MAX} times and never came to its end`);
}

/** A backup that is there has all that belongs to it. */
function isWhole(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const names = readdirSync(folder);
  const parts = ['sonde-backup.json', 'state.db'].filter((name) => !names.includes(name));
  expectSame('what a backup lacks', parts, []);
  return true;
}

const sonde = new Sonde(join(directory, 'data'));
try {
  await sonde.up(['--no-agent', '--cold', cold]);
  const digest = await fillDays(sonde, Number(values.rows));
  const { directory: data } = sonde;
  let before = new Set<string>();
  await sweep({
    args: ['backup', backup, '--data', data],
    isDue: () => copiesIn(data).some((name) => !before.has(name)),
    afterKill: () => {
      const copies = copiesIn(data);
      expectSame(
        'copies of backups before the last',
        copies.filter((c) => before.has(c)),
        [],
      );
      before = new Set(copies);
      return isWhole(backup);
    },
  });
  expectSame('copies left behind', copiesIn(data), []);
  await sonde.stop();

  const stopped = join(directory, 'stopped');
  const unfinished = `${stopped}.unfinished`;
  await sweep({
    args: ['backup', stopped, '--data', data],
    isDue: () => existsSync(unfinished),
    afterKill: () => isWhole(stopped),
  });
  expectSame('unfinished backup left behind', existsSync(unfinished), false);

  const restored = join(directory, 'restored');
  await sweep({
    args: ['restore', backup, '--data', restored],
    isDue: () => isRestoring(restored),
    afterKill: () => {
      const isDone = existsSync(join(restored, 'store/data'));
      if (!isDone) expectSame('halves after a kill', halvesIn(restored), []);
      return isDone;
    },
  });
  expectSame('what was restored', await digestOf(restored), digest);

  await sweep({
    args: ['restore', backup, '--data', data, '--force'],
    isDue: () => isRestoring(data),
    afterKill: async () => {
      expectSame('the old store', await digestOf(data, cold), digest);
      return readdirSync(data).some((name) => name.startsWith('before-restore'));
    },
  });
  // The cold folder still has the rows of the store that was set aside.
  expectSame('what was restored by force', await digestOf(data, cold), digest);
} finally {
  await sonde.stop();
  remove();
  rmSync(directory, { recursive: true, force: true });
}
console.log(`${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
