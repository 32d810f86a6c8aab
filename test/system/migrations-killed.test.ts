import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MigrationUnderKills, migrationPoints } from '../drill/rig/migration-kills.ts';

const directory = mkdtempSync(join(tmpdir(), 'sonde-migrations-killed-'));
const store = new MigrationUnderKills(directory);

afterAll(async () => {
  await store.end();
  rmSync(directory, { recursive: true, force: true });
});

/** A view among new tables, the change of a view under inserts: the hard ones. */
const POINTS = [
  { version: 2, statement: 10 },
  { version: 13, statement: 2 },
];

/** `npm run drill -- migrations` does it at each statement of each migration. */
it('a store that is killed in the middle of migrations under inserts ends up whole', async () => {
  const known = new Set(migrationPoints().map((point) => JSON.stringify(point)));
  expect(POINTS.filter((point) => !known.has(JSON.stringify(point)))).toEqual([]);
  expect(await store.run(POINTS)).toEqual([]);
  expect(store.blocks).toBeGreaterThan(0);
}, 120_000);
