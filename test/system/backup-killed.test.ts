import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  copiesIn,
  fillDays,
  halvesIn,
  isRestoring,
  SondeCommand,
} from '../drill/rig/backup-rounds.ts';
import { Sonde } from './sonde.ts';

const directory = mkdtempSync(join(tmpdir(), 'sonde-backup-killed-'));
const backup = join(directory, 'backup');

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** `npm run drill -- backups` does it all along a backup and a restore, and compares contents. */
describe('of a store with a day on its cold volume', () => {
  it('a backup that is killed leaves nothing that the next one does not remove', async () => {
    const sonde = new Sonde(join(directory, 'data'));
    await sonde.up(['--no-agent', '--cold', join(directory, 'cold')]);
    await fillDays(sonde, 20_000);
    const args = ['backup', backup, '--data', sonde.directory];
    const killed = new SondeCommand(args);
    expect(await killed.killWhen(() => copiesIn(sonde.directory).length > 0)).toBe(true);
    expect(copiesIn(sonde.directory)).toHaveLength(1);
    expect(await new SondeCommand(args).done()).toContain('Backed up');
    expect(copiesIn(sonde.directory)).toEqual([]);
    await sonde.stop();
  }, 120_000);

  it('a restore that is killed leaves no half store, and the second is whole', async () => {
    const data = join(directory, 'restored');
    const args = ['restore', backup, '--data', data];
    expect(await new SondeCommand(args).killWhen(() => isRestoring(data))).toBe(true);
    expect(halvesIn(data)).toEqual([]);
    expect(await new SondeCommand(args).done()).toContain('every table was counted');
    expect(halvesIn(data)).toEqual(['store/data', 'state.db']);
    expect(readdirSync(data)).not.toContain('store.restoring');
  }, 120_000);
});
