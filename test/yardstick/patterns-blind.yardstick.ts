import { madeUpSystems } from './made-up-systems.ts';
import { reportPatterns } from './pattern-scores.ts';

/**
 * Log patterns against made-up lines of systems of many kinds, each with the statement that it was
 * made from: `npm run yardstick -- patterns-blind [SEED [LINES]]`. Prints one JSON line last.
 */
const [seed = '1', lines = '2000'] = process.argv.slice(2);
reportPatterns(madeUpSystems(Number(seed), Number(lines)));
