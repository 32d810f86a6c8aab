// Everything the shop needs on this machine, each part by itself: what cannot be made is named.
import { say } from '../../scripts/lib/steps.mjs';
import { hasNodeAndPython, setupGo, setupJava, setupNode, setupPython } from './languages.mjs';
import { findPostgres, findRedis, setupPostgres, setupRedis } from './servers.mjs';

const PARTS = {
  postgres: setupPostgres,
  redis: setupRedis,
  node: setupNode,
  python: setupPython,
  go: setupGo,
  java: setupJava,
};

/** What can be set up, in the order of `PARTS`. */
export const PART_NAMES = Object.keys(PARTS);

/** Sets up every part but those in `without`: `{ node: { ready } | { missing }, ... }`. */
export async function setupShop(root, without = []) {
  const parts = {};
  for (const [name, setup] of Object.entries(PARTS)) {
    parts[name] = without.includes(name) ? { missing: 'not wanted' } : await setup(root);
    if (parts[name].missing !== undefined) say(`Shop: without ${name}: ${parts[name].missing}.`);
  }
  return parts;
}

/** Why not even the small shop (Node and Python) can start at once; undefined where it can. */
export function shopMissing(root) {
  if (findPostgres(root) === undefined) return 'no PostgreSQL here';
  if (findRedis(root) === undefined) return 'no Redis here';
  return hasNodeAndPython(root) ? undefined : 'the shop is not set up: npm run setup:demo';
}
