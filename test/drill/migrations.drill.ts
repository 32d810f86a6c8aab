import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MigrationUnderKills, migrationPoints } from './rig/migration-kills.ts';

/**
 * `npm run drill -- migrations [--rounds 1]`: a store from nothing to the newest version, killed with
 * SIGKILL at each statement of each migration, while spans, log records and samples come in under
 * tokens. Ends with 1 when the schema is not that of a new store or a row is there twice or not.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1' } } });

let faults = 0;
const points = migrationPoints();
for (let round = 1; round <= Number(values.rounds); round += 1) {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-migrations-'));
  const store = new MigrationUnderKills(directory);
  try {
    const found = await store.run(points);
    faults += found.length;
    for (const fault of found) console.log(fault);
    console.log(
      `round ${round}: ${points.length} kills, ${store.blocks} blocks of each table, ` +
        `${store.repeated} sent again, ${found.length} faults`,
    );
  } finally {
    await store.end();
    rmSync(directory, { recursive: true, force: true });
  }
}
process.exit(faults === 0 ? 0 : 1);
