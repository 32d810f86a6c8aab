import { readSystems } from './loghub-systems.ts';
import { reportPatterns } from './pattern-scores.ts';

/**
 * Log patterns against lines whose true templates are known: `npm run yardstick -- loghub DIR`, a
 * folder laid out like Loghub's 2k samples. One configuration for every system; groups are read
 * through the aliases after the stream. Prints one JSON line last.
 */
const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.log('npm run yardstick -- loghub DIR');
  process.exitCode = 1;
} else {
  const systems = readSystems(directory);
  if (systems.length > 0) reportPatterns(systems);
  else console.log(`No system in ${directory}: nothing measured (1 skipped).`);
}
